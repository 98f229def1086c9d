using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Providers;

namespace Relayer.Core.Transactions.Fees;

/// <summary>What is offered for gas. Pure.</summary>
public static class FeePlan
{
    /// <summary>
    /// EIP-1559: the base fee times a margin, plus a tip that recent blocks took, both under their caps. Legacy: the node's price, capped.
    /// </summary>
    /// <returns><see langword="null"/> when even the bare base fee, or the least tip, is above its cap: nothing sent now could be mined.</returns>
    public static TransactionFees? For(FeeMarket market, FeeLimits limits, Speed speed = Speed.Standard)
    {
        if (limits.Legacy || market.BaseFee is not { } baseFee)
        {
            var least = Wei.Max(market.GasPrice, limits.MinPriorityFee);
            return least > limits.MaxFee
                ? null
                : new TransactionFees.Legacy(Wei.Min(speed is Speed.Fast ? Wei.Max(market.GasPrice * 5 / 4, least) : least, limits.MaxFee));
        }

        if (baseFee > limits.MaxFee || limits.MinPriorityFee > limits.MaxPriorityFee)
        {
            return null;
        }

        var tip = Wei.Min(Wei.Max(Tip(market, speed), limits.MinPriorityFee), limits.MaxPriorityFee);
        var wanted = (baseFee * Percent(limits, speed) / 100) + tip;
        var offered = Wei.Min(wanted, limits.MaxFee);

        // EIP-1559 refuses a tip above the total.
        return new TransactionFees.Dynamic(offered, Wei.Min(tip, offered));
    }

    /// <summary>What a gas is expected to cost in the next block, in wei: the base fee as it is, and the tip; never more than is offered.</summary>
    public static Wei Expect(FeeMarket market, TransactionFees fees) => fees is TransactionFees.Dynamic offer && market.BaseFee is { } baseFee
        ? Wei.Min(baseFee + offer.MaxPriorityFee, offer.MaxFee)
        : fees.MaxPrice;

    /// <summary>
    /// What a node takes in place of a transaction that it holds at the same nonce: an eighth more in both fields, or what the market asks
    /// now if that is more; just under the caps a tenth, the least that nodes want.
    /// </summary>
    /// <param name="sent">The highest offered so far.</param>
    /// <param name="market">What is offered for a new transaction now, if anything is.</param>
    /// <param name="limits">The chain's limits.</param>
    /// <returns><see langword="null"/> when that is above a cap: the transaction cannot be replaced.</returns>
    public static TransactionFees? Bump(TransactionFees sent, TransactionFees? market, FeeLimits limits)
    {
        switch (sent)
        {
            case TransactionFees.Dynamic(var maxFee, var tip):
                var asked = market as TransactionFees.Dynamic;
                return Raise(maxFee, asked?.MaxFee, limits.MaxFee) is { } fee
                    && Raise(tip, asked?.MaxPriorityFee, Wei.Min(limits.MaxPriorityFee, fee)) is { } moreTip
                    ? new TransactionFees.Dynamic(fee, moreTip)
                    : null;
            case TransactionFees.Legacy(var gasPrice):
                return Raise(gasPrice, (market as TransactionFees.Legacy)?.GasPrice, limits.MaxFee) is { } price
                    ? new TransactionFees.Legacy(price)
                    : null;
            default:
                return null;
        }
    }

    // Rounded up, so that one wei becomes two; and of nothing one. geth wants both fields higher, and by a tenth:
    // https://github.com/ethereum/go-ethereum/blob/master/core/txpool/legacypool/list.go (list.Add, PriceBump).
    private static Wei? Raise(Wei sent, Wei? asked, Wei cap)
    {
        if (sent >= cap)
        {
            return null;
        }

        var offered = Wei.Min(Wei.Max(AtLeastOneMore(sent, 8), asked ?? Wei.Zero), cap);
        return offered >= AtLeastOneMore(sent, 10) ? offered : null;
    }

    private static Wei AtLeastOneMore(Wei fee, ulong part) => fee + Wei.Max((fee + new Wei(part - 1)) / part, new Wei(1));

    private static Wei Tip(FeeMarket market, Speed speed) => speed switch
    {
        Speed.Slow => market.LowPriorityFee,
        Speed.Fast => market.HighPriorityFee,
        _ => market.PriorityFee,
    };

    private static ulong Percent(FeeLimits limits, Speed speed)
    {
        var margin = (ulong)limits.BaseFeePercent - 100;
        return 100 + (speed switch
        {
            Speed.Slow => margin / 2,
            Speed.Fast => margin * 3 / 2,
            _ => margin,
        });
    }
}

/// <summary>A chain's limits on fees, in wei per gas.</summary>
/// <param name="MaxFee">The most ever offered, tip included.</param>
/// <param name="MaxPriorityFee">The most ever offered as a tip.</param>
/// <param name="MinPriorityFee">The least offered as a tip.</param>
/// <param name="BaseFeePercent">The margin on the base fee, in percent.</param>
/// <param name="Legacy">Sends type 0 transactions.</param>
public sealed record FeeLimits(Wei MaxFee, Wei MaxPriorityFee, Wei MinPriorityFee, int BaseFeePercent, bool Legacy);
