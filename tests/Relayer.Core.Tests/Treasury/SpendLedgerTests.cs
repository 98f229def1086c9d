using System.Numerics;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Treasury.Spend;

namespace Relayer.Core.Tests.Treasury;

/// <summary>How final transactions are booked, by rows as the engine leaves them.</summary>
[Trait("needs", "services")]
public sealed class SpendLedgerTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Several_users_in_one_transaction_bear_its_fee_to_the_wei()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var batch = await TransactionAsync(database, 1, state: 4, fee: 1_001);
        await RelayAsync(database, batch, 0, user: 1, selector: "aabbccdd", fee: 335);
        await RelayAsync(database, batch, 1, user: 2, selector: "aabbccdd", fee: 333);
        await RelayAsync(database, batch, 2, user: 2, selector: "11223344", fee: 333);
        var alone = await TransactionAsync(database, 2, state: 6, fee: 500);
        await RelayAsync(database, alone, 0, user: 1, selector: "aabbccdd", fee: 500);

        await AddAsync(database, batch, alone);

        Assert.Equal(1_501, await SumAsync(database, "select sum(fee) from spend_days"));
        Assert.Equal(1_501, await SumAsync(database, "select sum(fee) from spend_users"));
        Assert.Equal(1_501, await SumAsync(database, "select sum(fee) from spend_hours"));
        Assert.Equal(1_168, await SumAsync(database, @"select fee from spend_days where selector = '\xaabbccdd'"));
        Assert.Equal(0, await database.ScalarAsync<long>(@"select count(*) from spend_days where target = '\xf0'"));
        Assert.Equal(666, await SumAsync(database, @"select sum(fee) from spend_users where ""user"" = '\x02'"));
        Assert.Equal((4, 2), (await SumAsync(database, "select sum(actions) from spend_days"), await SumAsync(database, "select sum(transactions) from spend_days")));
        Assert.Equal(1, await SumAsync(database, "select sum(failed) from spend_hours"));
    }

    [Fact]
    public async Task Each_is_counted_in_its_own_way_noops_reverted_and_those_that_nobody_of_ours_paid()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var noop = await TransactionAsync(database, 1, state: 5, fee: 21, value: 9);
        var keeper = await TransactionAsync(database, 2, state: 4, fee: 7, purpose: "settlement", value: 5);
        var displaced = await TransactionAsync(database, 3, state: 7, fee: null);
        var mined = await TransactionAsync(database, 4, state: 3, fee: 1_000);

        await AddAsync(database, noop, keeper, displaced, mined);

        Assert.Equal(["noop", "settlement"], await database.ColumnAsync<string>("select purpose from spend_days order by purpose"));
        Assert.Equal(28, await SumAsync(database, "select sum(fee) from spend_hours"));
        Assert.Equal(5, await SumAsync(database, "select sum(value) from spend_hours"));
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from spend_users"));
    }

    [Fact]
    public async Task Several_instances_at_once_lose_nothing_and_lock_nobody_out()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var ids = new List<Guid>();
        for (var i = 0; i < 40; i++)
        {
            ids.Add(await TransactionAsync(database, i, state: 4, fee: 10 + i));
            await RelayAsync(database, ids[^1], 0, user: (byte)(i % 7), selector: i % 2 == 0 ? "aabbccdd" : "11223344", fee: 10 + i);
        }

        await Task.WhenAll(ids.Chunk(5).Select(some => AddAsync(database, [.. some.Reverse()])));

        var expected = Enumerable.Range(10, 40).Sum();
        Assert.Equal([expected, expected, expected], [
            await SumAsync(database, "select sum(fee) from spend_days"), await SumAsync(database, "select sum(fee) from spend_users"),
            await SumAsync(database, "select sum(fee) from spend_hours")]);
    }

    [Theory]
    [InlineData(SpendGroups.None)]
    [InlineData(SpendGroups.Day | SpendGroups.Purpose)]
    [InlineData(SpendGroups.Target)]
    [InlineData(SpendGroups.Day | SpendGroups.Purpose | SpendGroups.Target | SpendGroups.User)]
    [InlineData(SpendGroups.User)]
    public async Task Page_by_page_every_grouping_gives_the_same_sum_and_each_row_once(SpendGroups groups)
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        await database.ExecuteAsync("""
            insert into spend_days select c, date '2026-09-01' + d, p, decode(lpad(to_hex(t), 40, '0'), 'hex'), '\xaabbccdd', 7, 1, 1
            from generate_series(1, 2) c, generate_series(0, 4) d, unnest(array['noop', 'relay']) p, generate_series(1, 3) t;
            insert into spend_users select c, date '2026-09-01' + d, decode(lpad(to_hex(u), 40, '0'), 'hex'), 'relay', decode(lpad(to_hex(t), 40, '0'), 'hex'), '\xaabbccdd', 5, 1
            from generate_series(1, 2) c, generate_series(0, 4) d, generate_series(1, 4) u, generate_series(1, 3) t
            """);
        await using var connection = await database.OpenAsync();
        var rows = new List<SpendRow>();
        SpendKey? after = null;
        while (true)
        {
            var page = await SpendQueryStore.ReadAsync(
                connection, new SpendQuery([new ChainId(1), new ChainId(2)], new DateOnly(2026, 9, 2), new DateOnly(2026, 9, 4), groups, after, 7), Cancellation);
            rows.AddRange(page);
            if (page.Count < 7)
            {
                break;
            }

            after = SpendKey.Decode(page[^1].Key.Encode());
        }

        var expected = groups.HasFlag(SpendGroups.User) ? 2 * 3 * 4 * 3 * 5 : 2 * 3 * 2 * 3 * 7;
        Assert.Equal(expected, (int)rows.Aggregate(BigInteger.Zero, (sum, row) => sum + row.Fee.ToBigInteger()));
        Assert.Equal(rows.Count, rows.Select(row => row.Key.Encode()).Distinct().Count());
    }

    private static async Task AddAsync(TestDatabase database, params Guid[] ids)
    {
        await using var connection = await database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await new SpendLedger(TimeProvider.System).AddAsync(connection, new ChainId(1), ids, Cancellation);
        await transaction.CommitAsync(Cancellation);
    }

    private static async Task<Guid> TransactionAsync(
        TestDatabase database, int nonce, short state, int? fee, string purpose = "relay", int value = 0)
    {
        var id = Guid.CreateVersion7();
        await database.ExecuteAsync($"""
            insert into signers values (1, '\x{new string('5', 40)}', 0, false, null, now(), now()) on conflict do nothing;
            insert into transactions (id, chain_id, signer, nonce, purpose, state, "to", value, gas_limit, data, max_fee, gas_used, l1_fee, fee, created_at, updated_at)
            values ('{id}', 1, '\x{new string('5', 40)}', {nonce}, '{purpose}', {state}, '\xf0', {value}, 21000, '\x', 1, 100, 1, {(fee is { } wei ? $"{wei}" : "null")}, now(), now())
            """);
        return id;
    }

    private static Task RelayAsync(TestDatabase database, Guid transaction, int position, byte user, string selector, int fee) =>
        database.ExecuteAsync($"""
            insert into relays (id, chain_id, forwarder, "from", "to", value, gas, nonce, data, signature, expires_at, transaction_id, position, state, fee, created_at, updated_at)
            values ('\x{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32))}', 1, '\xf0', '\x{user:x2}', '\xaa', 0, 1,
                {System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue)}, '\x{selector}0000', '\x', now(), '{transaction}', {position}, 3, {fee}, now(), now())
            """);

    private static async Task<BigInteger> SumAsync(TestDatabase database, string sql)
    {
        await using var connection = await database.OpenAsync();
        await using var command = new NpgsqlCommand($"select ({sql})::numeric", connection);
        return (BigInteger)(decimal)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
