using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Outcomes;
using Relayer.Core.Relay.Records;
using Relayer.Core.Storage;

namespace Relayer.Core.Relay.Breakers;

/// <summary>The rows behind breakers.</summary>
/// <remarks>Written in the transaction that records how relays ended, last and in the order of their key.</remarks>
internal static class BreakerStore
{
    private const string State = "b.recent, b.seen, b.strikes, b.open_until, b.failed_at, b.reason, b.hour_at, b.hour_lost";

    /// <summary>How relays that are over ended, as evidence: those that were carried out, and those whose transaction failed for them.</summary>
    public static async Task<IReadOnlyList<BreakerEvidence>> ReadEvidenceAsync(
        NpgsqlConnection connection, IEnumerable<Hash32> relays, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new($"""
            select "to" || substring(data from 1 for 4), "from", caller <> 0, state = {RelayStates.Failed}, reason, coalesce(charged, fee, 0)
            from relays where id = any($1) and state in ({RelayStates.Confirmed}, {RelayStates.Failed})
                and (state = {RelayStates.Confirmed} or (coalesce(charged, fee, 0) > 0 and reason is distinct from $2))
            """)
        {
            Parameters = { Columns.ManyBytes(relays.Select(id => id.ToArray())), Columns.Text(RelayOutcomes.CalledOff) },
        });
        return await batch.ReadListAsync(
            row => new BreakerEvidence(Hexadecimal(row, 0), Hexadecimal(row, 1), row.GetBoolean(2), row.GetBoolean(3), row.GetTextOrNull(4), row.GetWei(5)), cancellation);
    }

    /// <summary>Locks breakers, and makes those that are not there yet.</summary>
    public static async Task<(Dictionary<BreakerKey, BreakerState> States, DateTimeOffset Now)> LockAsync(
        NpgsqlConnection connection, ChainId chainId, IReadOnlyList<BreakerKey> keys, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(WithKeys(
            """
            insert into relay_breakers (chain_id, scope, known, subject)
            select $1, scope, known, subject from unnest($2, $3, $4) as k (scope, known, subject) order by 1, 2, 3, 4
            on conflict do nothing
            """,
            chainId, keys));
        batch.BatchCommands.Add(WithKeys(
            $"""
            select b.scope, b.known, b.subject, {State}, now() from relay_breakers b
            join unnest($2, $3, $4) as k (scope, known, subject) on b.chain_id = $1 and b.scope = k.scope and b.known = k.known and b.subject = k.subject
            order by b.chain_id, b.scope, b.known, b.subject for no key update of b
            """,
            chainId, keys));
        var now = default(DateTimeOffset);
        var rows = await batch.ReadListAsync(
            row =>
            {
                now = row.GetTime(11);
                return (Key: ReadKey(row, 0), State: ReadState(row, 3));
            },
            cancellation);
        return (rows.ToDictionary(row => row.Key, row => row.State), now);
    }

    /// <summary>Writes breakers that are locked.</summary>
    public static async Task WriteAsync(
        NpgsqlConnection connection, ChainId chainId, IReadOnlyDictionary<BreakerKey, BreakerState> states, CancellationToken cancellation)
    {
        BreakerKey[] keys = [.. states.Keys];
        var values = states.Values.ToArray();
        var command = WithKeys(
            """
            update relay_breakers b set recent = k.recent, seen = k.seen, strikes = k.strikes, open_until = k.open_until, failed_at = k.failed_at,
                reason = k.reason, hour_at = k.hour_at, hour_lost = k.hour_lost
            from unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
                as k (scope, known, subject, recent, seen, strikes, open_until, failed_at, reason, hour_at, hour_lost)
            where b.chain_id = $1 and b.scope = k.scope and b.known = k.known and b.subject = k.subject
            """,
            chainId, keys);
        command.Parameters.Add(Columns.Longs(values.Select(state => (long)state.Recent)));
        command.Parameters.Add(Columns.Shorts(values.Select(state => (short)state.Seen)));
        command.Parameters.Add(Columns.Shorts(values.Select(state => (short)Math.Min(state.Strikes, short.MaxValue))));
        command.Parameters.Add(Columns.Times(values.Select(state => state.OpenUntil)));
        command.Parameters.Add(Columns.Times(values.Select(state => state.FailedAt)));
        command.Parameters.Add(Columns.Texts(values.Select(state => state.Reason)));
        command.Parameters.Add(Columns.Times(values.Select(state => state.HourAt)));
        command.Parameters.Add(Columns.Numbers(values.Select(state => state.HourLost)));
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { command } };
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Breakers that matter now: the open ones, and functions of which one failed lately. The newest, if there are very many.</summary>
    public static async Task<IReadOnlyList<(ChainId ChainId, BreakerKey Key, BreakerState State)>> ReadActiveAsync(Database database, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new($"""
            (select b.chain_id, b.scope, b.known, b.subject, {State} from relay_breakers b where b.open_until > now() order by b.open_until desc limit $1)
            union (select b.chain_id, b.scope, b.known, b.subject, {State} from relay_breakers b where b.scope = {(int)BreakerScope.Function} and b.recent <> 0 limit $1)
            """)
        {
            Parameters = { Columns.Int(limit) },
        });
        return await batch.ReadListAsync(row => (new ChainId(row.GetInt64(0)), ReadKey(row, 1), ReadState(row, 4)), cancellation);
    }

    /// <summary>As <see cref="BreakerBoard.ReadCalmAsync"/>.</summary>
    public static async Task<IReadOnlyList<(ChainId ChainId, BreakerKey Key)>> ReadCalmAsync(Database database, TimeSpan calm, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new($"""
            select b.chain_id, b.scope, b.known, b.subject from relay_breakers b
            where b.scope = {(int)BreakerScope.Function} and b.open_until between now() - interval '7 days' and now() - make_interval(secs => $1)
            """)
        {
            Parameters = { Columns.Int((int)calm.TotalSeconds) },
        });
        return await batch.ReadListAsync(row => (new ChainId(row.GetInt64(0)), ReadKey(row, 1)), cancellation);
    }

    /// <summary>Users that have not failed for a day are forgotten.</summary>
    public static NpgsqlBatchCommand DeleteOld(int limit) => new($"""
        delete from relay_breakers where ctid = any(array(
            select ctid from relay_breakers where scope = {(int)BreakerScope.User} and failed_at < now() - interval '1 day' limit $1 for update skip locked))
        """)
    {
        Parameters = { Columns.Int(limit) },
    };

    private static NpgsqlBatchCommand WithKeys(string sql, ChainId chainId, IReadOnlyList<BreakerKey> keys) => new(sql)
    {
        Parameters =
        {
            Columns.Long(chainId.Value), Columns.Enums(keys.Select(key => key.Scope)), Columns.Flags(keys.Select(key => (bool?)key.IsKnown)),
            Columns.ManyBytes(keys.Select(key => Convert.FromHexString(key.Subject))),
        },
    };

    private static BreakerKey ReadKey(NpgsqlDataReader row, int first) =>
        new(row.GetEnum<BreakerScope>(first), row.GetBoolean(first + 1), Hexadecimal(row, first + 2));

    private static BreakerState ReadState(NpgsqlDataReader row, int first) => new(
        (ulong)row.GetInt64(first), row.GetInt16(first + 1), row.GetInt16(first + 2), row.GetTimeOrNull(first + 3), row.GetTimeOrNull(first + 4),
        row.GetTextOrNull(first + 5), row.GetTimeOrNull(first + 6), row.GetWei(first + 7));

    private static string Hexadecimal(NpgsqlDataReader row, int column) => Convert.ToHexStringLower(row.GetFieldValue<byte[]>(column));
}

/// <summary>How a relay that passed the simulation ended on chain.</summary>
/// <param name="Function">The contract and the selector, in hexadecimal.</param>
/// <param name="User">The user, likewise.</param>
/// <param name="IsKnown">It came from a known caller.</param>
/// <param name="HasFailed">It failed.</param>
/// <param name="Reason">Why.</param>
/// <param name="Cost">What it cost.</param>
internal sealed record BreakerEvidence(string Function, string User, bool IsKnown, bool HasFailed, string? Reason, Wei Cost);
