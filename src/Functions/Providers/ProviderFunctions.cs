using Functions.Bounds;
using Functions.OpenApi;
using Microsoft.AspNetCore.Mvc;
using Relayer.Core.Providers.Pool;
using Relayer.Core.Relay;

namespace Functions.Providers;

/// <summary>How the chains' RPC providers are, seen from each instance.</summary>
/// <param name="observations">What was seen.</param>
/// <param name="reads">Keeps reading it from taking what relays need.</param>
public sealed class ProviderFunctions(ProviderObservations observations, PublicReads reads)
{
    private const int MostShown = 500;

    /// <summary>The newest observation of each provider from each place, of the last hour.</summary>
    [Function("ListProviders")]
    [ProducesResponseType<ProvidersAnswer>(200)]
    [ProducesResponseType(304, Description = "As named by If-None-Match.")]
    [Refuses(503, RefusalCode.Overloaded, "storage_unavailable")]
    public async Task<IResult> ListProviders(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "providers")] HttpRequest request, CancellationToken cancellation) =>
        await reads.ShareAsync(
            "providers",
            async one => new PublicJson<ProvidersAnswer>(
                ProvidersAnswer.Of(await observations.ReadNewestAsync(MostShown, one)), ProvidersJson.Default.ProvidersAnswer, reads.KeptFor),
            cancellation);

    /// <summary>Looks at each provider from here.</summary>
    [Function("ObserveProviders")]
    public Task Observe([TimerTrigger("%Schedules:ObserveProviders%")] TimerInfo timer, CancellationToken cancellation) =>
        observations.RecordAsync(cancellation);

    /// <summary>Removes what was seen long ago.</summary>
    [Function("SweepObservations")]
    public Task Sweep([TimerTrigger("%Schedules:SweepObservations%")] TimerInfo timer, CancellationToken cancellation) =>
        observations.SweepAsync(cancellation);
}
