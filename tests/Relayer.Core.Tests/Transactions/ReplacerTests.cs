using System.Numerics;
using DevChain;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Transactions;

namespace Relayer.Core.Tests.Transactions;

/// <summary>Transactions that blocks pass over, on a real chain whose base fee the test sets.</summary>
public sealed class ReplacerTests(PostgresFixture postgres)
{
    private static readonly TimeSpan AfterFirst = TimeSpan.FromSeconds(31);
    private static readonly TimeSpan AfterNext = TimeSpan.FromSeconds(16);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static AnvilOptions OnDemand => new() { MineOnDemand = true };

    [Fact]
    public async Task What_the_base_fee_left_behind_is_outbid_and_mined_and_the_ledger_equals_the_chain()
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
    public async Task Each_interval_it_is_outbid_again_until_the_cap_then_it_waits_and_says_so_once()
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
    public async Task While_the_chain_stands_still_nothing_is_outbid()
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
    public async Task Two_instances_that_outbid_at_once_make_one_attempt()
    {
        await using var world = await StartAsync();
        var other = world.AddInstance();
        var id = Assert.Single(await world.SendAsync(Plans.Create())).Plan.Id;
        await PassOverAsync(world, gwei: 20);

        world.Time.Advance(AfterFirst);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? world.Engine : other).ConfirmAsync(Cancellation)));
        await AttemptsAsync(world, id, 2);
        await Task.WhenAll(world.Engine.ConfirmAsync(Cancellation), other.ConfirmAsync(Cancellation));

        Assert.Equal(2, (await world.HashesAsync(id)).Count);
        await MineAtAsync(world, gwei: 20);
        await world.WaitForAsync(id, 4);
    }

    [Fact]
    public async Task Killed_between_the_store_and_the_broadcast_of_a_bump_the_stored_bytes_are_sent()
    {
        await using var world = await StartAsync();
        var reserved = Assert.Single(await world.SendAsync(Plans.Create()));
        var bump = await StoreBumpAsync(world, reserved, gwei: 30);
        Assert.False(await world.IsKnownToNodeAsync(bump.Hash));

        world.Time.Advance(TimeSpan.FromSeconds(20));
        await world.Engine.ConfirmAsync(Cancellation);
        Assert.True(await world.IsKnownToNodeAsync(bump.Hash));
        await world.PassUntilAsync(reserved.Plan.Id, 4);
        Assert.Equal(bump.Hash, new Hash32(await world.Database.ScalarAsync<byte[]>("select hash from transactions")));
        Assert.Equal(2, (await world.HashesAsync(reserved.Plan.Id)).Count);
    }

    [Fact]
    public async Task A_bump_that_the_account_cannot_pay_for_leaves_no_gap_the_earlier_bytes_are_sent_again()
    {
        await using var world = await StartAsync();
        var reserved = await world.SendAsync(Plans.Create(), Plans.Create());
        var first = (await world.HashesAsync(reserved[0].Plan.Id))[0];
        await StoreBumpAsync(world, reserved[0], gwei: 400);
        await world.Node.SetBalanceAsync($"{world.Keys[0].Address}", Wei.FromGwei(11).ToBigInteger() * 100_000, Cancellation);
        await world.Node.DropTransactionAsync($"{first}", Cancellation);

        world.Time.Advance(TimeSpan.FromSeconds(20));
        await world.Engine.ConfirmAsync(Cancellation);
        Assert.True(await world.IsKnownToNodeAsync(first));
        await world.PassUntilAsync(reserved[1].Plan.Id, 4);
        Assert.Equal(4, await world.KindAsync(reserved[0].Plan.Id));
    }

    [Fact]
    public async Task A_signer_that_cannot_pay_for_more_outbids_nothing_and_says_so_once()
    {
        await using var world = await StartAsync();
        var id = Assert.Single(await world.SendAsync(Plans.Create())).Plan.Id;
        await world.Node.SetBalanceAsync($"{world.Keys[0].Address}", Wei.FromGwei(11).ToBigInteger() * 50_000, Cancellation);
        await PassOverAsync(world, gwei: 20);
        world.Time.Advance(AfterFirst);
        await BecomesAsync(world, "select count(*) from transactions where capped_at is not null", 1L);
        await world.Engine.ConfirmAsync(Cancellation);

        Assert.Single(world.Logs.Lines, line => line.StartsWith("Warning 232", StringComparison.Ordinal));
        await world.Node.SetBalanceAsync($"{world.Keys[0].Address}", Wei.FromGwei(1_000_000_000).ToBigInteger(), Cancellation);
        await AttemptsAsync(world, id, 2);
    }

    [Fact]
    public async Task Near_its_deadline_a_self_send_takes_its_place_and_is_outbid_on_the_same_schedule()
    {
        await using var world = await StartAsync();
        var id = Assert.Single(await world.SendAsync(Plans.Create(expiresAt: world.Time.GetUtcNow().AddMinutes(10)))).Plan.Id;
        await PassOverAsync(world, gwei: 20);

        // Inside CloseBefore, before the deadline itself: the payload is not outbid any more.
        world.Time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(8));
        await AttemptsAsync(world, id, 2);
        Assert.Equal([false, true], await world.Database.ColumnAsync<bool>("select noop from attempts order by number"));
        Assert.Equal((short)ClosingReason.Late, await world.Database.ScalarAsync<short>("select closing from transactions"));
        await PassOverAsync(world, gwei: 100);
        world.Time.Advance(AfterNext);
        await AttemptsAsync(world, id, 3);

        await MineAtAsync(world, gwei: 100);
        await world.WaitForAsync(id, 5);
        Assert.Equal(21_000L, await world.Database.ScalarAsync<long>("select gas_used from transactions"));
        Assert.Equal((await world.HashesAsync(id))[2], new Hash32(await world.Database.ScalarAsync<byte[]>("select hash from transactions")));
    }

    [Fact]
    public async Task A_chain_without_a_base_fee_is_outbid_by_price()
    {
        await using var world = await EngineWorld.StartAsync(
            postgres, new AnvilOptions { MineOnDemand = true, Hardfork = "berlin" }, new ChainOptions { Confirmations = 0 });
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

    [Fact]
    public async Task What_a_reorganisation_takes_back_is_sent_again_at_once()
    {
        await using var world = await EngineWorld.StartAsync(postgres, OnDemand, new ChainOptions { Confirmations = 3 });
        await world.Node.MineAsync(5, Cancellation);
        var id = Assert.Single(await world.SendAsync(Plans.Create())).Plan.Id;
        var hash = Assert.Single(await world.HashesAsync(id));
        var snapshot = await world.Node.SnapshotAsync(Cancellation);
        await world.Node.MineAsync(1, Cancellation);
        await world.WaitForAsync(id, 3);

        await world.Node.RevertAsync(snapshot, Cancellation);
        await world.Node.DropTransactionAsync($"{hash}", Cancellation);
        await world.Node.MineAsync(2, Cancellation);

        // No time passes: the clock of the test stands but for the real seconds.
        await UntilAsync(() => world.IsKnownToNodeAsync(hash), () => world.Logs.Text);
        await world.PassUntilAsync(id, 4);
    }

    private Task<EngineWorld> StartAsync(int signers = 1, ulong cap = 500) => EngineWorld.StartAsync(
        postgres, OnDemand, new ChainOptions { Confirmations = 0, Fees = { MaxFeePerGasWei = $"{Wei.FromGwei(cap)}" } }, signers);

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

    /// <summary>A block at a base fee, with whatever pays that.</summary>
    private static async Task MineAtAsync(EngineWorld world, ulong gwei)
    {
        await world.Node.SetNextBaseFeeAsync(Wei.FromGwei(gwei).ToBigInteger(), Cancellation);
        await world.Node.MineAsync(1, Cancellation);
    }

    /// <summary>A block that leaves everything behind, and a pass that sees it; the next block's base fee is the same.</summary>
    private static async Task PassOverAsync(EngineWorld world, ulong gwei)
    {
        await world.Engine.ConfirmAsync(Cancellation);
        await MineAtAsync(world, gwei);
        await world.Node.SetNextBaseFeeAsync(Wei.FromGwei(gwei).ToBigInteger(), Cancellation);
        await world.Engine.ConfirmAsync(Cancellation);
    }

    private static async Task<Attempt> StoreBumpAsync(EngineWorld world, ReservedTransaction reserved, ulong gwei)
    {
        var signer = await world.Signers.FindAsync(reserved.ChainId, reserved.Signer, Cancellation);
        var unsigned = reserved.Payload(new TransactionFees.Dynamic(Wei.FromGwei(gwei), Wei.FromGwei(2)));
        var raw = unsigned.Encode(await signer!.SignAsync(unsigned.SigningDigest(), Cancellation));
        var attempt = new Attempt(2, Keccak256.Hash(raw), raw, false, unsigned.Fees);
        await using var connection = await world.Database.OpenAsync();
        Assert.Single(await new TransactionStore(world.Time).StoreAttemptsAsync(connection, [(reserved.Plan.Id, attempt)], Cancellation));
        return attempt;
    }

    private static Task AttemptsAsync(EngineWorld world, Guid id, long count) =>
        BecomesAsync(world, $"select count(*) from attempts where transaction_id = '{id}'", count);

    private static async Task<List<int>> CountsAsync(EngineWorld world, IReadOnlyList<ReservedTransaction> reserved)
    {
        var counts = new List<int>();
        foreach (var item in reserved)
        {
            counts.Add((await world.HashesAsync(item.Plan.Id)).Count);
        }

        return counts;
    }

    private static Task BecomesAsync(EngineWorld world, string sql, long expected) =>
        UntilAsync(async () => await world.Database.ScalarAsync<long>(sql) == expected, () => $"{sql} is not {expected}:\n{world.Logs.Text}");

    private static async Task UntilAsync(Func<Task<bool>> condition, Func<string> otherwise)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(20), otherwise());
            await Task.Delay(20, Cancellation);
        }
    }
}
