using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Operations;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Relay.Outcomes;
using Relayer.Core.Storage;

namespace Relayer.Core.Relay.Records;

/// <summary>The rows behind relays, and what users were granted.</summary>
/// <param name="database">The database.</param>
internal sealed class RelayStore(Database database)
{
    /// <summary>What the records say about each request: one round trip, and another one where a request is known already.</summary>
    public async Task<IReadOnlyList<RelayFacts>> ReadFactsAsync(IReadOnlyList<RelayCandidate> candidates, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(RelaySql.FindKnown(candidates.Select(candidate => candidate.Id)));
        batch.BatchCommands.Add(QuotaSql.Read(candidates));
        batch.BatchCommands.Add(Pauses.Find(
            candidates.Select(candidate => PauseScope.SponsorshipOn(candidate.Request.ChainId)).Distinct().Append(PauseScope.Sponsorship)));

        // Unordered nonces have no order to keep.
        int[] sequential = [.. Enumerable.Range(0, candidates.Count).Where(i => candidates[i].Route.Forwarder.HasSequentialNonces)];
        if (sequential.Length > 0)
        {
            batch.BatchCommands.Add(RelaySql.FindPredecessors([.. sequential.Select(i => UserOf(candidates[i]))]));
        }

        var (known, usages, pauses, nonces) = await ReadRowsAsync(batch, sequential, cancellation);
        var records = await FindAsync(connection, known, cancellation);
        return [.. candidates.Select((candidate, i) => new RelayFacts(
            records.GetValueOrDefault(candidate.Id), nonces.GetValueOrDefault(i)?.Predecessor, usages[i].InMinute, usages[i].OnDay,
            pauses.GetValueOrDefault(PauseScope.Sponsorship) ?? pauses.GetValueOrDefault(PauseScope.SponsorshipOn(candidate.Request.ChainId)))
        {
            UnderWay = usages[i].UnderWay,
            LastSpent = nonces.GetValueOrDefault(i)?.Spent,
            ConfirmedAt = usages[i].ConfirmedAt,
        })];
    }

    private static async Task<(IReadOnlyList<Hash32> Known, Dictionary<int, Usage> Usages, Dictionary<PauseScope, Pause> Pauses, Dictionary<int, KnownNonce> Nonces)>
        ReadRowsAsync(NpgsqlBatch batch, int[] sequential, CancellationToken cancellation)
    {
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        var known = await rows.ReadListAsync(row => row.GetHash(0), cancellation);
        await rows.NextResultAsync(cancellation);
        var usages = (await rows.ReadListAsync(ReadUsage, cancellation)).ToDictionary(usage => usage.Place);
        await rows.NextResultAsync(cancellation);
        var pauses = (await Pauses.ReadAsync(rows, cancellation)).ToDictionary(pause => pause.Scope);
        var nonces = sequential.Length > 0 && await rows.NextResultAsync(cancellation)
            ? (await rows.ReadListAsync(row => (Place: sequential[row.GetInt64(0) - 1], Nonce: ReadNonce(row)), cancellation))
                .ToDictionary(row => row.Place, row => row.Nonce)
            : [];
        return (known, usages, pauses, nonces);
    }

