using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers;

/// <summary>Receipts and the height of the node that gave them.</summary>
/// <param name="Head">That node's newest block.</param>
/// <param name="Receipts">In the order asked; <see langword="null"/> where there is none.</param>
public sealed record ReceiptsAtHead(long Head, IReadOnlyList<TransactionReceipt?> Receipts)
{
    /// <summary>Why nothing is known of some, by their place: the node would not say, or said something else. That is not "none".</summary>
    public IReadOnlyDictionary<int, string> Unread { get; init; } = new Dictionary<int, string>();
}

/// <summary>What a mined transaction did.</summary>
/// <param name="TransactionHash">Its hash.</param>
/// <param name="BlockNumber">Where it was mined.</param>
/// <param name="BlockHash">That block's hash, to notice a reorg.</param>
/// <param name="Succeeded">Status 1; 0 is an outer revert.</param>
/// <param name="GasUsed">Gas used by the transaction.</param>
/// <param name="EffectiveGasPrice">Wei per gas paid.</param>
/// <param name="L1Fee">The data fee that OP-stack chains add, in wei; zero elsewhere.</param>
/// <param name="Logs">Events in order.</param>
public sealed record TransactionReceipt(
    Hash32 TransactionHash,
    long BlockNumber,
    Hash32 BlockHash,
    bool Succeeded,
    ulong GasUsed,
    Wei EffectiveGasPrice,
    Wei L1Fee,
    IReadOnlyList<LogEntry> Logs)
{
    /// <summary>Everything the sender paid beside value: gas used × price + L1 fee, in wei.</summary>
    public Wei Fee => (EffectiveGasPrice * GasUsed) + L1Fee;
}

/// <summary>An event.</summary>
/// <param name="Address">The contract that emitted it.</param>
/// <param name="Topics">Up to four indexed words; the first names the event.</param>
/// <param name="Data">The rest, ABI-encoded.</param>
public sealed record LogEntry(Address Address, IReadOnlyList<Hash32> Topics, ReadOnlyMemory<byte> Data);
