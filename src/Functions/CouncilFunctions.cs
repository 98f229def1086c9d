using Functions.Council;
using Functions.Gas;
using Functions.OpenApi;
using Relayer.Core.Gas;

namespace Functions;

/// <summary>The page that the council reads.</summary>
/// <param name="report">The figures.</param>
public sealed class CouncilFunctions(GasReport report)
{
    /// <summary>What <c>GET /api/gas</c> says, as a page for people.</summary>
    [Function("GetCouncilPage")]
    [Answers(200, contentType: "text/html")]
    [Refuses(503, "storage_unavailable")]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "council")] HttpRequest request, CancellationToken cancellation) =>
        new CouncilPageResult(CouncilPage.Render(GasListing.Of(await report.ReadAsync(cancellation))));
}
