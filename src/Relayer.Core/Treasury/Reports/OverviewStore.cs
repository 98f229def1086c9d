using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;
using Relayer.Core.Treasury.Balances;
using Relayer.Core.Treasury.Deposits;

namespace Relayer.Core.Treasury.Reports;

/// <summary>Reads the rows behind <see cref="GasReport"/>.</summary>
internal static class OverviewStore
{
    public static async Task<IReadOnlyDictionary<(ChainId Chain, Address Account), PendingSpend>> ReadPendingAsync(
        NpgsqlConnection connection, IReadOnlyList<ChainId> chains, CancellationToken cancellation) =>
        (await ReadAsync(
            connection, OverviewSql.Pending, [Ids(chains)],
            row => (Key: (new ChainId(row.GetInt64(0)), row.GetAddress(1)), Value: new PendingSpend(
                row.GetInt64(5), row.GetWei(6), (ulong)row.GetInt64(2), row.GetBoolean(3), row.GetTextOrNull(4))),
            cancellation)).ToDictionary(item => item.Key, item => item.Value);

    public static async Task<IReadOnlyDictionary<(ChainId Chain, Address Account), ReconciliationStatus>> ReadBooksAsync(
        NpgsqlConnection connection, IReadOnlyList<ChainId> chains, CancellationToken cancellation) =>
        (await ReadAsync(
            connection, OverviewSql.Books, [Ids(chains)],
            row => (Key: (new ChainId(row.GetInt64(0)), row.GetAddress(1)), Value: new ReconciliationStatus(row.GetInt64(2), row.GetInt64(3), row.GetTime(4))),
            cancellation)).ToDictionary(item => item.Key, item => item.Value);

    public static async Task<IReadOnlyDictionary<ChainId, Wei>> ReadToppedUpAsync(
        NpgsqlConnection connection, IReadOnlyList<ChainId> chains, DateTimeOffset since, CancellationToken cancellation) =>
        (await ReadAsync(
            connection, OverviewSql.ToppedUp, [Ids(chains), Columns.Time(since)],
            row => (Key: new ChainId(row.GetInt64(0)), Value: row.GetWei(1)),
            cancellation)).ToDictionary(item => item.Key, item => item.Value);

    public static async Task<ILookup<ChainId, Deposit>> ReadDepositsAsync(
        NpgsqlConnection connection, IReadOnlyList<ChainId> chains, int limit, CancellationToken cancellation) =>
        (await ReadAsync(
            connection, OverviewSql.Deposits, [Ids(chains), Columns.Int(limit)],
            row => new Deposit(
                row.GetInt64(0), new ChainId(row.GetInt64(1)), row.GetAddress(2), row.GetWei(3), row.GetInt64(4), row.GetInt64(5),
                row.GetHashOrNull(6), row.IsDBNull(7) ? null : row.GetAddress(7), row.GetTime(8), row.GetEnum<DepositEvidence>(9)),
            cancellation)).ToLookup(deposit => deposit.ChainId);

    public static Task<List<DaySpend>> ReadDaysAsync(
        NpgsqlConnection connection, IReadOnlyList<ChainId> chains, DateOnly from, CancellationToken cancellation) =>
        ReadAsync(
            connection, OverviewSql.Days, [Ids(chains), Columns.Day(from)],
            row => new DaySpend(
                new ChainId(row.GetInt64(0)), row.GetFieldValue<DateOnly>(1), row.GetString(2), row.GetWei(3), row.GetInt64(4), row.GetInt64(5)),
            cancellation);

    public static Task<List<TargetSpend>> ReadTargetsAsync(
        NpgsqlConnection connection, IReadOnlyList<ChainId> chains, DateOnly from, int limit, CancellationToken cancellation) =>
        ReadAsync(
            connection, OverviewSql.Targets, [Ids(chains), Columns.Day(from), Columns.Int(limit)],
            row => new TargetSpend(
                new ChainId(row.GetInt64(0)), row.GetString(1), row.GetAddress(2), row.GetFieldValue<byte[]>(3), row.GetWei(4), row.GetInt64(5),
                row.GetInt64(6)),
            cancellation);

    public static async Task<ILookup<ChainId, DayBalance>> ReadBalancesAsync(
        NpgsqlConnection connection, IReadOnlyList<ChainId> chains, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation) =>
        (await ReadAsync(
            connection, OverviewSql.Balances, [Ids(chains), Columns.Time(from), Columns.Time(to)],
            row => (Chain: new ChainId(row.GetInt64(0)), Value: new DayBalance(
                row.GetFieldValue<DateOnly>(1), row.GetAddress(2), row.GetEnum<AccountRole>(3), row.GetInt64(4), row.GetWeiOrNull(5))),
            cancellation)).ToLookup(item => item.Chain, item => item.Value);

    private static NpgsqlParameter Ids(IEnumerable<ChainId> chains) => Columns.Longs(chains.Select(chain => chain.Value));

    private static async Task<List<T>> ReadAsync<T>(
        NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        return await command.ReadListAsync(read, cancellation);
    }
}
