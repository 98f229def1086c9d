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

    /// <summary>
    /// What a node takes in place of a transaction that it holds at the same nonce: an eighth more in both fields (nodes want at least a
    /// tenth), or what the market asks now if that is more.
    /// </summary>
    /// <param name="sent">What was offered.</param>
    /// <param name="market">What is offered for a new transaction now, if anything is.</param>
    /// <param name="limits">The chain's limits.</param>
    /// <returns><see langword="null"/> when that is above the cap: the transaction cannot be outbid.</returns>
    public static TransactionFees? Outbid(TransactionFees sent, TransactionFees? market, FeeLimits limits)
    {
        switch (sent)
        {
            case TransactionFees.Dynamic(var maxFee, var tip):
                var asked = market as TransactionFees.Dynamic;
                var fee = Wei.Max(Raise(maxFee), asked?.MaxFee ?? Wei.Zero);
                return fee > limits.MaxFee
                    ? null
                    : new TransactionFees.Dynamic(fee, Wei.Min(Wei.Max(Raise(tip), asked?.MaxPriorityFee ?? Wei.Zero), fee));
            case TransactionFees.Legacy(var gasPrice):
                var price = Wei.Max(Raise(gasPrice), (market as TransactionFees.Legacy)?.GasPrice ?? Wei.Zero);
                return price > limits.MaxFee ? null : new TransactionFees.Legacy(price);
            default:
                return null;
        }
    }

    // Rounded up, so that one wei becomes two.
    private static Wei Raise(Wei fee) => fee + ((fee + new Wei(7)) / 8);
}

/// <summary>A chain's limits on fees, in wei per gas.</summary>
/// <param name="MaxFee">The most ever offered, tip included.</param>
/// <param name="MaxPriorityFee">The most ever offered as a tip.</param>
/// <param name="MinPriorityFee">The least offered as a tip.</param>
/// <param name="BaseFeePercent">The margin on the base fee, in percent.</param>
/// <param name="Legacy">Sends type 0 transactions.</param>
public sealed record FeeLimits(Wei MaxFee, Wei MaxPriorityFee, Wei MinPriorityFee, int BaseFeePercent, bool Legacy);
