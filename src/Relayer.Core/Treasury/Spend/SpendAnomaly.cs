using System.Numerics;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Treasury.Spend;

/// <summary>Tells spending that is far above a chain's own history: refilling would only feed whatever drains it. Pure.</summary>
/// <param name="Hour">Spent in the busiest of the hours looked at, in wei.</param>
/// <param name="Limit">What such an hour may be, in wei.</param>
public readonly record struct SpendAnomaly(Wei Hour, Wei Limit)
{
    /// <summary>True when top-ups must stop until a person has looked.</summary>
    public bool IsAnomaly => Hour > Limit;

    /// <summary>Judges the present hours by the busy hours (95th percentile) before them.</summary>
    /// <param name="present">What was spent in the present hour and the one before it.</param>
    /// <param name="history">What was spent in earlier hours, hours without spending included.</param>
    /// <param name="factor">So many times a busy hour is far above.</param>
    /// <param name="floor">Less than this in an hour is never an anomaly.</param>
    public static SpendAnomaly Evaluate(IReadOnlyList<Wei> present, IReadOnlyList<Wei> history, int factor, Wei floor)
    {
        var busy = history.Count == 0 ? Wei.Zero : history.Order().ElementAt((history.Count - 1) * 95 / 100);
        var limit = BigInteger.Min(busy.ToBigInteger() * factor, UInt256.MaxValue.ToBigInteger());
        return new(present.Aggregate(Wei.Zero, Wei.Max), Wei.Max(floor, new Wei(UInt256.From(limit))));
    }
}
