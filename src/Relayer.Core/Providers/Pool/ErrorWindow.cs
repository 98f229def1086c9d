namespace Relayer.Core.Providers.Pool;

/// <summary>How many of the calls of the last while failed: a pure value of fixed size, whatever the load.</summary>
/// <remarks>Two slots of <see cref="Slot"/> each: what is looked back on is between one and two of them.</remarks>
internal readonly record struct ErrorWindow(long At, int Calls, int Faults, int CallsBefore, int FaultsBefore)
{
    /// <summary>The length of a slot.</summary>
    public static readonly TimeSpan Slot = TimeSpan.FromSeconds(15);

    /// <summary>Fewer calls say nothing of a rate.</summary>
    public const int Enough = 8;

    /// <summary>The window after one more call.</summary>
    public ErrorWindow After(bool isFault, DateTimeOffset now)
    {
        var window = Moved(now);
        return window with { Calls = window.Calls + 1, Faults = window.Faults + (isFault ? 1 : 0) };
    }

    /// <summary>The share of calls that failed, 0 to 1; 0 while there were too few.</summary>
    public double Rate(DateTimeOffset now)
    {
        var window = Moved(now);
        var calls = window.Calls + window.CallsBefore;
        return calls < Enough ? 0 : (double)(window.Faults + window.FaultsBefore) / calls;
    }

    private ErrorWindow Moved(DateTimeOffset now) => (now.UtcTicks / Slot.Ticks) switch
    {
        // A clock that was set back counts on in the present slot.
        var slot when slot <= At => this,
        var slot when slot == At + 1 => new(slot, 0, 0, Calls, Faults),
        var slot => new(slot, 0, 0, 0, 0),
    };
}
