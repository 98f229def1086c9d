using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions;

/// <summary>A feature that spends gas learns here what became of its transactions.</summary>
public interface ITransactionHandler
{
    /// <summary>The name in the ledger, such as <c>relay</c>.</summary>
    string Name { get; }

    /// <summary>
    /// What it sends expires by the chain's own time: while the chain stands still it stays good, and is not given up. Otherwise by our clock, which suits what must not be
    /// done late, such as by an old price.
    /// </summary>
    bool IsTimedByChain => false;

    /// <summary>
    /// Reads whatever the feature needs from the chain, and gives the write that records the outcomes. The engine runs the write
    /// in the database transaction that moves the states, so that both happen or neither.
    /// </summary>
    Task<Func<NpgsqlConnection, CancellationToken, Task>> PrepareAsync(
        ChainId chainId, IReadOnlyList<StateChange> changes, CancellationToken cancellation);

    /// <summary>
    /// What a further attempt takes of the feature's budgets: the last statement of the write that stores it. What violates a check there keeps
    /// the attempt from being made. <see langword="null"/> where there is nothing to take.
    /// </summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="attempt">The attempt, at a higher price than any before.</param>
    /// <param name="noopGas">Its gas, where it is a noop.</param>
    NpgsqlBatchCommand? HoldFor(Guid transaction, Attempt attempt, ulong? noopGas) => null;

    /// <summary>Work of the feature's own that wants a new transaction, done in each of the engine's passes, in every instance.</summary>
    /// <returns>How much is left to look after; while there is any, passes go on.</returns>
    Task<int> CarryOnAsync(ChainEngine engine, CancellationToken cancellation) => Task.FromResult(0);
}

/// <summary>A transaction that moved.</summary>
/// <param name="Transaction">As it was.</param>
/// <param name="State">Its new state.</param>
/// <param name="Receipt">The receipt behind it, if there is one.</param>
public sealed record StateChange(OpenTransaction Transaction, TransactionState State, TransactionReceipt? Receipt)
{
    /// <summary>The chain's own time, where it is far behind the clock since the chain stood still: deadlines are judged by it. Otherwise by the clock.</summary>
    public DateTimeOffset? ChainTime { get; init; }
}
