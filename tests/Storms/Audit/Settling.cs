namespace Storms.Audit;

/// <summary>Waits until nothing is under way any more. Slow is not stuck: only what stands still runs out of patience.</summary>
internal static class Settling
{
    /// <summary>Busy machines, back-off and expiry included: what has not moved by then is stuck.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    /// <summary>What goes on for ever ends nothing either.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>What is open in the end; empty when nothing is.</summary>
    /// <param name="lookAsync">What is open in words, and how much has ended so far.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<string> WaitAsync(Func<Task<(string Open, long Ended)>> lookAsync, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        var (most, movedAt) = (-1L, started);
        while (true)
        {
            var (open, ended) = await lookAsync();
            if (open.Length == 0)
            {
                return "";
            }

            if (ended > most)
            {
                (most, movedAt) = (ended, TimeProvider.System.GetTimestamp());
            }

            if (TimeProvider.System.GetElapsedTime(movedAt) is var idle && (idle > Patience || TimeProvider.System.GetElapsedTime(started) > Longest))
            {
                return $"nothing has ended for {idle.TotalSeconds:0} s: {open}";
            }

            await Task.Delay(Pause, cancellation);
        }
    }

    /// <summary>
    /// Counts once nothing is under way, and again where something was meanwhile: timers, such as that of top-ups, ask nobody, and what was read before and after is
    /// of two moments then.
    /// </summary>
    /// <param name="lookAsync">What is open in words, and how much has ended so far.</param>
    /// <param name="countAsync">Counts everything.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<(string Open, T Found)> CountAsync<T>(
        Func<Task<(string Open, long Ended)>> lookAsync, Func<Task<T>> countAsync, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var open = await WaitAsync(lookAsync, cancellation);
            var before = await lookAsync();
            var found = await countAsync();
            if (open.Length > 0 || (before.Open.Length == 0 && await lookAsync() == before) || TimeProvider.System.GetElapsedTime(started) > Longest)
            {
                return (open, found);
            }
        }
    }
}
