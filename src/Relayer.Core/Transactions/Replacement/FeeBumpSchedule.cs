using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions.Replacement;

/// <summary>When a transaction that is not mined is replaced, and when it is given up.</summary>
/// <param name="After">So long after its first attempt.</param>
/// <param name="Every">And so long after each further one.</param>
/// <param name="CloseBefore">So long before it expires a noop takes its place.</param>
public sealed record FeeBumpSchedule(TimeSpan After, TimeSpan Every, TimeSpan CloseBefore)
{
    /// <summary>True when the newest attempt had its time.</summary>
    public bool IsDue(OpenTransaction transaction, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return transaction is { IsInFlight: true, AttemptedAt: { } at } && now - at >= (transaction.Attempts.Count == 1 ? After : Every);
    }

    /// <summary>
    /// True from when the payload would rather be mined too late than in time. A payload with little time has half of it at least.
    /// </summary>
    public bool IsLate(OpenTransaction transaction, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (transaction.Reserved.Plan.ExpiresAt is not { } expiry || !transaction.IsInFlight)
        {
            return false;
        }

        var half = Math.Max(0, (expiry - transaction.CreatedAt).Ticks / 2);
        return now >= expiry - TimeSpan.FromTicks(Math.Min(half, CloseBefore.Ticks));
    }
}
