namespace Relayer.Core.Providers.Pool;

/// <summary>The heights one provider told. Behind a load balancer each may come from another node. A pure value.</summary>
/// <param name="Head">The last one; <see langword="null"/> before the first.</param>
/// <param name="Highest">The highest of the last while.</param>
/// <param name="HighestAt">When that was told last.</param>
internal readonly record struct HeadHistory(long? Head, long Highest, DateTimeOffset HighestAt)
{
    /// <summary>After this long without the highest being reached again, a chain has become shorter, or it was never true.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(30);

    /// <summary>The track after one more height.</summary>
    public HeadHistory After(long head, DateTimeOffset now) =>
        head >= Highest || Head is null || now - HighestAt > Memory ? new(head, head, now) : this with { Head = head };

    /// <summary>True when a height is more than <paramref name="maxLag"/> blocks behind what the provider told before.</summary>
    public bool IsBehindItself(long head, int maxLag, DateTimeOffset now) =>
        Head is not null && head < Highest - maxLag && now - HighestAt <= Memory;
}
