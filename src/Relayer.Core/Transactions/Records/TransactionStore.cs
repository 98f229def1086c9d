using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;
using Relayer.Core.Transactions.Replacement;
using Relayer.Core.Transactions.Fees;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions.Records;

/// <summary>The rows behind the engine: signers, transactions and their attempts.</summary>
/// <remarks>Every write is one statement or one transaction; states move by compare-and-set on the version.</remarks>
/// <param name="time">The clock of every timestamp.</param>
internal sealed class TransactionStore(TimeProvider time)
{
    /// <summary>Makes signers known, and raises next nonces that the chain has passed. Never lowers one.</summary>
    /// <returns>The signers whose nonce had to be raised: somebody else sends with their keys.</returns>
    public async Task<IReadOnlyList<Address>> SyncSignersAsync(
        NpgsqlConnection connection, ChainId chainId, IReadOnlyList<(Address Address, ulong ChainNonce)> signers, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(TransactionSql.SyncSigners, connection);
        command.Parameters.Add(Columns.Long(chainId.Value));
        command.Parameters.Add(Columns.ManyBytes(signers.Select(signer => signer.Address.ToArray())));
        command.Parameters.Add(Columns.Longs(signers.Select(signer => (long)signer.ChainNonce)));
        command.Parameters.Add(Columns.Time(time.GetUtcNow()));
        return await command.ReadListAsync(row => row.GetAddress(0), cancellation);
    }

    /// <summary>The next nonces of a chain's signers.</summary>
    public static async Task<IReadOnlyDictionary<Address, ulong>> ReadNextNoncesAsync(
        NpgsqlConnection connection, ChainId chainId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select address, next_nonce from signers where chain_id = $1", connection);
        command.Parameters.Add(Columns.Long(chainId.Value));
        return await command.ReadDictionaryAsync(row => row.GetAddress(0), row => (ulong)row.GetInt64(1), cancellation);
    }

    /// <summary>
    /// Takes consecutive nonces of the least loaded signer and records the plans under them, in the caller's transaction.
    /// Gives fewer than asked, from the front, when that signer has no more room or money; none when no signer has any.
    /// </summary>
    /// <remarks>The signers stay locked until the caller's transaction ends: what is in flight cannot change under the count.</remarks>
    public async Task<IReadOnlyList<ReservedTransaction>> ReserveAsync(
        NpgsqlConnection connection, ChainId chainId, IReadOnlyList<SignerBalance> balances, int maxInFlight,
        IReadOnlyList<TransactionPlan> plans, CancellationToken cancellation, DataReserve data = default)
    {
        var reservation = Reserve(chainId, balances, maxInFlight, plans, data);
        await using var batch = new NpgsqlBatch(connection);
        reservation.AddTo(batch);
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        return await reservation.ReadAsync(rows, cancellation);
    }

    /// <summary>The same, as the first statements of a batch of the caller's own.</summary>
    public Reservation Reserve(
        ChainId chainId, IReadOnlyList<SignerBalance> balances, int maxInFlight, IReadOnlyList<TransactionPlan> plans, DataReserve data = default) =>
        new(chainId, plans, LockSigners(chainId, balances.Select(signer => signer.Address)), Reserve(chainId, balances, maxInFlight, plans, data, time.GetUtcNow()));

    /// <summary>Stores signed bytes; the first attempt moves a transaction from Reserved to Signed, a later one raises what it offers.</summary>
    /// <returns>
    /// Those that were new: somebody else may have stored the same, or another attempt under that number, and what is mined takes none.
    /// </returns>
    /// <remarks>
    /// The commit of first attempts does not wait for the disk: signing is deterministic, so bytes lost with the database server
    /// are made again, the same, from the reservation. Later ones have fees of their own, so theirs does.
    /// </remarks>
    /// <param name="connection">The connection.</param>
    /// <param name="signed">The bytes.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="closing">Why the nonce is given to a noop.</param>
    /// <param name="hold">What the attempt takes of a budget, in the same write (<see cref="ITransactionHandler.HoldFor"/>).</param>
    /// <exception cref="BudgetSpentException">The budget has no room: nothing was stored.</exception>
    public async Task<IReadOnlySet<Guid>> StoreAttemptsAsync(
        NpgsqlConnection connection, IReadOnlyList<(Guid Id, Attempt Attempt)> signed, CancellationToken cancellation,
        CancelReason? closing = null, NpgsqlBatchCommand? hold = null)
    {
        var command = new NpgsqlBatchCommand(TransactionSql.StoreAttempts);
        command.Parameters.Add(Columns.Ids(signed.Select(item => item.Id)));
        command.Parameters.Add(Columns.Ints(signed.Select(item => item.Attempt.Number)));
        command.Parameters.Add(Columns.ManyBytes(signed.Select(item => item.Attempt.Hash.ToArray())));
        command.Parameters.Add(Columns.ManyBytes(signed.Select(item => item.Attempt.Raw.ToArray())));
        command.Parameters.Add(Columns.Flags(signed.Select(item => (bool?)item.Attempt.IsNoop)));
        command.Parameters.Add(Columns.Time(time.GetUtcNow()));
        command.Parameters.Add(Columns.Flag(signed.All(item => item.Attempt is { Number: 1, IsNoop: false })));
        command.Parameters.Add(Columns.Numbers(signed.Select(item => item.Attempt.Fees?.MaxPrice)));
        command.Parameters.Add(Columns.Numbers(signed.Select(item => FeeColumns.MaxPriorityFee(item.Attempt.Fees))));
        command.Parameters.Add(Columns.EnumOrNull(closing));
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { command } };
        if (hold is not null)
        {
            batch.BatchCommands.Add(hold);
        }

