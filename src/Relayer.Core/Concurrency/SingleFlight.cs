namespace Relayer.Core.Concurrency;

/// <summary>Lets callers who want the same thing at the same time share one attempt at it.</summary>
/// <remarks>
/// Safe for concurrent use. The attempt belongs to nobody: a caller that cancels stops waiting and the others go on.
/// A failure is given to all who waited for it; the next caller starts anew.
/// </remarks>
/// <param name="work">One attempt; it must end by itself (carry its own timeout).</param>
internal sealed class SingleFlight<T>(Func<Task<T>> work)
{
    private readonly Lock _gate = new();
    private Task<T>? _flight;

    /// <summary>Joins the attempt under way or starts one.</summary>
    public Task<T> RunAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_flight is null or { IsCompleted: true })
            {
                // Task.Run: the work's synchronous part must not run under the lock.
                _flight = Task.Run(work, CancellationToken.None);
            }

            return _flight.WaitAsync(cancellation);
        }
    }
}
