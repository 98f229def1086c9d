using Relayer.Core.Transactions.Clock;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions.Replacement;

/// <summary>When a transaction that is not mined is replaced, and when it is given up.</summary>
/// <param name="After">So long after its first attempt.</param>
/// <param name="Every">And so long after each further one.</param>
/// <param name="CloseBefore">So long before it expires a noop takes its place.</param>
public sealed record FeeBumpSchedule(TimeSpan After, TimeSpan Every, TimeSpan CloseBefore)
{
    /// <summary>True when the newest attempt had its time.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="now">The clock.</param>
    /// <param name="heldUntil">Until then no block could take it, since the chain stood still: its time begins anew.</param>
    public bool IsDue(OpenTransaction transaction, DateTimeOffset now, DateTimeOffset heldUntil = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return transaction is { IsInFlight: true, AttemptedAt: { } at } && now - (at < heldUntil ? heldUntil : at) >= (transaction.Attempts.Count == 1 ? After : Every);
    }

    /// <summary>
    /// True from when the payload would rather be mined too late than in time. A payload with little time has half of it at least.
    /// </summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="now">The clock.</param>
    /// <param name="standing">How the chain stands, by whose time it is judged; <see langword="null"/> for what goes by the clock.</param>
    public bool IsLate(OpenTransaction transaction, DateTimeOffset now, ChainStanding? standing = null)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (transaction.Reserved.Plan.ExpiresAt is not { } expiry || !transaction.IsInFlight)
        {
            return false;
        }

        // While the chain is behind there is no telling how long a noop takes: what it may still carry out is left to it.
        if (standing is { IsBehind: true })
        {
            return expiry <= standing.TimeAt(now);
        }

        var half = Math.Max(0, (expiry - transaction.CreatedAt).Ticks / 2);
        return now >= expiry - TimeSpan.FromTicks(Math.Min(half, CloseBefore.Ticks));
    }
}
