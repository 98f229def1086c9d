namespace Functions.Timers;

/// <summary>Says at the start which timers do not run.</summary>
/// <param name="settings">What was found.</param>
/// <param name="logger">Where it is said.</param>
internal sealed partial class TimersReport(TimerSettings settings, ILogger<TimersReport> logger) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var fault in settings.Faults)
        {
            Log.DoesNotRun(logger, fault);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(1131, LogLevel.Error, "{Fault}")]
        public static partial void DoesNotRun(ILogger logger, string fault);
    }
}
