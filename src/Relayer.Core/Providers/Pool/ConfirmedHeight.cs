namespace Relayer.Core.Providers.Pool;

/// <summary>The highest block in which something is known to be confirmed: a node that is not there yet has not seen it. A pure value.</summary>
/// <param name="Height">The block; 0 before the first.</param>
/// <param name="ReachedAt">When a node was there last, or when it was noted.</param>
internal readonly record struct ConfirmedHeight(long Height, DateTimeOffset ReachedAt)
{
    /// <summary>A chain on which nobody is there for so long has become shorter: what was confirmed was taken back.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);

    /// <summary>A height that was given up: until a node is there, whoever repeats it is not believed either.</summary>
    public long GivenUp { get; init; }

    /// <summary>After something was found confirmed in a block.</summary>
    public ConfirmedHeight After(long height, DateTimeOffset now) => height > Height && height > GivenUp ? new(height, now) { GivenUp = GivenUp } : this;

    /// <summary>After a node told its height.</summary>
    public ConfirmedHeight AfterHead(long head, DateTimeOffset now)
    {
        var told = head >= GivenUp ? this with { GivenUp = 0 } : this;
        return Height == 0 ? told
            : head >= Height ? told with { ReachedAt = now }
            : now - ReachedAt > Memory ? default(ConfirmedHeight) with { GivenUp = Height }
            : told;
    }

    /// <summary>True when a node at this height is too old to be believed about anything.</summary>
    public bool IsBefore(long head) => head < Height;
}
