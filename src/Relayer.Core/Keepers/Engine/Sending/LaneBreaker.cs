using Relayer.Core.Transactions;

namespace Relayer.Core.Keepers.Engine.Sending;

/// <summary>How a lane's transactions ended lately. Pure: outcomes in, pauses out.</summary>
/// <remarks>
/// They passed the simulation and reverted, and were paid for. After enough of them in a row the lane stands still; after that a single one is enough, and
/// each time it stands still twice as long. The first that succeeds ends it. The row is the database's, so that no restart forgets what was lost.
/// </remarks>
/// <param name="Failures">Reverted in a row, while it did not stand still.</param>
/// <param name="Strikes">How often it has stood still since one succeeded.</param>
/// <param name="OpenUntil">It stands still until then.</param>
internal sealed record LaneBreaker(int Failures, int Strikes, DateTimeOffset? OpenUntil)
{
    /// <summary>Nothing has failed.</summary>
    public static LaneBreaker Closed { get; } = new(0, 0, null);

    /// <summary>The state after a transaction that is final.</summary>
    public LaneBreaker After(TransactionState outcome, KeeperLimits limits, DateTimeOffset now) => outcome switch
    {
        TransactionState.Confirmed => Closed,

        // Those that were under way beside the last one say nothing new.
        TransactionState.Failed when OpenUntil > now => this,
        TransactionState.Failed when Failures + 1 < (Strikes > 0 ? 1 : limits.BreakerFailures) => this with { Failures = Failures + 1 },
        TransactionState.Failed => new(0, Strikes + 1, now + KeeperPauses.OfLane(limits).After(Strikes + 1)),
        _ => this, // What was not mined says nothing of the contract.
    };
}
