using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Functions.Timers;

/// <summary>Every timer has a schedule that the Azure Functions host can fire it by.</summary>
/// <param name="settings">What was found at the start.</param>
internal sealed class TimersReadiness(TimerSettings settings) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) => Task.FromResult(
        settings.Faults.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(string.Join(' ', settings.Faults)));
}
