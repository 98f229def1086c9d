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
}
