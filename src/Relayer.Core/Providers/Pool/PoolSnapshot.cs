namespace Relayer.Core.Providers.Pool;

/// <summary>Where a provider's height stands among the others'.</summary>
internal enum Standing
{
    /// <summary>It did not tell.</summary>
    Unknown,

    /// <summary>With the pool.</summary>
    Level,

    /// <summary>Too far behind: what it has not seen proves nothing.</summary>
    Lagging,

    /// <summary>Too far ahead to be believed against the others.</summary>
    Ahead,
}

/// <summary>What the heights that all providers told at about the same time amount to. Pure.</summary>
/// <param name="Head">The pool's height: the highest that is plausible.</param>
/// <param name="At">When the heights were told.</param>
/// <param name="ReachedAt">When the pool last was where <paramref name="Head"/> says.</param>
/// <param name="Standings">Of each provider, in their order.</param>
internal sealed record PoolSnapshot(long? Head, DateTimeOffset At, DateTimeOffset ReachedAt, IReadOnlyList<Standing> Standings)
{
    /// <summary>For this long the pool's height is not given up when those who told it are gone and the rest are behind.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    // No chain makes blocks faster; a head that rises faster than this is a claim.
    private const double MostBlocksPerSecond = 50;

    /// <summary>Judges the heights.</summary>
    /// <param name="heads">What each provider told; <see langword="null"/> where it told nothing.</param>
    /// <param name="before">The view before; <see langword="null"/> at first.</param>
    /// <param name="maxLag">So many blocks apart are still together.</param>
    /// <param name="now">The time.</param>
    /// <param name="operators">Who runs each: one operator has one voice, its highest. Left out: each has its own.</param>
    public static PoolSnapshot Of(
        IReadOnlyList<long?> heads, PoolSnapshot? before, int maxLag, DateTimeOffset now, IReadOnlyList<string>? operators = null)
    {
        var voices = operators is null ? heads : heads.Zip(operators).GroupBy(one => one.Second, (_, same) => same.Max(one => one.First));
        var told = Agreed([.. voices.OfType<long>().OrderDescending()], before, maxLag, now);
        var isFallen = before?.Head is { } last && (told is null || told < last - maxLag);
        var isKept = isFallen && now - before!.ReachedAt <= Memory;
        var head = isKept ? before!.Head : told;
        return new PoolSnapshot(
            head, now, isKept ? before!.ReachedAt : now, [.. heads.Select(one => StandingOf(one, head, maxLag))]);
    }

    /// <summary>True when a height told now is higher than this view, some time ago, can explain.</summary>
    public bool IsAhead(long head, int maxLag, DateTimeOffset now) => Head is { } pool && head > pool + maxLag + Growth(now - At);

    /// <summary>
    /// One liar is outvoted by two who agree: with three or more it is the second highest. With two nobody can be outvoted; the higher
    /// one is taken, since lagging is common and lying is not, unless no chain could have got there from where the pool was.
    /// </summary>
    private static long? Agreed(long[] descending, PoolSnapshot? before, int maxLag, DateTimeOffset now) => descending switch
    {
        [] => null,
        [var only] => only,
        [var higher, var lower] when higher - lower > maxLag && before?.IsAhead(higher, maxLag, now) == true => lower,
        [var higher, _] => higher,
        [_, var second, ..] => second,
    };

    private static Standing StandingOf(long? head, long? pool, int maxLag) => (head, pool) switch
    {
        (null, _) or (_, null) => Standing.Unknown,
        var (one, all) when one < all - maxLag => Standing.Lagging,
        var (one, all) when one > all + maxLag => Standing.Ahead,
        _ => Standing.Level,
    };

    private static double Growth(TimeSpan elapsed) => Math.Max(0, elapsed.TotalSeconds) * MostBlocksPerSecond;
}
