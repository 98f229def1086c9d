using Microsoft.Extensions.Logging;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Transactions;

/// <summary>Runs passes as long as something is open, so that nobody waits for the timer. One at a time.</summary>
/// <param name="chainId">The chain, for the log.</param>
/// <param name="pass">One pass; gives how many were open.</param>
/// <param name="time">The clock of the pauses.</param>
/// <param name="logger">Where failures are said.</param>
internal sealed partial class Watch(ChainId chainId, Func<Task<int>> pass, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan IntervalAfterFailure = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;
    private long _wakes;
    private int _isRunning;

    /// <summary>Says that something is open from now on.</summary>
    public void Wake()
    {
        Interlocked.Increment(ref _wakes);
        if (!_stopped.Task.IsCompleted && Interlocked.Exchange(ref _isRunning, 1) == 0)
        {
            Volatile.Write(ref _running, Task.Run(RunAsync));
        }
    }

    /// <summary>Lets the pass under way finish, and runs no more.</summary>
    public Task StopAsync()
    {
        _stopped.TrySetResult();
        return Volatile.Read(ref _running);
    }

    private async Task RunAsync()
    {
        long seen;
        do
        {
            do
            {
                seen = Interlocked.Read(ref _wakes);
            }
            while (await IsWantedAgainAsync() && !_stopped.Task.IsCompleted);

            // Full fences: either this sees a wake that came after the last look, or that wake sees that nobody runs.
            Interlocked.Exchange(ref _isRunning, 0);
        }
        while (Interlocked.Read(ref _wakes) != seen && !_stopped.Task.IsCompleted && Interlocked.Exchange(ref _isRunning, 1) == 0);
    }

    private async Task<bool> IsWantedAgainAsync()
    {
        var pause = Interval;
        try
        {
            if (await pass() == 0)
            {
                return false;
            }
        }
        catch (Exception failure)
        {
            // The boundary of one pass: whatever it met, the next one tries again, for as long as something may be open.
            Log.PassFailed(logger, chainId, failure);
            pause = IntervalAfterFailure;
        }

        await Task.WhenAny(Task.Delay(pause, time), _stopped.Task);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 220, Level = LogLevel.Warning, Message = "Looking after transactions on chain {ChainId} failed; trying again")]
        public static partial void PassFailed(ILogger logger, ChainId chainId, Exception exception);
    }
}
