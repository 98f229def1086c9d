using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers;

/// <summary>What recent blocks charged.</summary>
/// <param name="NextBaseFee">The base fee of the block to come.</param>
/// <param name="Tips">The tips of each recent block that was not empty.</param>
internal sealed record FeeHistory(Wei NextBaseFee, IReadOnlyList<BlockTips> Tips);

/// <summary>The tips that a quarter, a half and nine tenths of a block's gas paid no more than, in wei per gas.</summary>
internal readonly record struct BlockTips(Wei Low, Wei Middle, Wei High)
{
    /// <summary>A node that answers other than asked is taken at its first word; none of them may contradict the middle one.</summary>
    public static BlockTips From(Wei[] tips) => tips is [var low, var middle, var high]
        ? new BlockTips(Wei.Min(low, middle), middle, Wei.Max(middle, high))
        : new BlockTips(tips[0], tips[0], tips[0]);
}
