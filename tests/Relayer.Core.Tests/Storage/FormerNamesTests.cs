using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Relayer.Core.Storage;
using Relayer.Core.Tests.Transactions;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Replacement;

namespace Relayer.Core.Tests.Storage;

/// <summary>
/// Steps 12 and 13: <c>grants</c> is <c>quota_usage</c> and <c>transactions.closing</c> is <c>cancel_reason</c>, while the release before
/// (ab5946b) goes on with statements that it prepared earlier. Its statements stand here as they stood there.
/// </summary>
[Trait("needs", "services")]
public sealed class FormerNamesTests(PostgresFixture postgres)
{
    private const string Grant = """
        insert into grants as g (chain_id, "user", period, starts_at, granted, quota)
        select w.chain_id, w."user", w.period, w.starts_at, sum(w.granted)::bigint, max(w.quota)
        from unnest($1, $2, $3, $4, $5, $6, $7) as w (transaction_id, chain_id, "user", period, starts_at, granted, quota)
        where exists (select from transactions t where t.id = w.transaction_id)
        group by 1, 2, 3, 4 order by 1, 2, 3, 4
        on conflict (chain_id, "user", period, starts_at) do update
        set granted = g.granted + excluded.granted, quota = excluded.quota
        """;

    private const string ReadGrants = """
        select q.place, g.period, g.granted
        from unnest($1, $2, $3, $4) with ordinality as q (chain_id, "user", minute, day, place)
        cross join lateral (values (0::smallint, q.minute), (1::smallint, q.day)) as w (period, starts_at)
        join grants g on g.chain_id = q.chain_id and g."user" = q."user" and g.period = w.period and g.starts_at = w.starts_at
        """;

    private const string DeleteGrants =
        "delete from grants where ctid = any(array(select ctid from grants where starts_at < $1 limit $2 for update skip locked))";

    private const string StoreAttempts = """
        with durability as (select set_config(
            'synchronous_commit', case when $7 then 'off' else current_setting('synchronous_commit') end, true)),
        signed as (
            update transactions t set state = greatest(t.state, 1), version = t.version + 1, closing = coalesce(t.closing, $10),
                max_fee = greatest(t.max_fee, s.max_fee), max_priority_fee = greatest(t.max_priority_fee, s.max_priority_fee),
                capped_at = null, updated_at = $6
            from durability, unnest($1, $2, $3, $4, $5, $8, $9) as s (id, number, hash, raw, noop, max_fee, max_priority_fee)
            where t.id = s.id and t.state + 0 < 3 and (t.state = 0 or s.number > 1) and (t.closing is null or s.noop)
            returning t.id, s.number, s.hash, s.raw, s.noop, s.max_fee, s.max_priority_fee)
        insert into attempts (transaction_id, number, hash, raw, noop, max_fee, max_priority_fee, created_at)
        select id, number, hash, raw, noop, max_fee, max_priority_fee, $6 from signed
        on conflict do nothing
        returning transaction_id
        """;

    private const string RequestClosing =
        "update transactions set closing = $3, updated_at = $4 where chain_id = $1 and id = $2 and state < 3 and closing is null";

    private const string Reopen =
        "update transactions set state = 1, purpose = 'noop', closing = $2, version = version + 1, updated_at = $3 where id = $1 and state = 7";

    private static readonly DateTimeOffset Now = new(2026, 9, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Earlier = Guid.Parse("00000000-0000-7000-8000-000000000001");
    private static readonly Guid First = Guid.Parse("00000000-0000-7000-8000-000000000002");
    private static readonly Guid Second = Guid.Parse("00000000-0000-7000-8000-000000000003");
    private static readonly Guid Third = Guid.Parse("00000000-0000-7000-8000-000000000004");
    private static readonly Guid Displaced = Guid.Parse("00000000-0000-7000-8000-000000000005");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Quotas_are_counted_read_refused_and_swept_under_both_names()
    {
        await using var release = await OldRelease.StartAsync(postgres);
        await using var grant = await release.PreparedAsync(Grant, Window(3));
        await using var read = await release.PreparedAsync(
            ReadGrants, Columns.Longs([1L]), Columns.ManyBytes([[7]]), Columns.Times([Now]), Columns.Times([Now.AddDays(-1)]));
        await using var sweep = await release.PreparedAsync(DeleteGrants, Columns.Time(Now.AddDays(-2)), Columns.Int(10));
        Assert.Equal(1, await grant.ExecuteNonQueryAsync(Cancellation));

        await release.UpgradeAsync();

        Assert.Equal(1, await grant.ExecuteNonQueryAsync(Cancellation));
        Assert.Equal([6L], await release.NewAsync("select granted from quota_usage"));
        await release.NewAsync("update quota_usage set granted = granted + 1 returning granted");
        Assert.Equal([7L], await read.ReadListAsync(row => row.GetInt64(2), Cancellation));
        await release.NewAsync("insert into quota_usage values (1, '\\x08', 0, '2026-09-18', 1, 10) returning granted");
        Assert.Equal(1, await sweep.ExecuteNonQueryAsync(Cancellation));
        grant.Parameters.Clear();
        grant.Parameters.AddRange(Window(4));
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => grant.ExecuteNonQueryAsync(Cancellation));
        Assert.Equal(("grants_within_quota", "quota_usage"), (refusal.ConstraintName, refusal.TableName));
    }

