using System.Numerics;
using DevChain;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

[Trait("needs", "services")]
public sealed class SettlementKeeperTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task An_order_is_settled_at_its_price_whichever_way_the_oracle_asks(int style)
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        await world.Perps.Oracle.SendAsync("setStyle(uint8)", (ulong)style);
        await world.Perps.Pyth.SendAsync("setFee(uint256)", 7UL);
        var app = world.Add();
        await world.CommitAsync(1, 2, 2100);
        await world.OpenAsync();
        await world.RunUntilAsync(app, "won:won");

        Assert.Equal(2 * PerpsWorld.One, await world.Perps.SizeAsync(1));
        Assert.Equal(PerpsWorld.Reward, await world.Perps.RewardsAsync(world.Keys[0].Address));
        Assert.Equal(["found:found", "sent:sent", "won:won"], await world.ToldAsync());
        Assert.Equal(7, await world.ScalarAsync<BigInteger>("select value from transactions"));
        Assert.Equal(await world.Keepers.PaidAsync(), await world.ScalarAsync<BigInteger>("select spent from keeper_budgets where held = 0"));
    }

    [Fact]
    public async Task An_order_whose_acceptable_price_is_exceeded_is_cancelled()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.Add();
        await world.CommitAsync(1, 2, 1900);
        await world.CommitAsync(2, -2, 1900);
        await world.OpenAsync();
        await world.RunUntilAsync(app, "won:won", 2);

        Assert.Equal(BigInteger.Zero, await world.Perps.SizeAsync(1));
        Assert.Equal(-2 * PerpsWorld.One, await world.Perps.SizeAsync(2));
        Assert.Equal(["cancelled", "settled"], await world.ColumnAsync<string>("select detail from keeper_work order by details"));
    }

    [Fact]
    public async Task Several_orders_go_into_one_transaction_and_one_that_somebody_else_settled_spoils_nothing()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.Add(options => options.Grace = TimeSpan.FromSeconds(25));
        for (var account = 1UL; account <= 5; account++)
        {
            await world.CommitAsync(account, 1, 2100);
        }

        // Found, and then due together; somebody is faster with one of them, before the block that has ours.
        await world.OpenAsync();
        await world.Keepers.BecomesAsync(
            async () => (await world.ToldAsync()).Count == 5, () => app.RunAsync(KeeperNames.Settlement));
        await world.Node.SetAutomineAsync(false, KeeperWorld.Cancellation);
        await world.Node.SetBlockTimeAsync(TimeSpan.Zero, KeeperWorld.Cancellation);
        await world.MoveAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1, (await app.RunAsync(KeeperNames.Settlement)).Sent);
        await world.SettleAsCommunityAsync(3);
        await world.RunUntilAsync(app, "won:won", 4, () => world.Node.MineAsync());
        await world.RunUntilAsync(app, "lost:community", 1, () => world.Node.MineAsync());

        string[] expected =
        [
            "failed:no_effect", .. Enumerable.Repeat("found:found", 5), "lost:community",
            .. Enumerable.Repeat("sent:sent", 5), .. Enumerable.Repeat("won:won", 4),
        ];
        Assert.Equal(expected, (await world.ToldAsync()).Where(told => told != "skipped:gone").Order(StringComparer.Ordinal));
        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from keeper_sends"));
        Assert.Equal(4 * PerpsWorld.Reward, await world.Perps.RewardsAsync(world.Keys[0].Address));
        Assert.Contains("settled by", await world.ScalarAsync<string>("select detail from keeper_work where state = 3"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_community_before_its_grace_is_over_costs_nothing()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.Add(options => options.Grace = TimeSpan.FromSeconds(6));
        await world.CommitAsync(1, 1, 2100);
        await app.RunAsync(KeeperNames.Settlement);
        await world.OpenAsync();
        await world.SettleAsCommunityAsync(1);
        await world.MoveAsync(TimeSpan.FromSeconds(4));
        await world.RunUntilAsync(app, "lost:community");

        Assert.Equal(["found:found", "lost:community"], await world.ToldAsync());
        Assert.Equal(BigInteger.Zero, await world.Keepers.PaidAsync());
    }

    [Fact]
    public async Task A_price_that_is_missing_late_wrong_or_refused_is_waited_for()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.Add();
        await world.CommitAsync(1, 1, 2100);
        await world.OpenAsync();
        var hermes = world.Hermes;

        hermes.Misbehave = LoopbackServer.Status(404);
        await world.RunUntilAsync(app, "skipped:price_missing");
        hermes.Misbehave = hermes.HangAsync;
        await world.RunUntilAsync(app, "skipped:oracle_unavailable");
        hermes.Misbehave = null;
        hermes.Change = answer =>
        {
            answer["parsed"]![0]!["id"] = new string('1', 64);
            return answer;
        };
        await world.RunUntilAsync(app, "skipped:price_wrong");

        // An update that is not the first one after the time: Pyth itself refuses it.
        hermes.Change = null;
        hermes.LateBy = 1;
        await world.Keepers.BecomesAsync(
            async () => (await world.ScalarAsync<string>("select coalesce(detail, '') from keeper_work"))
                .StartsWith("PriceFeedNotFoundWithinRange", StringComparison.Ordinal),
            () => app.RunAsync(KeeperNames.Settlement));
        Assert.Equal(0, await world.ScalarAsync<long>("select count(*) from transactions"));

        hermes.LateBy = 0;
        await world.RunUntilAsync(app, "won:won");
        Assert.Equal(BigInteger.One * PerpsWorld.One, await world.Perps.SizeAsync(1));
    }

    [Fact]
    public async Task Hermes_that_asks_to_be_left_alone_is_left_alone()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.Add();
        await world.CommitAsync(1, 1, 2100);
        await world.OpenAsync();
        world.Hermes.Misbehave = LoopbackServer.Status(429, "3");
        await world.RunUntilAsync(app, "skipped:oracle_unavailable");
        world.Hermes.Misbehave = null;
        var asked = world.Hermes.Requests.Count;
        await world.RunUntilAsync(app, "won:won");

        Assert.Equal(1, asked);
        Assert.Equal(2, world.Hermes.Requests.Count);
    }

    [Fact]
    public async Task An_order_whose_price_never_came_is_dropped_when_its_window_closes_and_never_sent_after_it()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        await world.Perps.Market.SendAsync("setWindow(uint256,uint256,uint256)", 2UL, 600UL, 2UL);
        var app = world.Add();
        world.Hermes.Misbehave = LoopbackServer.Status(404);
        await world.CommitAsync(1, 1, 2100);
        await world.OpenAsync();
        await world.RunUntilAsync(app, "skipped:price_missing");
        await world.MoveAsync(TimeSpan.FromSeconds(600));
        await world.RunUntilAsync(app, "dropped:window_closed");

        Assert.Equal(BigInteger.Zero, await world.Keepers.PaidAsync());
    }

    [Fact]
    public async Task A_market_that_stands_still_or_an_account_that_cannot_is_waited_for()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.Add();
        await world.CommitAsync(1, 1, 2100);
        await world.OpenAsync();
        await world.Perps.Market.SendAsync("setSuspended(bool)", true);
        await world.RunUntilAsync(app, "skipped:market_halted");
        await world.Perps.Market.SendAsync("setSuspended(bool)", false);
        await world.RunUntilAsync(app, "won:won");

        Assert.Equal(["found:found", "skipped:market_halted", "sent:sent", "won:won"], await world.ToldAsync());
    }

    [Fact]
    public async Task A_commitment_that_a_reorg_takes_back_is_forgotten_and_found_again_when_it_comes_back()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.Add(options => options.Grace = TimeSpan.FromSeconds(10));
        var before = await world.Node.SnapshotAsync(KeeperWorld.Cancellation);
        await world.CommitAsync(1, 1, 2100);
        await world.RunUntilAsync(app, "found:found");
        await Task.Delay(1_100, KeeperWorld.Cancellation);
        await world.Node.RevertAsync(before, KeeperWorld.Cancellation);
        await world.CommitAsync(1, 1, 2100);
        await world.MoveAsync(TimeSpan.FromSeconds(11));
        await world.RunUntilAsync(app, "won:won");

        Assert.Equal(BigInteger.One * PerpsWorld.One, await world.Perps.SizeAsync(1));
        Assert.Equal(1, (await world.ToldAsync()).Count(told => told == "won:won"));
        Assert.Equal(PerpsWorld.Reward, await world.Perps.RewardsAsync(world.Keys[0].Address));
    }

    [Fact]
    public async Task A_settlement_that_a_reorg_takes_back_is_mined_again_and_counted_once()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.Add(confirmations: 4);
        await world.CommitAsync(1, 1, 2100);
        await world.OpenAsync();
        await world.RunUntilAsync(app, "sent:sent");
        await world.Keepers.BecomesAsync(async () => await world.Perps.SizeAsync(1) > 0);
        await world.Node.ReorganiseAsync(2, KeeperWorld.Cancellation);
        await world.RunUntilAsync(app, "won:won");

        Assert.Equal(BigInteger.One * PerpsWorld.One, await world.Perps.SizeAsync(1));
        Assert.Equal(1, (await world.ToldAsync()).Count(told => told == "won:won"));
        Assert.Equal(PerpsWorld.Reward, await world.Perps.RewardsAsync(world.Keys[0].Address));
    }

    [Fact]
    public async Task Two_instances_settle_each_order_once()
    {
        await using var world = await PerpsWorld.StartAsync(postgres, signers: 2);
        KeeperInstance[] apps = [world.Add(options => options.MaxOrders = 2), world.Add(options => options.MaxOrders = 2)];
        for (var account = 1UL; account <= 8; account++)
        {
            await world.CommitAsync(account, 1, 2100);
        }

        await world.OpenAsync();
        await world.Keepers.BecomesAsync(
            async () => await world.ScalarAsync<long>("select count(*) from keeper_work where state = 2") == 8,
            () => Task.WhenAll(apps.Select(app => app.RunAsync(KeeperNames.Settlement))));

        var rewards = await world.Perps.RewardsAsync(world.Keys[0].Address) + await world.Perps.RewardsAsync(world.Keys[1].Address);
        Assert.Equal(8 * PerpsWorld.Reward, rewards);
        Assert.Equal(8, await world.ScalarAsync<long>("select count(*) from keeper_decisions where decision = 'won'"));
        Assert.Equal(8, await world.ScalarAsync<long>("select count(*) from keeper_decisions where decision = 'sent'"));
    }

    [Fact]
    public async Task For_profit_it_acts_only_when_the_reward_is_worth_more_than_the_gas()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        await world.CommitAsync(1, 1, 2100);
        await world.OpenAsync();
        var poor = world.Add(options => (options.Mode, options.WeiPerUsd) = ("Profit", new(1_000)));
        await world.RunUntilAsync(poor, "skipped:not_profitable");
        var rich = world.Add(options => (options.Mode, options.WeiPerUsd) = ("Profit", new(1_000_000_000_000_000_000)));
        await world.RunUntilAsync(rich, "won:won");

        Assert.Equal(BigInteger.Zero, await world.ScalarAsync<BigInteger>("select held from keeper_budgets"));
    }
}
