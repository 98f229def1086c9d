using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Relayer.Core.Ethereum;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Clock;
using Relayer.Core.Transactions.Watch;

namespace Functions.Health;

/// <summary>Every stage of the watch over transactions has succeeded of late, or had nothing to do.</summary>
/// <remarks>A chain that stands still is told and makes nothing unready: a restart would not move it, and the other chains are served.</remarks>
/// <param name="engines">The chains' engines.</param>
/// <param name="time">The clock.</param>
internal sealed class WatchReadiness(ChainEngines engines, TimeProvider time) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        var stalled = engines.FindStalled();
        return Task.FromResult(stalled.Count == 0
            ? HealthCheckResult.Healthy(Describe(engines.FindBehind()))
            : HealthCheckResult.Unhealthy(string.Join("; ", stalled.Select(item => string.Create(
                CultureInfo.InvariantCulture,
                $"chain {item.Chain}: stage {item.Stage.Stage.Name()} has not succeeded for {(time.GetUtcNow() - item.Stage.Since).TotalSeconds:F0} s")))));
    }

    private static string? Describe(IReadOnlyList<(ChainId Chain, ChainStanding Standing)> behind) =>
        behind.Count == 0 ? null : string.Join("; ", behind.Select(item => $"chain {item.Chain}: {item.Standing}"));
}
