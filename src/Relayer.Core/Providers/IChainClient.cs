using Relayer.Core.Ethereum;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Providers;

/// <summary>One chain, whichever of its providers answers. Every list travels as one JSON-RPC batch.</summary>
/// <remarks>
/// Safe for concurrent use. A provider that fails is passed over for the next; when none answers,
/// each method throws <see cref="ChainUnavailableException"/>. What the chain itself says no to is a value, not an exception.
/// </remarks>
public interface IChainClient : IBlockReadings
{
    /// <summary>The chain's id, by configuration.</summary>
    ChainId ChainId { get; }

    /// <summary><c>eth_chainId</c>, to compare with the configuration.</summary>
    Task<ChainId> ReadChainIdAsync(CancellationToken cancellation);

    /// <summary>The newest block's header.</summary>
    Task<BlockHeader> ReadHeadAsync(CancellationToken cancellation);

    /// <summary>Runs calls without sending them (<c>eth_call</c> at the newest block), one outcome each, in order.</summary>
    Task<IReadOnlyList<CallOutcome>> CallAsync(IReadOnlyList<EthCall> calls, CancellationToken cancellation);

    /// <summary>Runs calls on the state after a block, one outcome each, in order. <see cref="CallAsync(IReadOnlyList{EthCall}, CancellationToken)"/> is cheaper.</summary>
    Task<IReadOnlyList<CallOutcome>> CallAsync(IReadOnlyList<EthCall> calls, BlockRef at, CancellationToken cancellation);

    /// <summary>Broadcasts signed transactions (<c>eth_sendRawTransaction</c>), one outcome each, in order.</summary>
    Task<IReadOnlyList<SendOutcome>> SendRawAsync(IReadOnlyList<ReadOnlyMemory<byte>> raw, CancellationToken cancellation);

    /// <summary>Receipts in order; <see langword="null"/> where the chain has none yet, together with the head they were read at.</summary>
    Task<ReceiptsAtHead> ReadReceiptsAsync(IReadOnlyList<Hash32> hashes, CancellationToken cancellation);

    /// <summary>
    /// The number of transactions mined from an account at the newest block: its next nonce. Asked of every provider that is with the
    /// pool; where they differ, the highest that nobody who has seen as much contradicts.
    /// </summary>
    Task<IReadOnlyList<ulong>> ReadNoncesAsync(IReadOnlyList<Address> accounts, CancellationToken cancellation);

    /// <summary>Native balances at the newest block.</summary>
    Task<IReadOnlyList<Wei>> ReadBalancesAsync(IReadOnlyList<Address> accounts, CancellationToken cancellation);

    /// <summary>
    /// The events of a range of blocks (<c>eth_getLogs</c>). Believed, empty or not, only from a node whose head is at or past
    /// <see cref="LogFilter.ToBlock"/>: a node that lags answers with what it has, without an error.
    /// </summary>
    Task<LogsOutcome> ReadLogsAsync(LogFilter filter, CancellationToken cancellation);

    /// <summary>Blocks' headers in order; <see langword="null"/> where the chain has no such block (any more), with the head they were read at.</summary>
    Task<BlocksAtHead> ReadBlocksAsync(IReadOnlyList<BlockRef> blocks, CancellationToken cancellation);

    /// <summary>Contracts' code after a block (<c>eth_getCode</c>), in order; empty for an account without any.</summary>
    Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadCodeAsync(
        IReadOnlyList<Address> accounts, BlockRef at, CancellationToken cancellation);

    /// <summary>How each provider is, in the configured order; asks each that may be asked. Does not throw when none answers.</summary>
    Task<IReadOnlyList<ProviderReport>> ObserveProvidersAsync(CancellationToken cancellation);

    /// <summary>What a transaction costs now (<c>eth_feeHistory</c>; <c>eth_gasPrice</c> on a chain without EIP-1559).</summary>
    Task<FeeMarket> ReadFeeMarketAsync(CancellationToken cancellation);
}

/// <summary>What a block says of itself.</summary>
/// <param name="Number">Its height.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Timestamp">Its time, to the second.</param>
/// <param name="BaseFee">EIP-1559's base fee in wei per gas; <see langword="null"/> on a chain without it.</param>
public sealed record BlockHeader(long Number, Hash32 Hash, DateTimeOffset Timestamp, Wei? BaseFee)
{
    /// <summary>The hash of the block before it, to notice a reorg.</summary>
    public Hash32 ParentHash { get; init; }
}

/// <summary>A call to run without sending it.</summary>
/// <param name="From">The account it pretends to come from.</param>
/// <param name="To">The contract.</param>
/// <param name="Data">The calldata.</param>
/// <param name="Gas">The gas limit; <see langword="null"/> leaves it to the node.</param>
/// <param name="Value">The value in wei that goes with it.</param>
public sealed record EthCall(Address? From, Address To, ReadOnlyMemory<byte> Data, ulong? Gas = null, Wei Value = default);

