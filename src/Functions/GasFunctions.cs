using Functions.Gas;
using Functions.OpenApi;
using Relayer.Core.Gas;

namespace Functions;

/// <summary>What the council checks.</summary>
/// <param name="report">Puts it together.</param>
public sealed class GasFunctions(GasReport report)
{
    /// <summary>Balances, runway, spend, top-ups and incidents: everything the council checks.</summary>
    [Function("GetGas")]
    [Answers(200, typeof(GasAnswer))]
    [Refuses(503, "storage_unavailable")]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "gas")] HttpRequest request, CancellationToken cancellation) =>
        TypedResults.Json(GasListing.Of(await report.ReadAsync(cancellation)), GasAnswersJson.Default.GasAnswer);
}
