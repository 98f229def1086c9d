using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;

namespace Relayer.Core.Transactions.Fees;

/// <summary>The least tip that a chain's nodes said they take, for as long as that is believed.</summary>
/// <remarks>
/// Only what the chain's caps allow is ever offered, whoever named it. Noted is what nodes said of a transaction that none of them took. Safe for
/// concurrent use.
/// </remarks>
/// <param name="limits">The chain's limits.</param>
/// <param name="time">The clock.</param>
internal sealed class TipFloor(FeeLimits limits, TimeProvider time)
{
    /// <summary>How long a floor is believed: then what is less is tried again.</summary>
    public static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private Wei _tip;
    private long _until;

    /// <summary>The chain's limits with what nodes want.</summary>
    public FeeLimits Limits => Present is { } tip && tip > limits.MinPriorityFee ? limits with { MinPriorityFee = tip } : limits;

    /// <summary>What nodes want, where it is more than the caps allow: nothing sent now would be taken.</summary>
    public Wei? AboveCap => Limits is { } present && present.MinPriorityFee > Cap(present) ? present.MinPriorityFee : null;

    /// <summary>What a node wants is known, and these fees are below it.</summary>
    public bool IsAbove(TransactionFees fees) => Present is { } tip && tip > fees switch
    {
        TransactionFees.Dynamic(_, var offered) => offered,
        TransactionFees.Legacy(var price) => price,
        _ => tip,
    };

    /// <summary>Notes what a node said it wants.</summary>
    public void Note(Wei tip)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow().UtcTicks;
            if (now >= _until || tip >= _tip)
            {
                (_tip, _until) = (tip, now + GoodFor.Ticks);
            }
        }
    }

    private Wei? Present
    {
        get
        {
            lock (_gate)
            {
                return time.GetUtcNow().UtcTicks < _until ? _tip : null;
            }
        }
    }

    private static Wei Cap(FeeLimits limits) => limits.Legacy ? limits.MaxFee : Wei.Min(limits.MaxPriorityFee, limits.MaxFee);
}
