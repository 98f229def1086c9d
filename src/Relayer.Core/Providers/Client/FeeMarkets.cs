using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers.Client;

/// <summary>Reads the fee market out of what a node says; pure.</summary>
internal static class FeeMarkets
{
    /// <summary>
    /// With EIP-1559 (the head has a base fee): the next base fee, and the middle ones of the tips that recent blocks took.
    /// Without: the node's gas price.
    /// </summary>
    /// <param name="head">The newest block.</param>
    /// <param name="gasPrice"><c>eth_gasPrice</c>; with EIP-1559 it is about base fee and tip together.</param>
    /// <param name="history"><see langword="null"/> where the node has no <c>eth_feeHistory</c>.</param>
    public static FeeMarket Read(BlockHeader head, Wei gasPrice, FeeHistory? history)
    {
        if (head.BaseFee is not { } baseFee)
        {
            return new FeeMarket(null, Wei.Zero, gasPrice) { Head = head };
        }

        var suggested = gasPrice > baseFee ? gasPrice - baseFee : Wei.Zero;
        var next = history?.NextBaseFee ?? baseFee;
        return history is not { Tips: { Count: > 0 } tips }
            ? new FeeMarket(next, suggested, gasPrice) { Head = head }
            : new FeeMarket(next, Middle(tips, tip => tip.Middle), gasPrice)
            {
                Head = head,
                LowPriorityFee = Middle(tips, tip => tip.Low),
                HighPriorityFee = Middle(tips, tip => tip.High),
            };
    }

    /// <summary>The middle one of several answers by what a gas costs in them, the lower of two.</summary>
    public static T Middle<T>(IReadOnlyList<T> answers, Func<T, FeeMarket> market) =>
        answers.OrderBy(answer => PriceOf(market(answer))).ElementAt((answers.Count - 1) / 2);

    private static Wei PriceOf(FeeMarket market) => market.BaseFee is { } baseFee ? baseFee + market.PriorityFee : market.GasPrice;

    private static Wei Middle(IReadOnlyList<BlockTips> tips, Func<BlockTips, Wei> which) =>
        tips.Select(which).Order().ElementAt(tips.Count / 2);
}
