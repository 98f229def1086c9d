using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers;

/// <summary>Readings at one given block, for books that must balance, and of every provider by itself, to compare them.</summary>
public interface IBlockReadings
{
    /// <summary>Each provider's own newest block, in configuration order; one that does not answer says why.</summary>
    Task<IReadOnlyList<ProviderAnswer<BlockHeader>>> ReadEachHeadAsync(CancellationToken cancellation);

    /// <summary>Each provider's own view of accounts at a block, in configuration order; one that fails or lacks the block says why.</summary>
    Task<IReadOnlyList<ProviderAnswer<AccountsAtBlock>>> ReadEachAccountsAsync(
        long blockNumber, IReadOnlyList<Address> accounts, CancellationToken cancellation);

    /// <summary>Accounts after a block, and the block, as a quorum of the providers tells them; where too few keep the state, as all of those tell them that do.</summary>
    /// <exception cref="ChainUnavailableException">Nobody has the block and its state, or they contradict each other.</exception>
    Task<AccountsAtBlock> ReadAccountsAsync(long blockNumber, IReadOnlyList<Address> accounts, CancellationToken cancellation);

    /// <summary>What the transactions of some blocks carry to an account by themselves; what contracts pay on is not seen.</summary>
    /// <exception cref="ChainUnavailableException">No provider has the blocks.</exception>
    Task<IReadOnlyList<NativeTransfer>> ReadTransfersAsync(IReadOnlyList<long> blocks, Address to, CancellationToken cancellation);

    /// <summary>
    /// All that came to an account in some blocks, with what contracts paid, by the traces of one provider. What reverted is left out.
    /// <see langword="null"/> where nobody has whole traces of all the blocks: most public nodes have none.
    /// </summary>
    /// <param name="blocks">The blocks' heights.</param>
    /// <param name="to">The account.</param>
    /// <param name="fitAsync">Whether they explain what is to be explained; if not, another provider is asked.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Those that fit; where none do, the first.</returns>
    /// <exception cref="ChainUnavailableException">Nobody gave them, and somebody who did not answer may have them.</exception>
    Task<IReadOnlyList<NativePayment>?> FindPaymentsAsync(
        IReadOnlyList<long> blocks, Address to, Func<IReadOnlyList<NativePayment>, Task<bool>> fitAsync, CancellationToken cancellation);
}

/// <summary>What one provider said.</summary>
/// <param name="Provider">What it is called: its operator, or host and port.</param>
/// <param name="Answer">Its answer; <see langword="null"/> when it gave none.</param>
/// <param name="Fault">Why not.</param>
public sealed record ProviderAnswer<T>(string Provider, T? Answer, string? Fault)
    where T : class
{
    /// <summary>Who runs it, to compare with others: whoever runs several is one voice.</summary>
    public string Operator { get; init; } = Provider;
}

/// <summary>Accounts at a block.</summary>
/// <param name="Block">The block.</param>
/// <param name="Accounts">In the order asked.</param>
public sealed record AccountsAtBlock(BlockHeader Block, IReadOnlyList<AccountState> Accounts);

/// <summary>An account at a block.</summary>
/// <param name="Balance">Wei.</param>
/// <param name="Nonce">How many of its transactions were mined up to then.</param>
public readonly record struct AccountState(Wei Balance, ulong Nonce);

/// <summary>A transaction that carries value.</summary>
/// <param name="BlockNumber">Where it was mined.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="From">Who paid.</param>
/// <param name="Value">Wei.</param>
public sealed record NativeTransfer(long BlockNumber, Hash32 Hash, Address From, Wei Value);

/// <summary>Wei that came to an account, by a trace.</summary>
/// <param name="BlockNumber">Where it was mined.</param>
/// <param name="Hash">The transaction.</param>
/// <param name="From">Who paid: a contract, or the account that sent the transaction.</param>
/// <param name="Value">Wei.</param>
/// <param name="IsInternal">A contract paid it while the transaction ran; otherwise the transaction itself carried it.</param>
public sealed record NativePayment(long BlockNumber, Hash32 Hash, Address From, Wei Value, bool IsInternal);
