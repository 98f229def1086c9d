using Relayer.Core.Ethereum;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions.Clock;

/// <summary>Decides whether a chain stands still. Pure.</summary>
/// <remarks>
/// An old newest block is no proof by itself: there are chains that make a block only when there is something to put in. There it takes a transaction of ours that
/// nodes have, that pays enough, and that no block could have passed over since. That providers do not answer is something else, and no standstill.
/// </remarks>
internal static class Standstill
{
    /// <summary>What was seen longer ago says nothing of now.</summary>
    public static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(30);

    /// <summary>Decides.</summary>
    /// <param name="head">The newest block, as it was last seen.</param>
    /// <param name="waitingSince">As <see cref="FindWaiting"/>.</param>
    /// <param name="wasBehind">The chain was behind when it was last judged: until its blocks are near the clock again it is not over.</param>
    /// <param name="pace">How fast the chain makes blocks.</param>
    /// <param name="now">The clock.</param>
    public static ChainStanding Evaluate(HeadSighting? head, DateTimeOffset? waitingSince, bool wasBehind, ChainPace pace, DateTimeOffset now)
    {
        if (head is null || now - head.SeenAt > GoodFor)
        {
            return ChainStanding.Unknown;
        }

        var isMoving = head.MovedAt is { } moved && now - moved < pace.StandstillAfter;

        // Once that is known, a newer version of ours does not begin the wait anew.
        var isOurs = waitingSince is { } since && since > head.Timestamp && (wasBehind || now - since >= pace.StandstillAfter);
        var isBehind = now - head.Timestamp >= pace.StandstillAfter && (pace.IsSteady || isOurs || (wasBehind && isMoving));
        var motion = !isBehind ? ChainMotion.Moves : isMoving ? ChainMotion.CatchesUp : ChainMotion.StandsStill;
        return new ChainStanding(motion, head.Number, head.Timestamp)
        {
            IsDoubtful = !isBehind && head.Highest == head.Number && now - head.Timestamp > pace.OverdueAfter,
        };
    }

    /// <summary>Since when the newest version of some transaction waits that the next block could hold; <see langword="null"/> when none does.</summary>
    /// <param name="open">What is open.</param>
    /// <param name="baseFee">The newest block's base fee.</param>
    public static DateTimeOffset? FindWaiting(IEnumerable<OpenTransaction> open, Wei? baseFee) => open
        .Where(item => item.IsInFlight)
        .GroupBy(item => item.Reserved.Signer)
        .Select(ofSigner => ofSigner.MinBy(item => item.Reserved.Nonce)!)
        .Where(item => item.State is TransactionState.Broadcast && !(item.Reserved.Plan.Fees.MaxPrice < baseFee))
        .Min(item => item.AttemptedAt);
}
