using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Providers;

namespace Relayer.Core.Transactions;

/// <summary>What is offered for gas. Pure.</summary>
public static class FeePlan
{
    /// <summary>
    /// EIP-1559: the base fee times a margin, plus a tip that recent blocks took, both under their caps. Legacy: the node's price, capped.
    /// </summary>
    /// <returns><see langword="null"/> when even the bare base fee is above the cap: nothing sent now could be mined.</returns>
    public static TransactionFees? For(FeeMarket market, FeeLimits limits)
    {
        if (limits.Legacy || market.BaseFee is not { } baseFee)
        {
            return market.GasPrice > limits.MaxFee ? null : new TransactionFees.Legacy(market.GasPrice);
        }

        if (baseFee > limits.MaxFee)
        {
            return null;
        }

        var tip = Wei.Min(Wei.Max(market.PriorityFee, limits.MinPriorityFee), limits.MaxPriorityFee);
        var wanted = (baseFee * (ulong)limits.BaseFeePercent / 100) + tip;
        var offered = Wei.Min(wanted, limits.MaxFee);

        // EIP-1559 refuses a tip above the total.
        return new TransactionFees.Dynamic(offered, Wei.Min(tip, offered));
    }
}

/// <summary>A chain's limits on fees, in wei per gas.</summary>
/// <param name="MaxFee">The most ever offered, tip included.</param>
/// <param name="MaxPriorityFee">The most ever offered as a tip.</param>
/// <param name="MinPriorityFee">The least offered as a tip.</param>
/// <param name="BaseFeePercent">The margin on the base fee, in percent.</param>
/// <param name="Legacy">Sends type 0 transactions.</param>
public sealed record FeeLimits(Wei MaxFee, Wei MaxPriorityFee, Wei MinPriorityFee, int BaseFeePercent, bool Legacy);