        try
        {
            await using var rows = await batch.ExecuteReaderAsync(cancellation);
            var stored = (await rows.ReadListAsync(row => row.GetGuid(0), cancellation)).ToHashSet();
            while (await rows.NextResultAsync(cancellation))
            {
                // To the end: what the hold objects to is said there, and the commit.
            }

            return stored;
        }
        catch (PostgresException objection) when (hold is not null && objection.SqlState == PostgresErrorCodes.CheckViolation)
        {
            throw new BudgetSpentException($"{objection.ConstraintName} has no room for a further attempt", objection);
        }
    }

    /// <summary>Notes a broadcast: Signed → Broadcast for those a node has; either way the wait for the next one counts from it.</summary>
    /// <remarks>
    /// A hint: what it loses is broadcast once more. So its commit does not wait for the disk, and it leaves the version alone, since
    /// whatever may follow on Signed may follow on Broadcast.
    /// </remarks>
    public static async Task MarkBroadcastAsync(
        NpgsqlConnection connection, IReadOnlyList<BroadcastMark> sent, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(TransactionSql.MarkBroadcast, connection);
        command.Parameters.Add(Columns.Ids(sent.Select(item => item.Id)));
        command.Parameters.Add(Columns.Flags(sent.Select(item => (bool?)item.IsTaken)));
        command.Parameters.Add(Columns.Times(sent.Select(item => item.At)));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>A page of what the engine still has work with, by id; within it, each signer's in nonce order.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="chainId">The chain.</param>
    /// <param name="after">The page begins after this id.</param>
    /// <param name="limit">The size of a page.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>The page, and after which id the next one begins: the empty id when this was the last.</returns>
    public static async Task<(IReadOnlyList<OpenTransaction> Page, Guid Next)> ReadOpenAsync(
        NpgsqlConnection connection, ChainId chainId, Guid after, int limit, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(TransactionSql.ReadOpen, connection);
        command.Parameters.Add(Columns.Long(chainId.Value));
        command.Parameters.Add(Columns.Id(after));
        command.Parameters.Add(Columns.Int(limit));
        var open = await command.ReadListAsync(row => TransactionRow.Read(row, chainId), cancellation);

        // The database's order of ids, which is not that of Guid.
        var next = open.Count < limit ? Guid.Empty : open[^1].Id;
        return ([.. open.OrderBy(item => item.Reserved.Signer).ThenBy(item => item.Reserved.Nonce)], next);
    }

    /// <summary>One transaction, if the engine still has work with it.</summary>
    public static async Task<OpenTransaction?> FindOpenAsync(
        NpgsqlConnection connection, ChainId chainId, Guid id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(TransactionSql.ReadOne, connection);
        command.Parameters.Add(Columns.Long(chainId.Value));
        command.Parameters.Add(Columns.Id(id));
        return await command.ReadFirstOrDefaultAsync(row => TransactionRow.Read(row, chainId), cancellation);
    }

    /// <summary>What was found displaced since a time, and still counts as such.</summary>
    public static async Task<IReadOnlyList<OpenTransaction>> ReadDisplacedAsync(
        NpgsqlConnection connection, ChainId chainId, DateTimeOffset since, int limit, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(TransactionSql.ReadDisplaced, connection);
        command.Parameters.Add(Columns.Long(chainId.Value));
        command.Parameters.Add(Columns.Time(since));
        command.Parameters.Add(Columns.Int(limit));
        return await command.ReadListAsync(row => TransactionRow.Read(row, chainId), cancellation);
    }

    /// <summary>
    /// Writes new states where nobody else has written since.
    /// </summary>
    /// <returns>The ids that were written.</returns>
    public async Task<IReadOnlySet<Guid>> MoveAsync(
        NpgsqlConnection connection, IReadOnlyList<(OpenTransaction Before, TransactionState After)> moves, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(TransactionSql.Move, connection);
        var inclusions = moves.Select(move => TransactionRow.InclusionOf(move.After)).ToArray();
        command.Parameters.Add(Columns.Ids(moves.Select(move => move.Before.Id)));
        command.Parameters.Add(Columns.Ints(moves.Select(move => move.Before.Version)));
        command.Parameters.Add(Columns.Enums(moves.Select(move => move.After.Kind)));
        command.Parameters.Add(Columns.ManyBytes(inclusions.Select(inclusion => inclusion?.Hash.ToArray())));
        command.Parameters.Add(Columns.Longs(inclusions.Select(inclusion => inclusion?.BlockNumber)));
        command.Parameters.Add(Columns.ManyBytes(inclusions.Select(inclusion => inclusion?.BlockHash.ToArray())));
        command.Parameters.Add(Columns.Flags(inclusions.Select(inclusion => inclusion?.Succeeded)));
        command.Parameters.Add(Columns.Longs(inclusions.Select(inclusion => (long?)inclusion?.GasUsed)));
        command.Parameters.Add(Columns.Numbers(inclusions.Select(inclusion => inclusion?.GasPrice)));
        command.Parameters.Add(Columns.Numbers(inclusions.Select(inclusion => inclusion?.L1Fee)));
        command.Parameters.Add(Columns.Numbers(inclusions.Select(inclusion => inclusion?.Fee)));
        command.Parameters.Add(Columns.Time(time.GetUtcNow()));
        return await ReadIdsAsync(command, cancellation);
    }

    /// <summary>Keeps everybody else from taking nonces of these signers until the transaction ends.</summary>
    internal static NpgsqlBatchCommand LockSigners(ChainId chainId, IEnumerable<Address> signers) => new(TransactionSql.LockSigners)
    {
        Parameters = { Columns.Long(chainId.Value), Columns.ManyBytes(signers.Select(signer => signer.ToArray())) },
    };

    /// <summary>The statement that takes the nonces; the signers have to be locked before.</summary>
    internal static NpgsqlBatchCommand Reserve(
        ChainId chainId, IReadOnlyList<SignerBalance> balances, int maxInFlight, IReadOnlyList<TransactionPlan> plans, DataReserve data, DateTimeOffset now) =>
        new(TransactionSql.Reserve)
        {
            Parameters =
            {
                Columns.Long(chainId.Value),
                Columns.ManyBytes(balances.Select(signer => signer.Address.ToArray())),
                Columns.Numbers(balances.Select(signer => signer.Balance)),
                Columns.Int(maxInFlight),
                Columns.Time(now),
                Columns.Number((plans[0].MaxCost + data.Of(plans[0].Data.Length))),
                Columns.Ids(plans.Select(plan => plan.Id)),
                Columns.Texts(plans.Select(plan => plan.Purpose)),
                Columns.ManyBytes(plans.Select(plan => plan.To.ToArray())),
                Columns.Numbers(plans.Select(plan => plan.Value)),
                Columns.Longs(plans.Select(plan => (long)plan.GasLimit)),
                Columns.ManyBytes(plans.Select(plan => plan.Data.ToArray())),
                Columns.Numbers(plans.Select(plan => plan.Fees.MaxPrice)),
                Columns.Numbers(plans.Select(plan => FeeColumns.MaxPriorityFee(plan.Fees))),
                Columns.Times(plans.Select(plan => plan.ExpiresAt)),
                Columns.Enums(plans.Select(plan => plan.Speed)),
                Columns.Number(data.Fee),
                Columns.Numbers(plans.Select(plan => plan.FeeCap)),
                Columns.Number(data.PerByte),
                Columns.Int(DataRate.Few),
            },
        };

    private static async Task<IReadOnlySet<Guid>> ReadIdsAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        return await command.ReadSetAsync(row => row.GetGuid(0), cancellation);
    }
}

/// <summary>A signer and the balance that it may spend, in wei.</summary>
internal readonly record struct SignerBalance(Address Address, Wei Balance);
