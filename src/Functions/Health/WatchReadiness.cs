using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Watch;

namespace Functions.Health;

/// <summary>Every stage of the watch over transactions has succeeded of late, or had nothing to do.</summary>
/// <param name="engines">The chains' engines.</param>
/// <param name="time">The clock.</param>
internal sealed class WatchReadiness(ChainEngines engines, TimeProvider time) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        var stalled = engines.FindStalled();
        return Task.FromResult(stalled.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy(string.Join("; ", stalled.Select(item => string.Create(
                CultureInfo.InvariantCulture,
                $"chain {item.Chain}: stage {item.Stage.Stage.Name()} has not succeeded for {(time.GetUtcNow() - item.Stage.Since).TotalSeconds:F0} s")))));
    }
}