    private static async Task<IReadOnlyDictionary<Hash32, RelayRecord>> FindAsync(
        NpgsqlConnection connection, IReadOnlyList<Hash32> known, CancellationToken cancellation)
    {
        if (known.Count == 0)
        {
            return new Dictionary<Hash32, RelayRecord>();
        }

        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { RelaySql.Find(known) } };
        return (await batch.ReadListAsync(ReadRecord, cancellation)).ToDictionary(record => record.Id);
    }

    /// <summary>What is known of a user's nonces at a forwarder, and the highest block in which one of the user's newest requests ended.</summary>
    public async Task<(KnownNonce? Nonce, long? ConfirmedAt)> FindNonceAsync(
        ChainId chainId, Address forwarder, Address from, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { RelaySql.FindPredecessors([(chainId, forwarder, from)]), RelaySql.FindConfirmedBlock(chainId, from) },
        };
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        var nonces = await rows.ReadListAsync(ReadNonce, cancellation);
        await rows.NextResultAsync(cancellation);
        return (nonces.FirstOrDefault(), (await rows.ReadListAsync(row => row.GetLongOrNull(0), cancellation)).FirstOrDefault());
    }

    /// <summary>Relays by id; those that are not known are left out.</summary>
    public async Task<IReadOnlyDictionary<Hash32, RelayRecord>> FindAsync(IEnumerable<Hash32> ids, CancellationToken cancellation) =>
        (await ReadListAsync(RelaySql.Find(ids), ReadRecord, cancellation)).ToDictionary(record => record.Id);

    /// <summary>A user's relays, newest first, before a place in the order of acceptance.</summary>
    public async Task<IReadOnlyList<RelayRecord>> ListAsync(
        ChainId? chainId, Address from, long before, int limit, CancellationToken cancellation) =>
        await ReadListAsync(RelaySql.List(chainId, from, before, limit), ReadRecord, cancellation);

    /// <summary>
    /// Records relays and counts what they were granted, behind the reservation of their transactions in a batch: only those count
    /// whose transaction was reserved.
    /// </summary>
    /// <remarks>
    /// The batch fails with a unique violation (a relay is known, or another live one holds the nonce) or a check violation
    /// (a quota or a budget is used up); nothing of it is written then.
    /// </remarks>
    public static void AddInsert(NpgsqlBatch batch, IReadOnlyList<BatchItem> relays)
    {
        batch.BatchCommands.Add(RelaySql.Insert(relays));
        batch.BatchCommands.Add(QuotaSql.Add(relays));
        Hold(batch, relays);
    }

    private static void Hold(NpgsqlBatch batch, IReadOnlyList<BatchItem> relays)
    {
        RelayHold[] holds = [.. relays.Select(relay => relay.Hold).Where(hold => hold.Budgets.Count > 0)];
        if (holds.Length > 0)
        {
            batch.BatchCommands.Add(BudgetSql.Hold(holds));
        }
    }

    /// <summary>Removes quota windows that began before a time, a portion at a time, so that no lock is held for long.</summary>
    /// <returns>How many were removed.</returns>
    public async Task<int> SweepGrantsAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        const int Portion = 5_000;
        await using var connection = await database.OpenAsync(cancellation);
        var removed = 0;
        int last;
        do
        {
            await using var batch = new NpgsqlBatch(connection);
            batch.BatchCommands.Add(QuotaSql.DeleteBefore(before, Portion));
            last = await batch.ExecuteNonQueryAsync(cancellation);
            removed += last;
        }
        while (last == Portion);

        return removed;
    }

    /// <summary>The requests in transactions, with what is needed to tell how they ended.</summary>
    public async Task<IReadOnlyList<CarriedRelay>> FindCarriedAsync(IEnumerable<Guid> transactions, CancellationToken cancellation) =>
        await ReadListAsync(RelaySql.FindCarried(transactions), row => new CarriedRelay(
            row.GetHash(0), row.GetGuid(1), row.GetAddress(2), row.GetNumber(3), row.GetTime(4), row.GetFlagOrNull(5),
            row.GetTextOrNull(6), row.GetInt32(7)), cancellation);

    /// <summary>What was signed, by id.</summary>
    public async Task<IReadOnlyList<SignedRelay>> FindSignedAsync(IEnumerable<Hash32> ids, CancellationToken cancellation) =>
        await ReadListAsync(RelaySql.FindSigned(ids), ReadSigned, cancellation);

    /// <summary>Requests that want another transaction, each user's in nonce order.</summary>
    public async Task<IReadOnlyList<SignedRelay>> FindWaitingAsync(ChainId chainId, int limit, CancellationToken cancellation) =>
        await ReadListAsync(RelaySql.FindWaiting(chainId, limit), ReadSigned, cancellation);

    /// <summary>Locks those that still wait and that nobody else is at, until the connection's transaction ends.</summary>
    public static async Task<IReadOnlySet<Hash32>> LockWaitingAsync(
        NpgsqlConnection connection, IEnumerable<Hash32> ids, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(RelaySql.LockWaiting(ids));
        return (await batch.ReadListAsync(row => row.GetHash(0), cancellation)).ToHashSet();
    }

    /// <summary>Binds requests that wait to new transactions, in the connection's transaction.</summary>
    public static async Task RebindAsync(
        NpgsqlConnection connection, IReadOnlyList<BatchItem> relays, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(RelaySql.Rebind(relays, now));
        Hold(batch, relays);
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Ends requests that wait: no transaction could carry them any more.</summary>
    public async Task EndWaitingAsync(
        IReadOnlyList<WaitingEnd> relays, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(RelaySql.EndWaiting(relays, now));
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Writes how relays stand, and what the transactions that are over cost, in the engine's transaction.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="outcomes">How relays stand.</param>
    /// <param name="over">Transactions that are over.</param>
    /// <param name="corrected">Those of them that were over before, displaced as was thought.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task UpdateAsync(
        NpgsqlConnection connection, IReadOnlyList<RelayOutcome> outcomes, IReadOnlySet<Guid> over, IReadOnlySet<Guid> corrected, DateTimeOffset now,
        CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (corrected.Count > 0)
        {
            batch.BatchCommands.Add(OutcomeSql.Correct([.. outcomes.Where(outcome => corrected.Contains(outcome.TransactionId))], now));
            batch.BatchCommands.Add(SettlementSql.SettleAnew(corrected));
        }

        foreach (var part in outcomes.Where(outcome => !corrected.Contains(outcome.TransactionId)).GroupBy(outcome => over.Contains(outcome.TransactionId)).OrderBy(part => part.Key))
        {
            // Last: what shares rows with other instances.
            batch.BatchCommands.Add(part.Key ? SettlementSql.Settle([.. part], now) : OutcomeSql.Update([.. part], now));
        }

        await batch.ExecuteNonQueryAsync(cancellation);
    }

    private static (ChainId Chain, Address Forwarder, Address From) UserOf(RelayCandidate candidate) =>
        (candidate.Request.ChainId, candidate.Request.Forwarder, candidate.Message.From);

    private static KnownNonce ReadNonce(NpgsqlDataReader row) => new(
        row.GetNumber(1), row.GetBoolean(3) ? new Predecessor(row.GetNumber(1), row.IsDBNull(2) ? null : row.GetAddress(2)) : null);

    private async Task<List<T>> ReadListAsync<T>(NpgsqlBatchCommand statement, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { statement } };
        return await batch.ReadListAsync(read, cancellation);
    }

    private static Usage ReadUsage(NpgsqlDataReader row) => new(
        (int)row.GetInt64(0) - 1, row.GetLongOrNull(1) ?? 0, row.GetLongOrNull(2) ?? 0, row.GetInt64(3), row.GetLongOrNull(4));

    private static SignedRelay ReadSigned(NpgsqlDataReader row) => new(
        row.GetHash(0), row.GetAddress(1), row.GetAddress(2), row.GetAddress(3), row.GetWei(4), (ulong)row.GetInt64(5),
        row.GetNumber(6), row.GetFieldValue<byte[]>(7), row.GetFieldValue<byte[]>(8), row.GetTime(9), row.GetBoolean(11))
    {
        CreatedAt = row.GetTime(10),
    };

    private static RelayRecord ReadRecord(NpgsqlDataReader row) => new(
        row.GetHash(0), (RelayState)row.GetInt32(1), new ChainId(row.GetInt64(2)), row.GetAddress(3), row.GetAddress(4),
        row.GetAddress(5), row.GetNumber(6), row.GetHashOrNull(7), row.GetLongOrNull(8), row.GetFlagOrNull(9),
        row.GetTextOrNull(10), row.GetWeiOrNull(11), row.GetTime(12), row.GetTime(13), row.GetInt64(14))
    {
        CarriedBy = row.IsDBNull(15) ? null : row.GetAddress(15),
    };

    /// <summary>A user's use of the quotas, and how the newest requests stand.</summary>
    private readonly record struct Usage(int Place, long OnDay, long InMinute, long UnderWay, long? ConfirmedAt);
}
