using System.Globalization;

namespace Relayer.Core.Transactions.Clock;

/// <summary>Whether a chain makes blocks.</summary>
public enum ChainMotion
{
    /// <summary>Its newest block was not looked at of late.</summary>
    Unknown,

    /// <summary>Its blocks are near our clock, or it has none to make.</summary>
    Moves,

    /// <summary>No block comes.</summary>
    StandsStill,

    /// <summary>Blocks come again, with times far behind our clock.</summary>
    CatchesUp,
}

/// <summary>How a chain stands by its own clock.</summary>
/// <param name="Motion">Whether it makes blocks.</param>
/// <param name="Block">Its newest block.</param>
/// <param name="BlockTime">That block's time: the chain's own.</param>
public sealed record ChainStanding(ChainMotion Motion, long Block, DateTimeOffset BlockTime)
{
    /// <summary>Nothing is known.</summary>
    public static ChainStanding Unknown { get; } = new(ChainMotion.Unknown, 0, DateTimeOffset.MinValue);

    /// <summary>The chain's clock is far behind ours: what is late by ours may be in time by the chain's.</summary>
    public bool IsBehind => Motion is ChainMotion.StandsStill or ChainMotion.CatchesUp;

    /// <summary>
    /// The next block is overdue, though not for long enough to say that the chain stands still: whoever is about to call something late waits until that is seen.
    /// </summary>
    public bool IsDoubtful { get; init; }

    /// <summary>The time by which the chain judges a deadline: its own while it is behind, otherwise the clock's.</summary>
    public DateTimeOffset TimeAt(DateTimeOffset now) => IsBehind && BlockTime < now ? BlockTime : now;

    /// <summary>For people; nothing of it is secret.</summary>
    public override string ToString() => Motion switch
    {
        ChainMotion.StandsStill => string.Create(CultureInfo.InvariantCulture, $"the chain stands still: its newest block, {Block}, is of {BlockTime:u}"),
        ChainMotion.CatchesUp => string.Create(CultureInfo.InvariantCulture, $"the chain stood still and catches up: its newest block, {Block}, is of {BlockTime:u}"),
        ChainMotion.Moves => "the chain makes blocks",
        _ => "its newest block is not known",
    };
}
