using Npgsql;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Tests.Transactions;

/// <summary>A reservation at the front of a batch of somebody else's writes: with them or not at all.</summary>
[Trait("needs", "services")]
public sealed class ReservationTests(PostgresFixture postgres)
{
    private const ulong Gas = 50_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fewer_than_asked_are_given_from_the_front_when_room_lacks()
    {
        await using var world = await EngineWorld.StartAsync(postgres, chain: new ChainOptions { MaxInFlightPerSigner = 3 });
        var plans = Plans.Many(5);

        Assert.Equal(plans.Take(3), (await ReserveAsync(world, plans)).Select(reserved => reserved.Plan));
        Assert.Empty(await ReserveAsync(world, Plans.Many(2)));
        Assert.Equal((3L, 3L), await CountAsync(world));
    }

    [Fact]
    public async Task Fewer_than_asked_are_given_from_the_front_when_money_lacks()
    {
        await using var world = await EngineWorld.StartAsync(postgres);
        var plans = Plans.Many(5);
        var twoAndAHalf = (plans[0].MaxCost * 5UL / 2).ToBigInteger();
        await world.Node.SetBalanceAsync($"{world.Keys[0].Address}", twoAndAHalf, Cancellation);

        Assert.Equal(plans.Take(2), (await ReserveAsync(world, plans)).Select(reserved => reserved.Plan));
        Assert.Empty(await ReserveAsync(world, Plans.Create()));
        Assert.Single(await ReserveAsync(world, Plans.Create(gas: Gas / 4)));
        Assert.Equal((3L, 3L), await CountAsync(world));
    }

    [Fact]
    public async Task A_batch_that_fails_behind_it_takes_it_back_and_the_nonces_are_given_again()
    {
        await using var world = await EngineWorld.StartAsync(postgres);
        await Assert.ThrowsAsync<PostgresException>(() => ReserveAsync(world, "select 1 / 0", Plans.Many(3)));
        Assert.Equal((0L, 0L), await CountAsync(world));

        Assert.Equal([0UL, 1UL], (await ReserveAsync(world, Plans.Many(2))).Select(reserved => reserved.Nonce));
    }

    [Fact]
    public async Task What_follows_in_the_batch_sees_what_was_reserved()
    {
        await using var world = await EngineWorld.StartAsync(postgres, chain: new ChainOptions { MaxInFlightPerSigner = 2 });
        await world.Database.ExecuteAsync("create table mine (id uuid)");

        await ReserveAsync(world, "insert into mine select id from transactions", Plans.Many(4));

        Assert.Equal(2L, await world.Database.ScalarAsync<long>("select count(*) from mine"));
    }

    private static Task<IReadOnlyList<ReservedTransaction>> ReserveAsync(EngineWorld world, params TransactionPlan[] plans) =>
        ReserveAsync(world, "select 1", plans);

    private static async Task<IReadOnlyList<ReservedTransaction>> ReserveAsync(EngineWorld world, string then, TransactionPlan[] plans)
    {
        var quote = await world.Engine.QuoteAsync(1, Cancellation);
        await using var connection = await world.Database.OpenAsync();
        await using var batch = new NpgsqlBatch(connection);
        var reservation = world.Engine.Reserve(quote.Signers, plans, world.Engine.Settings.MaxInFlight);
        reservation.AddTo(batch);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(then));
        await using var rows = await batch.ExecuteReaderAsync(Cancellation);
        var reserved = await reservation.ReadAsync(rows, Cancellation);
        while (await rows.NextResultAsync(Cancellation))
        {
        }

        return reserved;
    }

    private static async Task<(long Rows, long Nonces)> CountAsync(EngineWorld world) => (
        await world.Database.ScalarAsync<long>("select count(*) from transactions"),
        await world.Database.ScalarAsync<long>("select next_nonce from signers"));
}
