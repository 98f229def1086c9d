using System.Numerics;
using DevChain;
using DevChain.Abi;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

/// <summary>Many orders at once: they share simulations and transactions, and one of them spoils nothing for the others.</summary>
[Trait("needs", "services")]
public sealed class SettlementBurstTests(PostgresFixture postgres)
{
    private static readonly AbiSignature Aggregate = AbiSignature.Parse("aggregate3Value((address,bool,uint256,bytes)[])");
    private static readonly AnvilOptions Large = new() { BlockTime = TimeSpan.FromSeconds(1), MixedMining = true, GasLimit = 200_000_000 };

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task What_is_sent_is_what_was_simulated_and_forty_orders_take_a_few_calls(int fee)
    {
        await using var world = await PerpsWorld.StartAsync(postgres, anvil: Large);
        await using var tap = await RpcTap.StartAsync(world.Node.Url);
        await world.Perps.Pyth.SendAsync("setFee(uint256)", (ulong)fee);
        var app = world.Add(rpc: tap.Url.ToString());
        await CommitAsync(world, 40);
        tap.Clear();
        await world.RunUntilAsync(app, "sent:sent", 40);

        var simulated = tap.Calls.Where(call => call.Method == "eth_call").Select(call => call.Parameters[0]).ToArray();
        var calls = simulated.Select(call => (
            Data: call.GetProperty("data").GetString(),
            Gas: call.TryGetProperty("gas", out var gas) ? (long)JsonRpc.ToInteger(gas) : 0,
            Value: call.TryGetProperty("value", out var value) ? JsonRpc.ToInteger(value) : 0)).ToArray();
        var sent = await world.ColumnAsync<string>("select '0x' || encode(data, 'hex') || ' ' || gas_limit || ' ' || value from transactions");
        Assert.Equal(4, sent.Count);
        Assert.Subset(calls.Select(call => $"{call.Data} {call.Gas} {call.Value}").ToHashSet(), sent.ToHashSet());

        // Updates take the whole with them when they fail, orders do not.
        Assert.All(sent, one => Assert.Equal([true, .. Enumerable.Repeat(false, 10)], RequiredOf(one.Split(' ')[0])));

        // Usually 17: whether they are there, and for each transaction what is asked, the fee, whether it goes, and what is sent.
        Assert.InRange(simulated.Length, 13, 45);
        Assert.InRange(tap.Calls.Count(call => call.Method == "eth_estimateGas"), 2, 6);
    }

    [Fact]
    public async Task An_order_that_nobody_understands_waits_by_itself_and_the_others_go()
    {
        await using var world = await PerpsWorld.StartAsync(postgres, anvil: Large);
        var app = world.Add();
        await CommitAsync(world, 9);
        await world.Perps.Market.SendAsync("setCollateral(uint128,int256)", 4UL, -BigInteger.Pow(2, 255));
        await world.RunUntilAsync(app, "sent:sent", 8);

        Assert.Equal(
            ["market 100 account 4 simulation_reverted 1"],
            await world.ColumnAsync<string>(
                "select split_part(subject, ' at ', 1) || ' ' || reason || ' ' || attempts from keeper_work where state = 0 or attempts > 0"));
        await world.RunUntilAsync(app, "won:won", 8);
        Assert.Equal(BigInteger.Zero, await world.Perps.SizeAsync(4));
        Assert.Equal(8 * PerpsWorld.Reward, await world.Perps.RewardsAsync(world.Keys[0].Address));
    }

    [Fact]
    public async Task Orders_that_do_not_fit_into_the_gas_of_their_transaction_are_divided_until_they_do()
    {
        await using var world = await PerpsWorld.StartAsync(postgres, anvil: Large);

        // Enough for some of them, too little for ten.
        var app = world.Add(options => options.GasLimit = 900_000);
        await CommitAsync(world, 10);
        await world.RunUntilAsync(app, "won:won", 10);

        Assert.InRange(await world.ScalarAsync<long>("select count(*) from keeper_sends"), 2, 5);
        Assert.InRange(await world.ScalarAsync<long>("select max(gas_limit) from transactions"), 200_000, 900_000);
        Assert.Equal(0, await world.ScalarAsync<long>("select sum(attempts) from keeper_work"));
        Assert.Equal(0, await world.ScalarAsync<long>("select count(*) from keeper_decisions where reason = 'simulation_reverted'"));
    }

    [Fact]
    public async Task A_price_that_is_missing_keeps_only_those_waiting_that_need_it()
    {
        await using var world = await PerpsWorld.StartAsync(postgres, anvil: Large);
        var app = world.Add(options => options.Grace = TimeSpan.FromSeconds(30));
        await CommitAsync(world, 3);
        var first = world.Hermes.Now();
        await world.Keepers.BecomesAsync(() => Task.FromResult(world.Hermes.Now() > first + 1));
        await world.Perps.FundManyAsync([11, 12], 1_000);
        await world.Perps.CommitManyAsync([11, 12], 2_100);
        await world.OpenAsync();
        await world.RunUntilAsync(app, "found:found", 5);

        // All are due together from here on; the price of the later ones is not to be had.
        var late = await world.ScalarAsync<string>("select max((details::jsonb ->> 'committedAt')::bigint + 2)::text from keeper_work");
        world.Hermes.Misbehave = null;
        world.Hermes.Hides = path => path.Contains(late, StringComparison.Ordinal);
        world.Keepers.Time.Advance(TimeSpan.FromSeconds(30));
        await world.RunUntilAsync(app, "sent:sent", 3);
        await world.RunUntilAsync(app, "skipped:price_missing", 2);
        Assert.Equal(3, (await world.ToldAsync()).Count(told => told == "sent:sent"));

        world.Hermes.Hides = null;
        await world.RunUntilAsync(app, "won:won", 5);
    }

    [Fact]
    public async Task What_one_run_leaves_over_is_begun_at_once_and_not_with_the_next_tick()
    {
        await using var world = await PerpsWorld.StartAsync(postgres, signers: 2, anvil: Large);
        var app = world.Add(options => options.Grace = TimeSpan.FromMinutes(2));
        await CommitAsync(world, 620);
        await world.RunUntilAsync(app, "found:found", 620);
        world.Keepers.Time.Advance(TimeSpan.FromMinutes(2));
        var runs = await app.Keepers.RunAsync(KeeperNames.Settlement, KeeperWorld.Cancellation);

        Assert.Equal([500, 120], runs.Select(run => run.Due));
        Assert.Equal(62, await world.ScalarAsync<long>("select count(*) from keeper_sends"));
        await world.RunUntilAsync(app, "won:won", 620);
        Assert.Equal(620, await world.ScalarAsync<long>("select count(*) from keeper_decisions where decision = 'sent'"));
    }

    private static IEnumerable<bool> RequiredOf(string data)
    {
        Assert.True(Aggregate.TryDecode(Hex.Decode(data), out var calls));
        return calls[0].AsItems().Select(call => call.AsItems()[1].AsBool());
    }

    private static async Task CommitAsync(PerpsWorld world, int orders)
    {
        ulong[] accounts = [.. Enumerable.Range(1, orders).Select(account => (ulong)account)];
        await world.Perps.FundManyAsync(accounts, 1_000);
        await world.Perps.CommitManyAsync(accounts, 2_100);
        await world.OpenAsync();
    }
}
