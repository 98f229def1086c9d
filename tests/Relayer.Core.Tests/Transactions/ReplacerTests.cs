using System.Numerics;
using DevChain;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Transactions.Replacement;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Tests.Transactions;

/// <summary>When a transaction is replaced, by how much, and when no more.</summary>
[Trait("needs", "services")]
public sealed class ReplacerTests(PostgresFixture postgres) : PassedOverTests(postgres)
{
    [Fact]
    public async Task What_the_base_fee_left_behind_is_replaced_and_mined_and_the_ledger_equals_the_chain()
    {
        await using var world = await StartAsync(signers: 1);
        var before = (await world.Chain.ReadBalancesAsync([world.Keys[0].Address], Cancellation))[0];
        var reserved = await world.SendAsync(Plans.Create(), Plans.Create(), Plans.Create());
        await PassOverAsync(world, gwei: 20);

        world.Time.Advance(AfterFirst);
        await AttemptsAsync(world, reserved[0].Plan.Id, 2);
        Assert.Equal([2, 1, 1], await CountsAsync(world, reserved));
        await MineAtAsync(world, gwei: 20);
        await world.WaitForAsync(reserved[0].Plan.Id, 4);

        // What stood behind it follows.
        await FallAsync(world, gwei: 1, reserved[1].Plan.Id, reserved[2].Plan.Id);
        var receipts = (await world.Chain.ReadReceiptsAsync(
            [.. await world.HashesAsync(reserved[0].Plan.Id)], Cancellation)).Receipts;
        Assert.Null(receipts[0]);
        Assert.Equal(new Wei(21_125_000_000UL), receipts[1]!.EffectiveGasPrice);
        Assert.Equal(receipts[1]!.Fee.ToBigInteger(), await world.Database.ScalarAsync<BigInteger>(
            $"select fee from transactions where id = '{reserved[0].Plan.Id}'"));
        var after = (await world.Chain.ReadBalancesAsync([world.Keys[0].Address], Cancellation))[0];
        Assert.Equal((before - after).ToBigInteger(), await world.Database.ScalarAsync<BigInteger>("select sum(fee) from transactions"));
        Assert.True(await world.Database.ScalarAsync<bool>(
            "select bool_and(b.max_fee * 10 >= a.max_fee * 11 and b.max_priority_fee * 10 >= a.max_priority_fee * 11 and t.max_fee = b.max_fee) " +
            "from attempts a join attempts b using (transaction_id) join transactions t on t.id = a.transaction_id where a.number = 1 and b.number = 2"));
    }

    [Fact]
    public async Task Each_interval_it_is_replaced_again_until_the_cap_then_it_waits_and_says_so_once()
    {
        await using var world = await StartAsync(cap: 12);
        var id = Assert.Single(await world.SendAsync(Plans.Create())).Plan.Id;
        await PassOverAsync(world, gwei: 11);
        world.Time.Advance(AfterFirst);
        await AttemptsAsync(world, id, 2);
        await PassOverAsync(world, gwei: 13);

        world.Time.Advance(AfterNext);
        await BecomesAsync(world, "select count(*) from transactions where capped_at is not null", 1L);
        for (var i = 0; i < 3; i++)
        {
            world.Time.Advance(AfterNext);
            await world.Engine.ConfirmAsync(Cancellation);
        }

        Assert.Single(world.Logs.Lines, line => line.StartsWith("Warning 231", StringComparison.Ordinal));
        Assert.Equal(2, (await world.HashesAsync(id)).Count);
        Assert.Equal("12000000000", await world.Database.ScalarAsync<string>("select max(max_fee)::text from attempts"));
        await FallAsync(world, gwei: 5, id);
    }

    [Fact]
    public async Task What_stood_at_the_cap_goes_on_once_more_may_be_offered()
    {
        await using var world = await StartAsync(cap: 12);
        var id = Assert.Single(await world.SendAsync(Plans.Create())).Plan.Id;
        await PassOverAsync(world, gwei: 13);
        world.Time.Advance(AfterFirst);
        await BecomesAsync(world, "select count(*) from transactions where capped_at is not null", 1L);

        await PassOverAsync(world, gwei: 11);
        world.Time.Advance(AfterNext);
        await AttemptsAsync(world, id, 2);
        Assert.True(await world.Database.ScalarAsync<bool>("select capped_at is null from transactions"));
        await MineAtAsync(world, gwei: 11);
        await world.WaitForAsync(id, 4);
    }

