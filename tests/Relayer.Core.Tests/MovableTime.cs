namespace Relayer.Core.Tests;

/// <summary>A clock that a test moves; timers run by the real one.</summary>
internal sealed class MovableTime : TimeProvider
{
    private long _offset;
    private long _stoppedAt;

    public override DateTimeOffset GetUtcNow() =>
        (Volatile.Read(ref _stoppedAt) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : System.GetUtcNow())
        + TimeSpan.FromTicks(Volatile.Read(ref _offset));

    /// <summary>From now on it goes on by <see cref="Advance"/> only.</summary>
    public void Stop() => Volatile.Write(ref _stoppedAt, System.GetUtcNow().Ticks);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);
}
