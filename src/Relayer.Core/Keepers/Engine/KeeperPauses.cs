using Relayer.Core.Concurrency;

namespace Relayer.Core.Keepers.Engine;

/// <summary>How long keepers wait after what failed.</summary>
internal static class KeeperPauses
{
    /// <summary>A lane that stands still again and again does so for this long at most, unless its settings say longer.</summary>
    private static readonly TimeSpan LongestLane = TimeSpan.FromHours(4);

    /// <summary>Between tries of one piece of work.</summary>
    public static Backoff Tries { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5));

    /// <summary>For how long a lane stands still.</summary>
    public static Backoff OfLane(KeeperLimits limits) =>
        new(limits.BreakerPause, limits.BreakerPause < LongestLane ? LongestLane : limits.BreakerPause);
}
