using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers.Agreement;

/// <summary>What may end something: asked of every provider that is with the pool, and believed as far as they agree.</summary>
public interface IEvidenceReadings
{
    /// <summary>
    /// The canonical blocks at some heights, in order; <see langword="null"/> where nobody has the height yet, or not enough of them agree.
    /// </summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    Task<IReadOnlyList<CanonicalBlock?>> ReadCanonicalAsync(IReadOnlyList<long> heights, CancellationToken cancellation);

    /// <summary>
    /// The canonical blocks at some heights, and what some transactions did that were mined there: asked of every provider in one body each. With a single operator
    /// its own word is all there is, and the receipts are not asked for again.
    /// </summary>
    /// <param name="heights">The heights, those of the receipts among them.</param>
    /// <param name="seen">The receipts that one of them showed.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    Task<AgreedReading> ReadAgreedAsync(IReadOnlyList<long> heights, IReadOnlyList<TransactionReceipt> seen, CancellationToken cancellation);

    /// <summary>
    /// The receipts that anybody has, in the order asked: none where all are silent, several where they name different blocks. Each is one
    /// provider's word; whether its block is canonical is another question.
    /// </summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    Task<IReadOnlyList<IReadOnlyList<TransactionReceipt>>> FindReceiptsAsync(IReadOnlyList<Hash32> hashes, CancellationToken cancellation);

    /// <summary>
    /// The transaction that spent an account's nonce, looked for in the blocks; <see langword="null"/> where nobody finds it or not enough of them
    /// agree. (An authorization of EIP-7702 spends a nonce without a transaction of the account: it is not found.)
    /// </summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    Task<NonceHolder?> FindNonceHolderAsync(Address account, ulong nonce, CancellationToken cancellation);

    /// <summary>
    /// Events of a range of blocks that anybody shows: what one leaves out another may have, and where they differ they are not whole. Each is one provider's word;
    /// whether its transaction is canonical is another question.
    /// </summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    Task<LogsOutcome> FindLogsAsync(LogFilter filter, CancellationToken cancellation);

    /// <summary>
    /// Runs calls at the newest block with every provider, one outcome each, in order; <see langword="null"/> where not enough of them say the same. This is
    /// what a refusal may rest on. What a call returned is compared to the last byte; a no is a no, in whatever words.
    /// </summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    Task<IReadOnlyList<CallOutcome?>> CallAgreedAsync(IReadOnlyList<EthCall> calls, CancellationToken cancellation);

    /// <summary>Who sent a transaction, and what; <see langword="null"/> where nobody knows it or not enough of them agree.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    Task<KnownTransaction?> FindTransactionAsync(Hash32 hash, CancellationToken cancellation);
}

/// <summary>A transaction as a node tells it.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="From">Who sent it.</param>
/// <param name="Data">Its calldata.</param>
public sealed record KnownTransaction(Hash32 Hash, Address From, ReadOnlyMemory<byte> Data);

/// <summary>The transaction that spent a nonce, and the block that has it.</summary>
/// <param name="Hash">The transaction's hash.</param>
/// <param name="BlockNumber">The block's height.</param>
/// <param name="BlockHash">The block's hash.</param>
public sealed record NonceHolder(Hash32 Hash, long BlockNumber, Hash32 BlockHash);
