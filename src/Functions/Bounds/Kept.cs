namespace Functions.Bounds;

/// <summary>Something that is read at most once at a time, and kept for a while; whoever asks meanwhile shares it.</summary>
/// <remarks>
/// Safe for concurrent use. A read belongs to nobody: a caller that leaves stops waiting and the others go on. A failure is given to all who waited
/// for it, and is not kept.
/// </remarks>
/// <param name="keptFor">How long after its read began it is still good.</param>
/// <param name="time">The clock.</param>
internal sealed class Kept<T>(TimeSpan keptFor, TimeProvider time)
{
    private readonly Lock _gate = new();
    private Task<T>? _read;
    private long _began;

    /// <summary>What was read last, or is being read, or is read now.</summary>
    /// <param name="read">One read; it must end by itself.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    public Task<T> GetAsync(Func<Task<T>> read, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_read is null || (_read.IsCompleted && !(_read.IsCompletedSuccessfully && time.GetElapsedTime(_began) < keptFor)))
            {
                // Task.Run: the read's synchronous part must not run under the lock.
                (_read, _began) = (Task.Run(read, CancellationToken.None), time.GetTimestamp());
            }

            return _read.WaitAsync(cancellation);
        }
    }
}
