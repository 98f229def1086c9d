using Functions.Health;

namespace Functions.Timers;

/// <summary>Every timer has a schedule that the Azure Functions host can fire it by.</summary>
/// <param name="settings">What was found at the start.</param>
internal sealed class TimersReadiness(TimerSettings settings) : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "timers";

    /// <inheritdoc/>
    public Task<ReadinessResult> CheckAsync(CancellationToken cancellation) => Task.FromResult(
        settings.Faults.Count == 0 ? ReadinessResult.Ready : new ReadinessResult(false, string.Join(' ', settings.Faults)));
}
