using Microsoft.Extensions.Logging;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;

namespace Relayer.Core.Transactions.Confirmation;

/// <summary>Runs passes as long as something is open, so that nobody waits for the timer. One at a time.</summary>
/// <param name="chainId">The chain, for the log.</param>
/// <param name="pass">One pass; gives how many were open.</param>
/// <param name="time">The clock of the pauses.</param>
/// <param name="logger">Where failures are said.</param>
/// <param name="trouble">Says once for all that the database cannot be used.</param>
internal sealed partial class ConfirmationLoop(
    ChainId chainId, Func<Task<int>> pass, TimeProvider time, ILogger logger, StorageTrouble? trouble = null)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan IntervalAfterFailure = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;
    private bool _isWoken;
    private bool _isRunning;

    /// <summary>Says that something is open from now on.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _isWoken = true;
            if (!_isRunning && !_stopped.Task.IsCompleted)
            {
                _isRunning = true;
                _running = Task.Run(RunAsync);
            }
        }
    }

    /// <summary>Lets the pass under way finish, and runs no more.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            _stopped.TrySetResult();
            return _running;
        }
    }

    private async Task RunAsync()
    {
        while (TryGoOn())
        {
            while (await IsWantedAgainAsync() && !_stopped.Task.IsCompleted)
            {
            }
        }
    }

    /// <summary>Takes a wake that came meanwhile; where there is none, whoever wakes next starts anew.</summary>
    private bool TryGoOn()
    {
        lock (_gate)
        {
            _isRunning = _isWoken && !_stopped.Task.IsCompleted;
            _isWoken = false;
            return _isRunning;
        }
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
            if (trouble?.Tell(failure) is not true)
            {
                Log.PassFailed(logger, chainId, failure);
            }

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
