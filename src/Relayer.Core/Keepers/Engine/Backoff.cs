namespace Relayer.Core.Keepers.Engine;

/// <summary>How long to wait after a try without effect. Pure.</summary>
public static class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Twice as long each time, up to five minutes.</summary>
    /// <param name="attempts">Tries so far.</param>
    public static TimeSpan After(int attempts) => attempts >= 6 ? Longest : First * (1 << Math.Max(0, attempts));
}