    [Fact]
    public async Task While_the_chain_stands_still_nothing_is_replaced()
    {
        await using var world = await StartAsync();
        var id = Assert.Single(await world.SendAsync(Plans.Create())).Plan.Id;
        await world.Engine.ConfirmAsync(Cancellation);
        world.Time.Advance(TimeSpan.FromHours(1));
        await world.Engine.ConfirmAsync(Cancellation);
        await world.Engine.ConfirmAsync(Cancellation);

        Assert.Single(await world.HashesAsync(id));

        // One block that leaves it out is worth one attempt.
        await world.Node.DropTransactionAsync($"{Assert.Single(await world.HashesAsync(id))}", Cancellation);
        await world.Node.MineAsync(1, Cancellation);
        await AttemptsAsync(world, id, 2);
        world.Time.Advance(TimeSpan.FromHours(1));
        await world.Engine.ConfirmAsync(Cancellation);
        await world.Engine.ConfirmAsync(Cancellation);
        Assert.Equal(2, (await world.HashesAsync(id)).Count);
        await world.PassUntilAsync(id, 4);
    }

    [Fact]
    public async Task Near_its_deadline_a_noop_takes_its_place_and_is_replaced_on_the_same_schedule()
    {
        await using var world = await StartAsync();
        var id = Assert.Single(await world.SendAsync(Plans.Create(expiresAt: world.Time.GetUtcNow().AddMinutes(10)))).Plan.Id;
        await PassOverAsync(world, gwei: 20);

        // Inside CloseBefore, before the deadline itself: the payload is not replaced any more.
        world.Time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(8));
        await AttemptsAsync(world, id, 2);
        Assert.Equal([false, true], await world.Database.ColumnAsync<bool>("select noop from attempts order by number"));
        Assert.Equal((short)CancelReason.Late, await world.Database.ScalarAsync<short>("select cancel_reason from transactions"));
        await PassOverAsync(world, gwei: 100);
        world.Time.Advance(AfterNext);
        await AttemptsAsync(world, id, 3);

        await MineAtAsync(world, gwei: 100);
        await world.WaitForAsync(id, 5);
        Assert.Equal(21_000L, await world.Database.ScalarAsync<long>("select gas_used from transactions"));
        Assert.Equal((await world.HashesAsync(id))[2], new Hash32(await world.Database.ScalarAsync<byte[]>("select hash from transactions")));
    }

    [Fact]
    public async Task A_chain_without_a_base_fee_is_replaced_by_price()
    {
        await using var world = await EngineWorld.StartAsync(
            Postgres, new AnvilOptions { MineOnDemand = true, Hardfork = "berlin" }, new ChainOptions { Confirmations = 0 });
        var plan = Plans.Create() with { Fees = new TransactionFees.Legacy(Wei.FromGwei(40)) };
        var id = Assert.Single(await world.SendAsync(plan)).Plan.Id;
        await world.Engine.ConfirmAsync(Cancellation);
        await world.Node.DropTransactionAsync($"{Assert.Single(await world.HashesAsync(id))}", Cancellation);
        await world.Node.MineAsync(1, Cancellation);

        world.Time.Advance(AfterFirst);
        await AttemptsAsync(world, id, 2);
        await world.PassUntilAsync(id, 4);
        Assert.Equal("45000000000", await world.Database.ScalarAsync<string>("select gas_price::text from transactions"));
        Assert.Equal((await world.HashesAsync(id))[1], new Hash32(await world.Database.ScalarAsync<byte[]>("select hash from transactions")));
    }

    /// <summary>The market falls until these are mined; what the node threw out of its pool meanwhile is sent again.</summary>
    private static async Task FallAsync(EngineWorld world, ulong gwei, params Guid[] ids)
    {
        foreach (var id in ids)
        {
            for (var i = 0; i < 5 && await world.KindAsync(id) != 4; i++)
            {
                await world.Node.SetNextBaseFeeAsync(Wei.FromGwei(gwei).ToBigInteger(), Cancellation);
                world.Time.Advance(AfterNext);
                await world.Engine.ConfirmAsync(Cancellation);
                await world.Node.MineAsync(1, Cancellation);
                await world.Engine.ConfirmAsync(Cancellation);
            }

            await world.WaitForAsync(id, 4);
        }
    }

    private static async Task<List<int>> CountsAsync(EngineWorld world, IReadOnlyList<ReservedTransaction> reserved)
    {
        var counts = new List<int>();
        foreach (var item in reserved)
        {
            counts.Add((await world.HashesAsync(item.Plan.Id)).Count);
        }

        return counts;
    }
}
