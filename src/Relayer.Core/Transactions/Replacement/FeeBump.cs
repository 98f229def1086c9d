using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Providers;
using Relayer.Core.Transactions.Fees;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions.Replacement;

/// <summary>What is done about a transaction that had its time and holds its signer up. Pure.</summary>
internal abstract record FeeBump
{
    private FeeBump()
    {
    }

    /// <summary>Nothing yet: no block passed it over.</summary>
    public sealed record Wait : FeeBump;

    /// <summary>It is signed again with these fees.</summary>
    public sealed record Offer(TransactionFees Fees) : FeeBump;

    /// <summary>Nothing more may be offered: it waits until it is mined or the market falls.</summary>
    public sealed record AtCap : FeeBump;

    /// <summary>The signer cannot pay for more: it waits until it is mined or the signer is funded.</summary>
    public sealed record Unaffordable : FeeBump;

    /// <summary>Decides.</summary>
    /// <param name="transaction">The transaction at its signer's next nonce.</param>
    /// <param name="isPassedOver">A block came since it was first seen there.</param>
    /// <param name="market">What block space costs.</param>
    /// <param name="balance">What the signer holds.</param>
    /// <param name="settings">The chain's limits.</param>
    public static FeeBump Decide(OpenTransaction transaction, bool isPassedOver, FeeMarket market, Wei balance, ChainSettings settings)
    {
        var plan = transaction.Reserved.Plan;

        // A chain that stands still mines nothing, however much is offered. One that makes blocks only when there is something to
        // put in them (Arbitrum) stands still too, but then what is offered is below the base fee.
        if (!isPassedOver && !(market.BaseFee > plan.Fees.MaxPrice))
        {
            return new Wait();
        }

        // A noop has little gas and little time.
        var speed = transaction.IsClosing ? Speed.Fast : plan.Speed ?? settings.Speed;
        var limits = plan.LimitsOf(settings, transaction.IsClosing);
        if (FeePlan.For(market, limits, speed) is not { } asked
            || FeePlan.Bump(plan.Fees, asked, limits) is not { } fees)
        {
            return new AtCap();
        }

        var cost = transaction.IsClosing
            ? fees.MaxPrice * (ReservedTransaction.NoopGas + settings.DataGas)
            : (plan with { Fees = fees }).MaxCost;
        return cost + settings.DataFee > balance ? new Unaffordable() : new Offer(fees);
    }
}
