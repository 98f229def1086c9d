using Functions.Providers;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Relayer.Core.Providers;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Storage;

namespace Functions.Health;

/// <summary>The database answers and has the present schema.</summary>
/// <param name="database">The database.</param>
/// <param name="trouble">Says in the log why it cannot be used.</param>
internal sealed class DatabaseReadiness(Database database, StorageTrouble trouble) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        try
        {
            await database.PingAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception failure) when (trouble.Tell(failure))
        {
            return HealthCheckResult.Unhealthy("unavailable");
        }
    }
}

/// <summary>Every chain has a provider to rely on, and every forwarder is the one that is configured.</summary>
/// <param name="routes">The forwarders.</param>
/// <param name="chains">The chains.</param>
/// <param name="forwarders">Compares them.</param>
internal sealed class ChainsReadiness(RelayRoutes routes, IChainClientFactory chains, ForwarderCheck forwarders) : IHealthCheck
{
    /// <summary>Under which the result's data hold the chains' providers, as <see cref="ProviderEntry"/>.</summary>
    public const string Providers = "providers";

    /// <summary>No configuration has as many; the answer stays bounded all the same.</summary>
    private const int MostShown = 100;

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        var observed = await Task.WhenAll(routes.Chains.Select(
            async chain => (Chain: chain, Reports: await chains.Get(chain).ObserveProvidersAsync(cancellationToken))));
        var detail = observed.Where(chain => !chain.Reports.Any(report => report.IsUsable))
            .Select(chain => $"chain {chain.Chain}: no provider can be relied on")
            .FirstOrDefault() ?? await FindMismatchAsync(cancellationToken);
        ProviderEntry[] providers =
            [.. observed.SelectMany(chain => chain.Reports.Select(report => ProviderEntries.Of(chain.Chain, report))).Take(MostShown)];
        var data = new Dictionary<string, object> { [Providers] = providers };
        return detail is null ? HealthCheckResult.Healthy(data: data) : HealthCheckResult.Unhealthy(detail, data: data);
    }

    private async Task<string?> FindMismatchAsync(CancellationToken cancellation)
    {
        foreach (var forwarder in routes.All.Select(route => route.Forwarder))
        {
            try
            {
                if (await forwarders.FindMismatchAsync(forwarder, cancellation) is { } mismatch)
                {
                    return $"forwarder {forwarder.Address} on chain {forwarder.ChainId}: {mismatch}";
                }
            }
            catch (ChainUnavailableException)
            {
                return $"chain {forwarder.ChainId}: no provider answers for forwarder {forwarder.Address}";
            }
        }

        return null;
    }
}
