using Npgsql;
using Relayer.Core.Crashes;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Providers;
using Relayer.Core.Storage;

namespace Relayer.Core.Keepers.Scanning;

/// <summary>Cursors and events taken in.</summary>
internal sealed class ScanStore(Database database, TimeProvider time)
{
    private const string Read = "select next_block from keeper_cursors where scan = $1 and chain_id = $2";

    private const string TakeIn = """
        insert into keeper_logs (scan, chain_id, block_hash, log_index, block_number)
        select $1, $2, l.hash, l.index, l.number from unnest($3::bytea[], $4::bigint[], $5::bigint[]) as l (hash, index, number)
        on conflict do nothing returning block_hash, log_index
        """;

    private const string Move = """
        insert into keeper_cursors as c (scan, chain_id, next_block, head, updated_at) values ($1, $2, $3, $4, $5)
        on conflict (scan, chain_id) do update set
            next_block = case when $6 then greatest(c.next_block, excluded.next_block) else excluded.next_block end,
            head = excluded.head, updated_at = excluded.updated_at
        """;

    private const string Prune = "delete from keeper_logs where scan = $1 and chain_id = $2 and block_number < $3";

    /// <summary>The first block that was not read yet.</summary>
    public async Task<long?> ReadCursorAsync(string scan, ChainId chainId, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = KeeperStore.Command(connection, Read, scan, chainId);
        return (long?)await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>
    /// Takes in the events of a range that are new, keeps what comes of them, and only then moves the cursor: one transaction.
    /// </summary>
    /// <param name="scan">Which events.</param>
    /// <param name="cursor">The cursor's name.</param>
    /// <param name="chainId">The chain.</param>
    /// <param name="logs">The events of the range.</param>
    /// <param name="next">The block after the range.</param>
    /// <param name="head">The chain's head.</param>
    /// <param name="keep">Stores what comes of the new events, and says how much that was.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<(int Events, int Kept)> KeepAsync(
        LogScan scan, string cursor, ChainId chainId, IReadOnlyList<MinedLog> logs, long next, long head,
        Func<NpgsqlConnection, IReadOnlyList<MinedLog>, CancellationToken, Task<int>> keep, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var fresh = await TakeInAsync(connection, scan.Name, chainId, logs, cancellation);
        var kept = fresh.Count == 0 ? 0 : await keep(connection, fresh, cancellation);
        CrashPoints.PassIf(fresh.Count > 0, CrashPoints.ScanKept);
        await using var move = KeeperStore.Command(connection, Move, cursor, chainId);
        move.Parameters.Add(Columns.Long(next));
        move.Parameters.Add(Columns.Long(head));
        move.Parameters.Add(Columns.Time(time.GetUtcNow()));
        move.Parameters.Add(Columns.Flag(cursor == scan.Name));
        await move.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return (fresh.Count, kept);
    }

    /// <summary>Forgets events that no scan will read again.</summary>
    public async Task PruneAsync(string scan, ChainId chainId, long before, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = KeeperStore.Command(connection, Prune, scan, chainId);
        command.Parameters.Add(Columns.Long(before));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<IReadOnlyList<MinedLog>> TakeInAsync(
        NpgsqlConnection connection, string scan, ChainId chainId, IReadOnlyList<MinedLog> logs, CancellationToken cancellation)
    {
        if (logs.Count == 0)
        {
            return [];
        }

        await using var command = KeeperStore.Command(connection, TakeIn, scan, chainId);
        command.Parameters.Add(Columns.ManyBytes(logs.Select(log => log.BlockHash.ToArray())));
        command.Parameters.Add(Columns.Longs(logs.Select(log => log.Index)));
        command.Parameters.Add(Columns.Longs(logs.Select(log => log.BlockNumber)));
        var fresh = await command.ReadSetAsync(row => (row.GetHash(0), row.GetInt64(1)), cancellation);

        return [.. logs.Where(log => fresh.Contains((log.BlockHash, log.Index)))];
    }
}
