using Functions.Catalog;
using Functions.Configuration;
using Functions.Timers;
using Relayer.Core.Crashes;
using Relayer.Core.Storage;

namespace SelfHost;

/// <summary>Fires the timers while the app serves alone.</summary>
/// <remarks>
/// Runs of one timer never overlap in an instance: what falls due meanwhile is run once, late. A run that fails is logged
/// and the next one comes as scheduled. At a stop no new run begins, and one under way has <see cref="Grace"/> to finish.
/// </remarks>
internal sealed partial class TimerScheduler(
    IConfiguration configuration,
    IServiceScopeFactory scopes,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<TimerScheduler> logger,
    StorageTrouble? trouble = null) : IHostedService, IDisposable
{
    /// <summary>A run that begins this much later than it was due is past due.</summary>
    internal static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    /// <summary>How long runs under way may go on after a stop was asked for.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    /// <summary>The longest single wait: clocks are set right now and then.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly List<(TimerFunction Function, Schedule Schedule)> _timers = [];
    private readonly CancellationTokenSource _waiting = new();
    private readonly CancellationTokenSource _running = new();
    private Task _loops = Task.CompletedTask;

    /// <summary>Adds a timer; before the start.</summary>
    /// <exception cref="ConfigurationException">Its schedule is missing or malformed.</exception>
    public void Add(TimerFunction timer) => _timers.Add((timer, Schedule.Parse(timer.Schedule, configuration)));

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var start = time.GetUtcNow();
        lifetime.ApplicationStopping.UnsafeRegister(static scheduler => ((TimerScheduler)scheduler!).StopWaiting(), this);
        _loops = Task.WhenAll(_timers.ConvertAll(timer =>
            Task.Run(() => LoopAsync(timer.Function, timer.Schedule, start), CancellationToken.None)));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        StopWaiting();
        await using var limit = cancellationToken.UnsafeRegister(
            static running => ((CancellationTokenSource)running!).Cancel(), _running);
        await _loops;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _waiting.Dispose();
        _running.Dispose();
    }

    private void StopWaiting()
    {
        _waiting.Cancel();
        _running.CancelAfter(Grace);
    }

    private async Task LoopAsync(TimerFunction timer, Schedule schedule, DateTimeOffset start)
    {
        var last = start;
        if (timer.RunOnStartup)
        {
            await RunAsync(timer, schedule, start, start);
        }

        while (!_waiting.IsCancellationRequested)
        {
            var due = schedule.Next(last);
            if (!await WaitAsync(due))
            {
                return;
            }

            // Ticks missed during a long run are one late run.
            var now = time.GetUtcNow();
            for (var next = schedule.Next(due); next <= now; next = schedule.Next(next))
            {
                due = next;
            }

            await RunAsync(timer, schedule, due, last);
            last = due;
        }
    }

    private async Task<bool> WaitAsync(DateTimeOffset due)
    {
        while (due - time.GetUtcNow() is var wait && wait > TimeSpan.Zero)
        {
            try
            {
                await Task.Delay(wait < LongestWait ? wait : LongestWait, time, _waiting.Token);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        return !_waiting.IsCancellationRequested;
    }

    private async Task RunAsync(TimerFunction timer, Schedule schedule, DateTimeOffset due, DateTimeOffset last)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var guard = scope.ServiceProvider.GetRequiredService<ITickGuard>(); // Only now: it brings in the database.
            if (!await guard.TryClaimAsync(timer.Name, due, _running.Token))
            {
                return;
            }

            CrashPoints.Pass(CrashPoints.TimerClaimed);
            var info = Describe(timer, schedule, due, last);
            await FunctionInvoker.InvokeAsync(timer, scope.ServiceProvider, info, _running.Token);
        }
        catch (OperationCanceledException) when (_running.IsCancellationRequested)
        {
            Log.Abandoned(logger, timer.Name);
        }
        catch (Exception exception)
        {
            // The boundary of one tick: the next one comes as scheduled. That the database cannot be used is said once for all timers.
            if (trouble?.Tell(exception) is not true)
            {
                Log.Failed(logger, timer.Name, due, exception);
            }
        }
    }

    private TimerInfo Describe(TimerFunction timer, Schedule schedule, DateTimeOffset due, DateTimeOffset last)
    {
        var now = time.GetUtcNow();
        return new TimerInfo
        {
            IsPastDue = now - due > Tolerance,
            ScheduleStatus = !timer.UseMonitor ? null : new ScheduleStatus
            {
                Last = last.UtcDateTime,
                Next = schedule.Next(due).UtcDateTime,
                LastUpdated = now.UtcDateTime,
            },
        };
    }

    private static partial class Log
    {
        [LoggerMessage(1111, LogLevel.Error, "Timer {Function}, due {Due:O}, failed")]
        public static partial void Failed(ILogger logger, string function, DateTimeOffset due, Exception exception);

        [LoggerMessage(1112, LogLevel.Warning, "Timer {Function} was cut short by the stop")]
        public static partial void Abandoned(ILogger logger, string function);
    }
}
