using Functions.OpenApi;
using Microsoft.AspNetCore.Mvc;
using Relayer.Core.Providers.Pool;

namespace Functions.Providers;

/// <summary>How the chains' RPC providers are, seen from each instance.</summary>
/// <param name="observations">What was seen.</param>
public sealed class ProviderFunctions(ProviderObservations observations)
{
    private const int MostShown = 500;

    /// <summary>The newest observation of each provider from each place, of the last hour.</summary>
    [Function("ListProviders")]
    [ProducesResponseType<ProvidersAnswer>(200)]
    [Refuses(503, "storage_unavailable")]
    public async Task<IResult> ListProviders(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "providers")] HttpRequest request, CancellationToken cancellation) =>
        TypedResults.Json(
            ProvidersAnswer.Of(await observations.ReadNewestAsync(MostShown, cancellation)), ProvidersJson.Default.ProvidersAnswer);

    /// <summary>Looks at each provider from here.</summary>
    [Function("ObserveProviders")]
    public Task Observe([TimerTrigger("%Schedules:ObserveProviders%")] TimerInfo timer, CancellationToken cancellation) =>
        observations.RecordAsync(cancellation);

    /// <summary>Removes what was seen long ago.</summary>
    [Function("SweepObservations")]
    public Task Sweep([TimerTrigger("%Schedules:SweepObservations%")] TimerInfo timer, CancellationToken cancellation) =>
        observations.SweepAsync(cancellation);
}
