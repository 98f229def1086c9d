using Functions.Http;
using Relayer.Core.Providers;
using Relayer.Core.Relay;
using Relayer.Core.Storage;

namespace Functions.Relay;

/// <summary>The database answers and has the present schema.</summary>
/// <param name="database">The database.</param>
internal sealed class DatabaseReadiness(Database database) : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "database";

    /// <inheritdoc/>
    public async Task<ReadinessResult> CheckAsync(CancellationToken cancellation)
    {
        await database.PingAsync(cancellation);
        return ReadinessResult.Ready;
    }
}

/// <summary>Every chain answers with its own id, and every forwarder is the one that is configured.</summary>
/// <param name="routes">The forwarders.</param>
/// <param name="chains">The chains.</param>
/// <param name="forwarders">Compares them.</param>
internal sealed class ChainsReadiness(RelayRoutes routes, IChainClients chains, ForwarderCheck forwarders) : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "chains";

    /// <inheritdoc/>
    public async Task<ReadinessResult> CheckAsync(CancellationToken cancellation)
    {
        foreach (var chainId in routes.Chains)
        {
            var told = await chains.Get(chainId).ReadChainIdAsync(cancellation);
            if (told != chainId)
            {
                return new ReadinessResult(false, $"chain {chainId} answers as chain {told}");
            }
        }

        foreach (var route in routes.All)
        {
            if (await forwarders.FindMismatchAsync(route.Forwarder, cancellation) is { } mismatch)
            {
                return new ReadinessResult(false, $"forwarder {route.Forwarder.Address} on chain {route.Forwarder.ChainId}: {mismatch}");
            }
        }

        return ReadinessResult.Ready;
    }
}
