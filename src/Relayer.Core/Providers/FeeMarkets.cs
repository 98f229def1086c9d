using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers;

/// <summary>Reads the fee market out of what a node says; pure.</summary>
internal static class FeeMarkets
{
    /// <summary>
    /// With EIP-1559 (the head has a base fee): the next base fee, and the middle one of the tips that recent blocks took.
    /// Without: the node's gas price.
    /// </summary>
    /// <param name="head">The newest block.</param>
    /// <param name="gasPrice"><c>eth_gasPrice</c>; with EIP-1559 it is about base fee and tip together.</param>
    /// <param name="history"><see langword="null"/> where the node has no <c>eth_feeHistory</c>.</param>
    public static FeeMarket Read(BlockHeader head, Wei gasPrice, FeeHistory? history)
    {
        if (head.BaseFee is not { } baseFee)
        {
            return new FeeMarket(null, Wei.Zero, gasPrice);
        }

        var suggested = gasPrice > baseFee ? gasPrice - baseFee : Wei.Zero;
        var tip = history is { Tips.Count: > 0 } ? Middle(history.Tips) : suggested;
        return new FeeMarket(history?.NextBaseFee ?? baseFee, tip, gasPrice);
    }

    private static Wei Middle(IReadOnlyList<Wei> tips) => tips.Order().ElementAt(tips.Count / 2);
}
