using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Operations;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Outcomes;
using Relayer.Core.Storage;

namespace Relayer.Core.Relay.Records;

/// <summary>The rows behind relays, and what users were granted.</summary>
/// <param name="database">The database.</param>
internal sealed class RelayStore(Database database)
{
    /// <summary>What the records say about each request, in one round trip.</summary>
    public async Task<IReadOnlyList<RelayFacts>> ReadFactsAsync(IReadOnlyList<RelayCandidate> candidates, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(RelaySql.Find(candidates.Select(candidate => candidate.Id)));
        batch.BatchCommands.Add(RelaySql.ReadGrants(candidates));
        batch.BatchCommands.Add(Pauses.Find(
            candidates.Select(candidate => PauseScope.SponsorshipOn(candidate.Request.ChainId)).Distinct().Append(PauseScope.Sponsorship)));

        // Unordered nonces have no order to keep.
        int[] sequential = [.. Enumerable.Range(0, candidates.Count).Where(i => candidates[i].Route.Forwarder.HasSequentialNonces)];
        if (sequential.Length > 0)
        {
            batch.BatchCommands.Add(RelaySql.FindPredecessors([.. sequential.Select(i => UserOf(candidates[i]))]));
        }

        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        var records = (await ReadRecordsAsync(rows, cancellation)).ToDictionary(record => record.Id);
        await rows.NextResultAsync(cancellation);
        var granted = new long[candidates.Count, 2];
        while (await rows.ReadAsync(cancellation))
        {
            granted[rows.GetInt64(0) - 1, rows.GetInt16(1)] = rows.GetInt64(2);
        }

        await rows.NextResultAsync(cancellation);
        var pauses = (await Pauses.ReadAsync(rows, cancellation)).ToDictionary(pause => pause.Scope);
        await rows.NextResultAsync(cancellation);
        var predecessors = new Predecessor?[candidates.Count];
        while (await rows.ReadAsync(cancellation))
        {
            predecessors[sequential[rows.GetInt64(0) - 1]] = ReadPredecessor(rows);
        }

        return [.. candidates.Select((candidate, i) => new RelayFacts(
            records.GetValueOrDefault(candidate.Id), predecessors[i], granted[i, QuotaWindow.Minute], granted[i, QuotaWindow.Day],
            pauses.GetValueOrDefault(PauseScope.Sponsorship) ?? pauses.GetValueOrDefault(PauseScope.SponsorshipOn(candidate.Request.ChainId))))];
    }

    /// <summary>The user's highest nonce under way at a forwarder.</summary>
    public async Task<Predecessor?> FindPredecessorAsync(
        ChainId chainId, Address forwarder, Address from, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(RelaySql.FindPredecessors([(chainId, forwarder, from)]));
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        return await rows.ReadAsync(cancellation) ? ReadPredecessor(rows) : null;
    }

    /// <summary>Relays by id; those that are not known are left out.</summary>
    public async Task<IReadOnlyDictionary<Hash32, RelayRecord>> FindAsync(IEnumerable<Hash32> ids, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(RelaySql.Find(ids));
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        return (await ReadRecordsAsync(rows, cancellation)).ToDictionary(record => record.Id);
    }

    /// <summary>A user's relays, newest first, before a place in the order of acceptance.</summary>
    public async Task<IReadOnlyList<RelayRecord>> ListAsync(
        ChainId? chainId, Address from, long before, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(RelaySql.List(chainId, from, before, limit));
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        return await ReadRecordsAsync(rows, cancellation);
    }

    /// <summary>
    /// Records relays and counts what they were granted, behind the reservation of their transactions in a batch: only those count
    /// whose transaction was reserved.
    /// </summary>
    /// <remarks>
    /// The batch fails with a unique violation (a relay is known, or another live one holds the nonce) or a check violation
    /// (a quota is used up); nothing of it is written then.
    /// </remarks>
    public static void AddInsert(NpgsqlBatch batch, IReadOnlyList<BatchItem> relays)
    {
        batch.BatchCommands.Add(RelaySql.Insert(relays));
        batch.BatchCommands.Add(RelaySql.Grant(relays));
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
            batch.BatchCommands.Add(RelaySql.DeleteGrants(before, Portion));
            last = await batch.ExecuteNonQueryAsync(cancellation);
            removed += last;
        }
        while (last == Portion);

