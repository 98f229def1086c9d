using System.Text.Json;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Treasury.Reports;

namespace Relayer.Core.Treasury.Balances;

/// <summary>The rows of what accounts held at which block.</summary>
internal static class BalanceStore
{
    private const string AddSql = """
        with reading as (
            insert into readings (chain_id, block_number, block_hash, block_time, taken_at, agreement, providers)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (chain_id, block_number) do update
            set block_hash = excluded.block_hash, block_time = excluded.block_time, taken_at = excluded.taken_at,
                agreement = excluded.agreement, providers = excluded.providers
            returning 1)
        insert into balances (chain_id, account, role, block_number, balance, nonce, answers)
        select $1, b.account, b.role, $2, b.balance, b.nonce, b.answers::jsonb
        from reading, unnest($8, $9, $10, $11, $12) as b (account, balance, nonce, answers, role)
        on conflict (chain_id, block_number, account) do update
        set role = excluded.role, balance = excluded.balance, nonce = excluded.nonce, answers = excluded.answers
        """;

    private const string LatestSql = """
        select r.chain_id, r.block_number, r.block_hash, r.block_time, r.taken_at, r.agreement, r.providers::text,
            b.account, b.balance, b.nonce, b.answers::text, b.role
        from unnest($1) as c (chain_id)
        cross join lateral (select * from readings where chain_id = c.chain_id order by taken_at desc limit 1) r
        join balances b on b.chain_id = r.chain_id and b.block_number = r.block_number
        """;

    /// <summary>Of each period all but the last reading go; what an account's books still stand on is kept elsewhere.</summary>
    private const string ThinSql = """
        with old as materialized (
            select chain_id, block_number,
                row_number() over (partition by chain_id, date_trunc($3, taken_at, 'UTC') order by taken_at desc) = 1 as is_last
            from readings where thinned = $1 and taken_at < $2),
        kept as (
            update readings r set thinned = $1 + 1 from old o where o.is_last and r.chain_id = o.chain_id and r.block_number = o.block_number)
        delete from readings r using old o where not o.is_last and r.chain_id = o.chain_id and r.block_number = o.block_number
        """;

    /// <summary>Accounts that ever were signers here.</summary>
    private const string KnownSql = "select address from signers where chain_id = $1 order by address";

    public static async Task AddAsync(NpgsqlConnection connection, BalanceReading reading, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(AddSql, connection)
        {
            Parameters =
            {
                Columns.Long(reading.ChainId.Value),
                Columns.Long(reading.Block.Number),
                Columns.Hash(reading.Block.Hash),
                Columns.Time(reading.Block.Timestamp),
                Columns.Time(reading.TakenAt),
                Columns.Int((int)reading.Agreement),
                Columns.Json(JsonSerializer.Serialize(reading.Providers, GasJson.Default.IReadOnlyListProviderView)),
                Columns.ManyBytes(reading.Accounts.Select(account => account.Account.ToArray())),
                Columns.Numbers(reading.Accounts.Select(account => account.State?.Balance)),
                Columns.Longs(reading.Accounts.Select(account => (long?)account.State?.Nonce)),
                Columns.Texts(reading.Accounts.Select(account => account.State is null
                    ? JsonSerializer.Serialize(account.Answers, GasJson.Default.IReadOnlyListProviderBalance)
                    : null)),
                Columns.Enums(reading.Accounts.Select(account => account.Role)),
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<IReadOnlyDictionary<ChainId, BalanceReading>> ReadLatestAsync(
        NpgsqlConnection connection, IEnumerable<ChainId> chains, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(LatestSql, connection)
        {
            Parameters = { Columns.Longs(chains.Select(chain => chain.Value)) },
        };
        var rows = await command.ReadListAsync(row => (Reading: ReadReading(row), Account: ReadAccount(row)), cancellation);
        return rows.GroupBy(row => row.Reading.ChainId).ToDictionary(
            chain => chain.Key, chain => chain.First().Reading with { Accounts = [.. chain.Select(row => row.Account)] });
    }

    private static BalanceReading ReadReading(NpgsqlDataReader row) => new(
        new ChainId(row.GetInt64(0)), new BlockHeader(row.GetInt64(1), row.GetHash(2), row.GetTime(3), null), row.GetTime(4),
        row.GetEnum<Agreement>(5), JsonSerializer.Deserialize(row.GetString(6), GasJson.Default.IReadOnlyListProviderView)!, []);

    private static AccountReading ReadAccount(NpgsqlDataReader row) => new(
        row.GetAddress(7), row.GetEnum<AccountRole>(11), row.IsDBNull(8) ? null : new AccountState(row.GetWei(8), (ulong)row.GetInt64(9)),
        row.GetTextOrNull(10) is { } answers ? JsonSerializer.Deserialize(answers, GasJson.Default.IReadOnlyListProviderBalance)! : []);

    public static async Task<IReadOnlyList<Address>> ReadKnownAsync(
        NpgsqlConnection connection, ChainId chainId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(KnownSql, connection) { Parameters = { Columns.Long(chainId.Value) } };
        return await command.ReadListAsync(row => row.GetAddress(0), cancellation);
    }

    /// <summary>Every reading stays for 2 days, one an hour for 60, one a day indefinitely.</summary>
    public static async Task ThinAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellation)
    {
        foreach (var (level, age, period) in ((int, TimeSpan, string)[])[(0, TimeSpan.FromDays(2), "hour"), (1, TimeSpan.FromDays(60), "day")])
        {
            await using var command = new NpgsqlCommand(ThinSql, connection)
            {
                Parameters = { Columns.Int(level), Columns.Time(now - age), Columns.Text(period) },
            };
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }
}
