using Functions.Http;
using Functions.Keepers;
using Functions.OpenApi;
using Functions.Treasury;
using Microsoft.AspNetCore.Mvc;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Treasury.Reports;

namespace Functions.Council;

/// <summary>The page that the council reads.</summary>
/// <param name="report">The figures of gas.</param>
/// <param name="budgets">What relays may still cost.</param>
/// <param name="keepers">Those of the keepers.</param>
/// <param name="logger">Where it is told that they could not be read.</param>
public sealed partial class CouncilFunctions(GasReport report, BudgetReport budgets, KeeperReports keepers, ILogger<CouncilFunctions> logger)
{
    /// <summary>What <c>GET /api/gas</c> and <c>GET /api/keepers</c> say, as a page for people.</summary>
    /// <remarks>While the records cannot be read, browsers get a page that says so, everybody else a problem.</remarks>
    [Function("GetCouncilPage")]
    [ProducesResponseType(typeof(void), 200, "text/html")]
    [Refuses(503, "storage_unavailable")]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "council")] HttpRequest request, CancellationToken cancellation)
    {
        try
        {
            return new CouncilPageResult(CouncilPage.Render(
                GasListing.Of(await report.ReadAsync(cancellation), await budgets.ReadAsync(cancellation)),
                new KeepersAnswer([.. (await keepers.ListAsync(cancellation)).Select(KeeperAnswer.Of)])));
        }
        catch (Exception exception) when (WantsHtml(request) && Failures.ToProblem(exception) is { Status: StatusCodes.Status503ServiceUnavailable })
        {
            var problem = Failures.ToProblem(exception);
            Log.Unavailable(logger, problem.Code, exception);
            return new CouncilPageResult(CouncilPage.Unavailable, problem);
        }
    }

    private static bool WantsHtml(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(range => range.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase));

    private static partial class Log
    {
        [LoggerMessage(1301, LogLevel.Warning, "The council's page could not be made: {Code}")]
        public static partial void Unavailable(ILogger logger, string code, Exception exception);
    }
}