/// <summary>How a call ended.</summary>
public abstract record CallOutcome
{
    private CallOutcome()
    {
    }

    /// <summary>It returned this.</summary>
    public sealed record Returned(ReadOnlyMemory<byte> Data) : CallOutcome;

    /// <summary>The contract refused with this (possibly empty) revert data.</summary>
    public sealed record Reverted(ReadOnlyMemory<byte> Data, string Message) : CallOutcome;

    /// <summary>The node refused to run it for another reason, such as too little gas or balance.</summary>
    public sealed record Refused(NodeError Error) : CallOutcome;
}

/// <summary>What became of a broadcast.</summary>
/// <param name="Error"><see langword="null"/> when the node took it or already had it; otherwise why it did not.</param>
public readonly record struct SendOutcome(NodeError? Error)
{
    /// <summary>The node has the transaction.</summary>
    public bool IsAccepted => Error is null or { Kind: NodeErrorKind.AlreadyKnown };
}

/// <summary>A node's refusal, classified once.</summary>
/// <param name="Kind">What it means here.</param>
/// <param name="Code">The JSON-RPC code.</param>
/// <param name="Message">The node's own words, bounded in length.</param>
public sealed record NodeError(NodeErrorKind Kind, int Code, string Message);

/// <summary>What a node's refusal means for a transaction or a call.</summary>
public enum NodeErrorKind
{
    /// <summary>Nothing known; a transaction that met it is treated as sent.</summary>
    Unknown,

    /// <summary>The node holds this very transaction already: success.</summary>
    AlreadyKnown,

    /// <summary>The nonce was used by a mined transaction.</summary>
    NonceTooLow,

    /// <summary>The nonce is beyond what the node will queue.</summary>
    NonceTooHigh,

    /// <summary>Another transaction holds the nonce and the fee does not outbid it by enough.</summary>
    ReplacementUnderpriced,

    /// <summary>The fee is below what the node accepts at all.</summary>
    FeeTooLow,

    /// <summary>The fee exceeds the node's own ceiling.</summary>
    FeeAboveNodeCap,

    /// <summary>The account cannot pay for gas and value.</summary>
    InsufficientFunds,

    /// <summary>The gas limit is below the intrinsic cost.</summary>
    IntrinsicGasTooLow,

    /// <summary>The gas limit is above the block's or the transaction's maximum.</summary>
    GasLimitTooHigh,

    /// <summary>The node's pool is full.</summary>
    PoolFull,

    /// <summary>The call or the transaction reverts in the contract.</summary>
    Reverted,

    /// <summary>The call ran out of the gas it was given.</summary>
    OutOfGas,

    /// <summary>The answer would be too large (logs of too many blocks, or too many of them): ask for less.</summary>
    TooManyResults,

    /// <summary>The bytes are not a transaction this chain takes (encoding, signature, type, chain id).</summary>
    Malformed,

    /// <summary>The node asks for fewer requests.</summary>
    RateLimited,

    /// <summary>The node lacks the method or the data (pruned, syncing).</summary>
    Unsupported,
}

/// <summary>Receipts and the height of the node that gave them.</summary>
/// <param name="Head">That node's newest block.</param>
/// <param name="Receipts">In the order asked; <see langword="null"/> where there is none.</param>
public sealed record ReceiptsAtHead(long Head, IReadOnlyList<TransactionReceipt?> Receipts);

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

/// <summary>What block space costs now, in wei per gas.</summary>
/// <param name="BaseFee">The next block's base fee; <see langword="null"/> on a chain without EIP-1559.</param>
/// <param name="PriorityFee">A tip that recent blocks took.</param>
/// <param name="GasPrice">The legacy price, where there is no base fee.</param>
public sealed record FeeMarket(Wei? BaseFee, Wei PriorityFee, Wei GasPrice)
{
    /// <summary>A tip that a quarter of recent gas paid less than; never above <see cref="PriorityFee"/>.</summary>
    public Wei LowPriorityFee { get; init; } = PriorityFee;

    /// <summary>A tip that nine tenths of recent gas paid less than; never below <see cref="PriorityFee"/>.</summary>
    public Wei HighPriorityFee { get; init; } = PriorityFee;
}

/// <summary>No provider of a chain gave a usable answer in time. Infrastructure, not the caller's fault: worth a retry.</summary>
/// <param name="chainId">The chain.</param>
/// <param name="message">What was tried, without URLs (they may hold keys).</param>
/// <param name="innerException">The last failure.</param>
public sealed class ChainUnavailableException(ChainId chainId, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The chain.</summary>
    public ChainId ChainId { get; } = chainId;
}

/// <summary>The configured chains' clients.</summary>
public interface IChainClientFactory
{
    /// <summary>The client of a configured chain.</summary>
    /// <exception cref="KeyNotFoundException">The chain is not configured.</exception>
    IChainClient Get(ChainId chainId);
}
