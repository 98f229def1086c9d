using Relayer.Core.Ethereum;
using Relayer.Core.Providers.Agreement;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Providers;

/// <summary>One chain, whichever of its providers answers. Every list travels as one JSON-RPC batch.</summary>
/// <remarks>
/// Safe for concurrent use. A provider that fails is passed over for the next; when none answers,
/// each method throws <see cref="ChainUnavailableException"/>. What the chain itself says no to is a value, not an exception. Every answer has the height of the
/// node that gave it, or is about a given block: it is not believed from behind the pool, from behind what the same provider told before, nor from before a block
/// in which something is known to be confirmed.
/// </remarks>
public interface IChainClient : IBlockReadings, IEvidenceReadings
{
    /// <summary>The chain's id, by configuration.</summary>
    ChainId ChainId { get; }

    /// <summary>
    /// Notes a block in which something is known to be confirmed, by evidence or by the records. From now on a node that is before it has not seen what is known
    /// here, and counts as behind; for five minutes, if nobody is there any more.
    /// </summary>
    /// <returns>Whether that was not known yet.</returns>
    bool NoteConfirmed(long height);

    /// <summary><c>eth_chainId</c>, to compare with the configuration.</summary>
    Task<ChainId> ReadChainIdAsync(CancellationToken cancellation);

    /// <summary>The newest block's header.</summary>
    Task<BlockHeader> ReadHeadAsync(CancellationToken cancellation);

    /// <summary>Runs calls without sending them (<c>eth_call</c> at the newest block), one outcome each, in order.</summary>
    Task<IReadOnlyList<CallOutcome>> CallAsync(IReadOnlyList<EthCall> calls, CancellationToken cancellation);

    /// <summary>Runs calls on the state after a block, one outcome each, in order. <see cref="CallAsync(IReadOnlyList{EthCall}, CancellationToken)"/> is cheaper.</summary>
    Task<IReadOnlyList<CallOutcome>> CallAsync(IReadOnlyList<EthCall> calls, BlockRef at, CancellationToken cancellation);

    /// <summary>
    /// The least gas limit with which each call succeeds (<c>eth_estimateGas</c> at the newest block), in order; <see cref="EthCall.Gas"/> is the most that is tried.
    /// One provider's word: what is sent is simulated with it.
    /// </summary>
    Task<IReadOnlyList<GasEstimate>> EstimateGasAsync(IReadOnlyList<EthCall> calls, CancellationToken cancellation);

    /// <summary>Broadcasts signed transactions (<c>eth_sendRawTransaction</c>), one outcome each, in order.</summary>
    Task<IReadOnlyList<SendOutcome>> SendRawAsync(IReadOnlyList<ReadOnlyMemory<byte>> raw, CancellationToken cancellation);

    /// <summary>
    /// Receipts in order; <see langword="null"/> where the chain has none yet, together with the head they were read at. One provider's word: what
    /// it ends is for <see cref="IEvidenceReadings"/> to say.
    /// </summary>
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

    /// <summary>The same, and calls at the newest block in the same round trip. A call that the node cannot run is refused, and nothing else fails for it.</summary>
    Task<(FeeMarket Market, IReadOnlyList<CallOutcome> Outcomes)> ReadFeeMarketAsync(IReadOnlyList<EthCall> beside, CancellationToken cancellation);
}
