namespace Relayer.Core.Concurrency;

/// <summary>Runs one piece of work at a time, for whoever asks.</summary>
/// <remarks>
/// Safe for concurrent use. Nobody is answered by a run that began before they asked: it may have looked too early to see what
/// they came for. Those who wait together share the next run.
/// </remarks>
/// <param name="work">One run; it must end by itself (carry its own timeout).</param>
internal sealed class SerialRunner<T>(Func<Task<T>> work)
{
    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;
    private Task<T>? _next;

    /// <summary>The result of a run that begins from now on. A failure is given to all who waited for that run.</summary>
    public Task<T> RunAsync()
    {
        lock (_gate)
        {
            return _next ??= RunAfterAsync(_running);
        }
    }

    private async Task<T> RunAfterAsync(Task before)
    {
        // Never under the lock, and whatever became of the run before: its failure was its callers'.
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
        Task<T> mine;
        lock (_gate)
        {
            (_running, _next) = (mine = Task.Run(work), null);
        }

        return await mine;
    }
}