        return removed;
    }

    /// <summary>The requests in transactions, with what is needed to judge how they ended.</summary>
    public async Task<IReadOnlyList<CarriedRelay>> FindCarriedAsync(IEnumerable<Guid> transactions, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(RelaySql.FindCarried(transactions));
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        var carried = new List<CarriedRelay>();
        while (await rows.ReadAsync(cancellation))
        {
            carried.Add(new CarriedRelay(
                rows.GetHash(0), rows.GetGuid(1), rows.GetAddress(2), rows.GetNumber(3), rows.GetTime(4), rows.GetFlagOrNull(5),
                rows.GetTextOrNull(6), rows.GetInt32(7)));
        }

        return carried;
    }

    /// <summary>What was signed, by id.</summary>
    public Task<IReadOnlyList<SignedRelay>> FindSignedAsync(IEnumerable<Hash32> ids, CancellationToken cancellation) =>
        ReadSignedAsync(RelaySql.FindSigned(ids), cancellation);

    /// <summary>Requests that want another transaction, each user's in nonce order.</summary>
    public Task<IReadOnlyList<SignedRelay>> FindWaitingAsync(ChainId chainId, int limit, CancellationToken cancellation) =>
        ReadSignedAsync(RelaySql.FindWaiting(chainId, limit), cancellation);

    /// <summary>Locks those that still wait and that nobody else is at, until the connection's transaction ends.</summary>
    public static async Task<IReadOnlySet<Hash32>> LockWaitingAsync(
        NpgsqlConnection connection, IEnumerable<Hash32> ids, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(RelaySql.LockWaiting(ids));
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        var locked = new HashSet<Hash32>();
        while (await rows.ReadAsync(cancellation))
        {
            locked.Add(rows.GetHash(0));
        }

        return locked;
    }

    /// <summary>Binds requests that wait to new transactions, in the connection's transaction.</summary>
    public static async Task RebindAsync(
        NpgsqlConnection connection, IReadOnlyList<(Hash32 Id, Guid Transaction)> relays, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(RelaySql.Rebind(relays, now));
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Ends requests that wait: no transaction could carry them any more.</summary>
    public async Task EndWaitingAsync(
        IReadOnlyList<(Hash32 Id, RelayState State, string Reason)> relays, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(RelaySql.EndWaiting(relays, now));
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Writes how relays stand, in the engine's transaction.</summary>
    public static async Task UpdateAsync(
        NpgsqlConnection connection, IReadOnlyList<RelayOutcome> outcomes, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(RelaySql.Update(outcomes, now));
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    private static (ChainId Chain, Address Forwarder, Address From) UserOf(RelayCandidate candidate) =>
        (candidate.Request.ChainId, candidate.Request.Forwarder, candidate.Message.From);

    private static Predecessor ReadPredecessor(NpgsqlDataReader row) =>
        new(row.GetNumber(1), row.IsDBNull(2) ? null : row.GetAddress(2));

    private async Task<IReadOnlyList<SignedRelay>> ReadSignedAsync(NpgsqlBatchCommand command, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(command);
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        var relays = new List<SignedRelay>();
        while (await rows.ReadAsync(cancellation))
        {
            relays.Add(new SignedRelay(
                rows.GetHash(0), rows.GetAddress(1), rows.GetAddress(2), rows.GetAddress(3), rows.GetWei(4), (ulong)rows.GetInt64(5),
                rows.GetNumber(6), rows.GetFieldValue<byte[]>(7), rows.GetFieldValue<byte[]>(8), rows.GetTime(9), rows.GetBoolean(10)));
        }

        return relays;
    }

    private static async Task<List<RelayRecord>> ReadRecordsAsync(NpgsqlDataReader rows, CancellationToken cancellation)
    {
        var records = new List<RelayRecord>();
        while (await rows.ReadAsync(cancellation))
        {
            records.Add(new RelayRecord(
                rows.GetHash(0), (RelayState)rows.GetInt32(1), new ChainId(rows.GetInt64(2)), rows.GetAddress(3), rows.GetAddress(4),
                rows.GetAddress(5), rows.GetNumber(6), rows.GetHashOrNull(7), rows.GetLongOrNull(8), rows.GetFlagOrNull(9),
                rows.GetTextOrNull(10), rows.GetWeiOrNull(11), rows.GetTime(12), rows.GetTime(13), rows.GetInt64(14)));
        }

        return records;
    }
}