    [Fact]
    public async Task A_wish_to_cancel_is_seen_by_both_whoever_wrote_it()
    {
        await using var release = await OldRelease.StartAsync(postgres);
        await using var request = await release.PreparedAsync(RequestClosing, Request(Earlier));
        await using var store = await release.PreparedAsync(StoreAttempts, Attempt(First, 1, isNoop: false, null));
        await using var reopen = await release.PreparedAsync(
            Reopen, Columns.Id(Displaced), Columns.EnumOrNull<CancelReason>(CancelReason.Refused), Columns.Time(Now));
        Assert.Equal(1, await request.ExecuteNonQueryAsync(Cancellation));

        await release.UpgradeAsync();

        // What was noted before, by the older program and by this one.
        await RequestAsync(request, First, expected: 1);
        Assert.Equal(1, await release.RequestAsync(Second));
        Assert.Equal(["3 3", "3 3", "3 3", " "], await release.ReasonsAsync(Earlier, First, Second, Third));
        await RequestAsync(request, Second, expected: 0);
        Assert.Equal(0, await release.RequestAsync(First));

        // The payload is taken by neither any more, and the noop by both.
        Assert.Empty(await release.StoreAsync(First, isNoop: false));
        Assert.Empty(await StoreAsync(store, Second, 1, isNoop: false, null));
        Assert.Equal([First], await release.StoreAsync(First, isNoop: true));
        Assert.Equal([Second], await StoreAsync(store, Second, 1, isNoop: true, null));

        // A reason that comes with the attempt, and one that takes the place of another.
        Assert.Equal([Third], await StoreAsync(store, Third, 1, isNoop: true, (short)CancelReason.Late));
        Assert.Equal(1, await reopen.ExecuteNonQueryAsync(Cancellation));
        Assert.Equal(["3 3", "3 3", "1 1", "2 2"], await release.ReasonsAsync(First, Second, Third, Displaced));
    }

    [Fact]
    public async Task What_a_later_release_takes_away_waits_for_the_older_one_and_is_not_missed_by_this_one()
    {
        var later = Migration.Read(
            "9001_former_names_go",
            """
            -- oldest: 13
            drop view grants;
            drop trigger transactions_cancel_reason on transactions;
            drop function follow_cancel_reason();
            alter table transactions drop column closing;
            alter table quota_usage rename constraint grants_within_quota to quota_usage_within_quota;
            """);
        var release = await OldRelease.StartAsync(postgres);
        await using (release)
        {
            await release.UpgradeAsync();
            Assert.False(await release.MigrateAsync(later));
            await release.LeaveAsync();
            while (!await release.MigrateAsync(later))
            {
                await Task.Delay(20, Cancellation); // The server lets go of a closed connection a moment later.
            }

            Assert.Equal(1, await release.RequestAsync(First));
            Assert.Equal([First], await release.StoreAsync(First, isNoop: true));
            Assert.Equal([3], await release.NewAsync($"select cancel_reason from transactions where id = '{First}'", row => row.GetInt16(0)));
        }
    }

    private static NpgsqlParameter[] Window(long granted) =>
    [
        Columns.Ids([First]), Columns.Longs([1L]), Columns.ManyBytes([[7]]), Columns.Shorts([(short)0]), Columns.Times([Now]), Columns.Longs([granted]),
        Columns.Longs([10L]),
    ];

    private static NpgsqlParameter[] Request(Guid id) =>
        [Columns.Long(1), Columns.Id(id), Columns.EnumOrNull<CancelReason>(CancelReason.Cancelled), Columns.Time(Now)];

    private static NpgsqlParameter[] Attempt(Guid id, int number, bool isNoop, short? reason)
    {
        var attempt = StoreWorld.Attempt(number, $"{id} {number} {isNoop}", isNoop);
        return
        [
            Columns.Ids([id]), Columns.Ints([number]), Columns.ManyBytes([attempt.Hash.ToArray()]), Columns.ManyBytes([attempt.Raw.ToArray()]),
            Columns.Flags([isNoop]), Columns.Time(Now), Columns.Flag(false), Columns.Numbers([System.Numerics.BigInteger.One]),
            Columns.Numbers([System.Numerics.BigInteger.One]), Columns.ShortOrNull(reason),
        ];
    }

