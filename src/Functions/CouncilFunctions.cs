using Functions.Council;
using Functions.Gas;
using Functions.Keepers;
using Functions.OpenApi;
using Relayer.Core.Gas;
using Relayer.Core.Keepers;

namespace Functions;

/// <summary>The page that the council reads.</summary>
/// <param name="report">The figures of gas.</param>
/// <param name="keepers">Those of the keepers.</param>
public sealed class CouncilFunctions(GasReport report, KeeperReports keepers)
{
    /// <summary>What <c>GET /api/gas</c> and <c>GET /api/keepers</c> say, as a page for people.</summary>
    [Function("GetCouncilPage")]
    [Answers(200, contentType: "text/html")]
    [Refuses(503, "storage_unavailable")]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "council")] HttpRequest request, CancellationToken cancellation) =>
        new CouncilPageResult(CouncilPage.Render(
            GasListing.Of(await report.ReadAsync(cancellation)),
            new KeepersAnswer([.. (await keepers.ListAsync(cancellation)).Select(KeeperAnswer.Of)])));
}
