namespace SampleApp;

/// <summary>Where ticks are noted.</summary>
public interface ITickLog
{
    /// <summary>Notes one.</summary>
    Task NoteAsync(string name, TimerInfo timer, CancellationToken cancellation);
}

/// <summary>Timers that behave and one that does not.</summary>
public sealed partial class TimerFunctions(ILogger<TimerFunctions> logger, IServiceProvider services)
{
    [Function("Tick")]
    public async Task Tick([TimerTrigger("%Schedules:Tick%")] TimerInfo timer, CancellationToken cancellation)
    {
        Log.Ticked(logger, timer.IsPastDue, timer.ScheduleStatus?.Last);
        if (services.GetService<ITickLog>() is { } log)
        {
            await log.NoteAsync("Tick", timer, cancellation);
        }
    }

    [Function("SlowTick")]
    public async Task SlowTick([TimerTrigger("0 0 0 1 1 *", UseMonitor = false)] TimerInfo tick, CancellationToken cancellation)
    {
        Log.Begun(logger);
        await Task.Delay(TimeSpan.FromSeconds(2), cancellation);
        Log.Finished(logger);
    }

    [Function("BrokenTick")]
    public Task BrokenTick([TimerTrigger("%Schedules:Broken%")] TimerInfo timer) =>
        throw new InvalidOperationException("secret-detail");

    private static partial class Log
    {
        [LoggerMessage(12, LogLevel.Information, "slow tick begun")]
        public static partial void Begun(ILogger logger);

        [LoggerMessage(1, LogLevel.Information, "ticked late={Late} last={Last:O}")]
        public static partial void Ticked(ILogger logger, bool late, DateTime? last);

        [LoggerMessage(2, LogLevel.Information, "slow tick finished")]
        public static partial void Finished(ILogger logger);
    }
}
