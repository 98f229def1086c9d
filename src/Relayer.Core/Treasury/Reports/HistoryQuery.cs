using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;
using Relayer.Core.Treasury.Balances;

namespace Relayer.Core.Treasury.Reports;

/// <summary>Which readings of balances are asked for, newest first.</summary>
/// <param name="Chains">Of these chains.</param>
/// <param name="Account">Of this account alone.</param>
/// <param name="From">Taken at this time or later.</param>
/// <param name="To">Taken before this time.</param>
/// <param name="Before">The last row of the page before; <see langword="null"/> for the first page.</param>
/// <param name="Limit">At most so many rows.</param>
public sealed record HistoryQuery(
    IReadOnlyList<ChainId> Chains, Address? Account, DateTimeOffset From, DateTimeOffset To, HistoryKey? Before, int Limit);

/// <summary>A row's place in the order.</summary>
public sealed record HistoryKey(DateTimeOffset TakenAt, ChainId ChainId, Address Account);

/// <summary>What an account held.</summary>
public sealed record HistoryRow(
    HistoryKey Key, AccountRole Role, long BlockNumber, Hash32 BlockHash, DateTimeOffset BlockTime, Agreement Agreement, Wei? Balance, long? Nonce);

/// <summary>Answers <see cref="HistoryQuery"/>.</summary>
internal static class HistoryStore
{
    private const string Sql = """
        select r.taken_at, r.chain_id, b.account, b.role, r.block_number, r.block_hash, r.block_time, r.agreement, b.balance, b.nonce
        from readings r join balances b on b.chain_id = r.chain_id and b.block_number = r.block_number
        where r.chain_id = any($1) and r.taken_at >= $2 and r.taken_at < $3 and ($4::bytea is null or b.account = $4)
            and (r.taken_at, r.chain_id, b.account) < ($5, $6, $7)
        order by r.taken_at desc, r.chain_id desc, b.account desc limit $8
        """;

    public static async Task<List<HistoryRow>> ReadAsync(NpgsqlConnection connection, HistoryQuery query, CancellationToken cancellation)
    {
        // Nothing after the end is wanted either way; so a cursor's time narrows the stretch that is read.
        var to = query.Before is { } before && before.TakenAt < query.To ? before.TakenAt.AddMicroseconds(1) : query.To;
        await using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters =
            {
                Columns.Longs(query.Chains.Select(chain => chain.Value)),
                Columns.Time(query.From),
                Columns.Time(to),
                Columns.Bytes(query.Account?.ToArray()),
                Columns.Time(query.Before?.TakenAt ?? query.To),
                Columns.Long(query.Before?.ChainId.Value ?? long.MaxValue),
                Columns.Bytes(query.Before?.Account.ToArray() ?? []),
                Columns.Int(query.Limit),
            },
        };
        return await command.ReadListAsync(row => new HistoryRow(
            new HistoryKey(row.GetTime(0), new ChainId(row.GetInt64(1)), row.GetAddress(2)), row.GetEnum<AccountRole>(3),
            row.GetInt64(4), row.GetHash(5), row.GetTime(6), row.GetEnum<Agreement>(7), row.GetWeiOrNull(8), row.GetLongOrNull(9)), cancellation);
    }
}
