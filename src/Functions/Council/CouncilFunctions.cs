using Functions.Http;
using Functions.OpenApi;
using Microsoft.AspNetCore.Mvc;
using Relayer.Core.Relay;

namespace Functions.Council;

/// <summary>The page that the council reads.</summary>
/// <param name="pages">Makes it.</param>
/// <param name="logger">Where it is told that they could not be read.</param>
public sealed partial class CouncilFunctions(CouncilPages pages, ILogger<CouncilFunctions> logger)
{
    /// <summary>What <c>GET /api/gas</c> and <c>GET /api/keepers</c> say, as a page for people.</summary>
    /// <remarks>While the records cannot be read, browsers get a page that says so, everybody else a problem.</remarks>
    [Function("GetCouncilPage")]
    [ProducesResponseType(typeof(void), 200, "text/html")]
    [ProducesResponseType(304, Description = "As named by If-None-Match.")]
    [Refuses(503, RefusalCode.Overloaded, "storage_unavailable")]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "council")] HttpRequest request, CancellationToken cancellation)
    {
        try
        {
            return await pages.GetAsync(cancellation);
        }
        catch (Exception exception) when (WantsHtml(request) && Failures.ToProblem(exception) is { Status: StatusCodes.Status503ServiceUnavailable })
        {
            var problem = Failures.ToProblem(exception);
            if (!Failures.IsTold(request.HttpContext, exception))
            {
                Log.Unavailable(logger, problem.Code, exception);
            }

            return new UnavailablePage(problem);
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