    private static async Task RequestAsync(NpgsqlCommand request, Guid id, int expected)
    {
        request.Parameters.Clear();
        request.Parameters.AddRange(Request(id));
        Assert.Equal(expected, await request.ExecuteNonQueryAsync(Cancellation));
    }

    private static async Task<List<Guid>> StoreAsync(NpgsqlCommand store, Guid id, int number, bool isNoop, short? reason)
    {
        store.Parameters.Clear();
        store.Parameters.AddRange(Attempt(id, number, isNoop, reason));
        return await store.ReadListAsync(row => row.GetGuid(0), Cancellation);
    }

    /// <summary>A database as the release before left it, with a connection of that release's; and this release beside it.</summary>
    private sealed class OldRelease : IAsyncDisposable
    {
        private const string Rows = """
            insert into signers (chain_id, address, next_nonce, created_at, updated_at) values (1, decode(repeat('01', 20), 'hex'), 9, now(), now());
            insert into transactions (id, chain_id, signer, nonce, purpose, state, "to", value, gas_limit, data, max_fee, created_at, updated_at)
            select ('00000000-0000-7000-8000-00000000000' || i)::uuid, 1, decode(repeat('01', 20), 'hex'), i, 'relay', case i when 5 then 7 else 0 end,
                '\x01', 0, 21000, '', 1, now(), now() from generate_series(1, 5) i;
            """;

        private readonly NpgsqlDataSource _newer;
        private readonly NpgsqlConnection _older;

        private OldRelease(NpgsqlDataSource newer, NpgsqlConnection older) => (_newer, _older) = (newer, older);

        public static async Task<OldRelease> StartAsync(PostgresFixture postgres)
        {
            var database = await postgres.CreateDatabaseAsync();
            var older = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
            var release = new OldRelease(
                NpgsqlDataSource.Create(
                    new NpgsqlConnectionStringBuilder(database) { ApplicationName = ProgramName.Of(13, ""), Pooling = false }.ConnectionString),
                older);
            await release.MigrateAsync([.. Migration.All.Where(step => step.Number <= SchemaState.LastVersion)]);
            await older.OpenAsync(Cancellation);
            await using var rows = new NpgsqlCommand(Rows, older);
            await rows.ExecuteNonQueryAsync(Cancellation);
            return release;
        }

        public async Task<NpgsqlCommand> PreparedAsync(string sql, params NpgsqlParameter[] parameters)
        {
            var command = new NpgsqlCommand(sql, _older);
            command.Parameters.AddRange(parameters);
            await command.PrepareAsync(Cancellation);
            return command;
        }

        public async Task UpgradeAsync() => Assert.True(await MigrateAsync([.. Migration.All]));

        public Task<bool> MigrateAsync(Migration later) => MigrateAsync([.. Migration.All, later]);

        public Task LeaveAsync() => _older.CloseAsync();

        public Task<List<long>> NewAsync(string sql) => NewAsync(sql, row => row.GetInt64(0));

        public async Task<List<T>> NewAsync<T>(string sql, Func<NpgsqlDataReader, T> read)
        {
            await using var command = _newer.CreateCommand(sql);
            return await command.ReadListAsync(read, Cancellation);
        }

        /// <summary>What both columns say, the former one first.</summary>
        public async Task<string[]> ReasonsAsync(params Guid[] ids)
        {
            var all = await NewAsync(
                "select id, concat(closing, ' ', cancel_reason) from transactions", row => (Id: row.GetGuid(0), Reasons: row.GetString(1)));
            return [.. ids.Select(id => all.Single(row => row.Id == id).Reasons)];
        }

        public async Task<int> RequestAsync(Guid id)
        {
            await using var connection = await _newer.OpenConnectionAsync(Cancellation);
            return await ReplacementSql.RequestCancel(new(1), id, CancelReason.Cancelled, Now).RunAsync(connection, Cancellation);
        }

        public async Task<IReadOnlySet<Guid>> StoreAsync(Guid id, bool isNoop)
        {
            await using var connection = await _newer.OpenConnectionAsync(Cancellation);
            return await new TransactionStore(TimeProvider.System).StoreAttemptsAsync(
                connection, [(id, StoreWorld.Attempt(1, $"{id} 1 {isNoop}", isNoop))], Cancellation);
        }

        public async ValueTask DisposeAsync()
        {
            await _older.DisposeAsync();
            await _newer.DisposeAsync();
        }

        private Task<bool> MigrateAsync(Migration[] steps) =>
            new Migrator(_newer, NullLogger<Migrator>.Instance) { Steps = steps }.MigrateAsync(Cancellation);
    }
}
