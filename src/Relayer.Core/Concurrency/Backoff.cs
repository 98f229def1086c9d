namespace Relayer.Core.Concurrency;

/// <summary>How long to wait after failures in a row: twice as long each time, up to a longest. Pure.</summary>
/// <param name="First">After the first.</param>
/// <param name="Longest">No wait is longer.</param>
public readonly record struct Backoff(TimeSpan First, TimeSpan Longest)
{
    // Twenty doublings of a second are twelve days: nobody waits so long.
    private const int MostDoublings = 20;

    /// <summary>The wait; none where nothing has failed.</summary>
    /// <param name="failures">How many in a row.</param>
    public TimeSpan After(int failures)
    {
        if (failures <= 0)
        {
            return TimeSpan.Zero;
        }

        var wait = First * (1 << Math.Min(failures - 1, MostDoublings));
        return wait < Longest ? wait : Longest;
    }
}
