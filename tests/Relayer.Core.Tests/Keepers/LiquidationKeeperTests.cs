using System.Numerics;
using DevChain;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

[Trait("needs", "services")]
public sealed class LiquidationKeeperTests(PostgresFixture postgres)
{
    private const string Liquidation = KeeperNames.Liquidation;

    [Fact]
    public async Task An_account_under_water_is_liquidated_with_a_fresh_price_and_others_are_left_alone()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.AddLiquidator();
        await world.OpenPositionAsync(1, 10);
        await world.OpenPositionAsync(2, 1);
        Assert.Equal(0, (await app.RunAsync(Liquidation)).Found);
        await world.FallAsync(1000);

        // What lies on the chain is too old to liquidate by, not to see by (an hour): the keeper brings the price along.
        await world.Perps.Market.SendAsync("setStrictStaleness(uint256)", 3UL);
        await world.MoveAsync(TimeSpan.FromSeconds(6));
        await world.RunUntilAsync(app, "won:won", keeper: Liquidation);

        Assert.Equal(BigInteger.Zero, await world.Perps.SizeAsync(1));
        Assert.Equal(PerpsWorld.One, await world.Perps.SizeAsync(2));
        Assert.Contains(world.Hermes.Requests, request => request.Contains("/latest", StringComparison.Ordinal));
        Assert.Equal("won:won", (await world.Keepers.DecisionsAsync("account 1"))[^1]);
        Assert.Empty(await world.Keepers.DecisionsAsync("account 2"));
        Assert.Equal(PerpsWorld.LiquidationReward, await world.Perps.RewardsAsync(world.Keys[0].Address));
        Assert.Equal("whole", await world.ScalarAsync<string>("select detail from keeper_work"));
    }

    [Fact]
    public async Task What_capacity_leaves_over_is_flagged_waited_for_without_paying_and_finished_later()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.AddLiquidator();
        await world.OpenPositionAsync(1, 10);
        await world.FallAsync(1000);
        await world.Perps.Market.SendAsync("setLiquidationCapacity(uint256)", new BigInteger(4) * PerpsWorld.One);
        await world.RunUntilAsync(app, "won:won", keeper: Liquidation);
        await world.RunUntilAsync(app, "skipped:nothing_to_gain", keeper: Liquidation);
        Assert.Equal(6 * PerpsWorld.One, await world.Perps.SizeAsync(1));
        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from keeper_sends"));

        await world.Perps.Market.SendAsync("setLiquidationCapacity(uint256)", new BigInteger(100) * PerpsWorld.One);
        await world.MoveAsync(TimeSpan.FromSeconds(31));
        await world.RunUntilAsync(app, "won:won", 2, keeper: Liquidation);

        Assert.Equal(BigInteger.Zero, await world.Perps.SizeAsync(1));
        Assert.Equal(["in part", "whole"], await world.ColumnAsync<string>("select detail from keeper_work where state = 2 order by found_at"));
    }

    [Fact]
    public async Task As_many_accounts_as_one_run_takes_are_looked_at_in_each_run()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.AddLiquidator(options => options.AccountsPerRun = 1);
        await world.OpenPositionAsync(1, 10);
        Assert.Equal(0, (await app.RunAsync(Liquidation)).Found);
        await world.FallAsync(1000);
        Assert.Equal(1, (await app.RunAsync(Liquidation)).Found);
    }

    [Fact]
    public async Task Debt_without_a_position_is_liquidated_by_its_own_function()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.AddLiquidator();
        await world.OpenPositionAsync(1, 1);
        await world.OpenPositionAsync(1, -1);
        await world.Perps.FundAsync(1, -5);
        await world.RunUntilAsync(app, "won:won", keeper: Liquidation);

        Assert.Equal(BigInteger.Zero, (await world.Perps.Market.CallAsync("collateral(uint128)", "(int256)", 1UL))[0].AsInteger());
    }

    [Fact]
    public async Task Whoever_is_faster_is_counted_and_an_account_that_recovers_is_let_go()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.AddLiquidator(options => options.Grace = TimeSpan.FromSeconds(20));
        await world.OpenPositionAsync(1, 10);
        await world.OpenPositionAsync(2, 10);
        await world.FallAsync(1000);
        await world.RunUntilAsync(app, "found:found", 2, keeper: Liquidation);
        await world.Perps.Market.SendAsync("liquidate(uint128)", 1UL);
        await world.Perps.FundAsync(2, 100_000);
        await world.MoveAsync(TimeSpan.FromSeconds(21));
        await app.RunAsync(Liquidation);

        Assert.Equal(["found:found", "lost:community"], await world.Keepers.DecisionsAsync("account 1"));
        Assert.Equal(["found:found", "dropped:recovered"], await world.Keepers.DecisionsAsync("account 2"));
        Assert.Equal(BigInteger.Zero, await world.Keepers.PaidAsync());
    }

    [Fact]
    public async Task A_price_too_old_even_to_look_by_is_brought_for_the_look_as_well()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.AddLiquidator();
        await world.OpenPositionAsync(1, 10);
        await world.MoveAsync(TimeSpan.FromHours(2));
        world.Hermes.Prices[DevPerps.Feed] = _ => 1000_00000000;
        await world.RunUntilAsync(app, "won:won", keeper: Liquidation);

        Assert.Equal(BigInteger.Zero, await world.Perps.SizeAsync(1));
    }

    [Fact]
    public async Task Two_instances_liquidate_each_account_once()
    {
        await using var world = await PerpsWorld.StartAsync(postgres, signers: 2);
        KeeperInstance[] apps = [world.AddLiquidator(), world.AddLiquidator()];
        for (var account = 1UL; account <= 3; account++)
        {
            await world.OpenPositionAsync(account, 10);
        }

        await world.FallAsync(1000);
        await world.Keepers.BecomesAsync(
            async () => await world.ScalarAsync<long>("select count(*) from keeper_work where state = 2") == 3,
            () => Task.WhenAll(apps.Select(app => app.RunAsync(Liquidation))));

        Assert.Equal(3, await world.ScalarAsync<long>("select count(*) from keeper_sends"));
    }
}
