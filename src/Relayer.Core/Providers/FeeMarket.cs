using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers;

/// <summary>What block space costs now, in wei per gas.</summary>
/// <param name="BaseFee">The next block's base fee; <see langword="null"/> on a chain without EIP-1559.</param>
/// <param name="PriorityFee">A tip that recent blocks took.</param>
/// <param name="GasPrice">The legacy price, where there is no base fee.</param>
public sealed record FeeMarket(Wei? BaseFee, Wei PriorityFee, Wei GasPrice)
{
    /// <summary>The newest block of the node that told it; <see langword="null"/> where that is not known.</summary>
    public BlockHeader? Head { get; init; }

    /// <summary>A tip that a quarter of recent gas paid less than; never above <see cref="PriorityFee"/>.</summary>
    public Wei LowPriorityFee { get; init; } = PriorityFee;

    /// <summary>A tip that nine tenths of recent gas paid less than; never below <see cref="PriorityFee"/>.</summary>
    public Wei HighPriorityFee { get; init; } = PriorityFee;
}
