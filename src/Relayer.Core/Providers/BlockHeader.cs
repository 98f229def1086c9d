using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers;

/// <summary>What a block says of itself.</summary>
/// <param name="Number">Its height.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Timestamp">Its time, to the second.</param>
/// <param name="BaseFee">EIP-1559's base fee in wei per gas; <see langword="null"/> on a chain without it.</param>
public sealed record BlockHeader(long Number, Hash32 Hash, DateTimeOffset Timestamp, Wei? BaseFee)
{
    /// <summary>The hash of the block before it, to notice a reorg.</summary>
    public Hash32 ParentHash { get; init; }

    /// <summary>The most gas of all its transactions together; <see langword="null"/> where the node does not say.</summary>
    public ulong? GasLimit { get; init; }
}
