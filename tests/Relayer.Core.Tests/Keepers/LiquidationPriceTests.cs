using System.Numerics;
using DevChain;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

/// <summary>Prices that a liquidation cannot be made with: none, too old, too late, and a fee that rose.</summary>
[Trait("needs", "services")]
public sealed class LiquidationPriceTests(PostgresFixture postgres)
{
    private const string Liquidation = KeeperNames.Liquidation;

    [Fact]
    public async Task A_price_that_is_missing_or_older_than_the_strict_tolerance_is_waited_for()
    {
        await using var world = await StartAsync();
        var (app, hermes) = (world.AddLiquidator(), world.Hermes);

        // What lies on the chain does to look by, and is too old to liquidate by.
        await world.MoveAsync(TimeSpan.FromSeconds(120));
        hermes.Misbehave = LoopbackServer.Status(404);
        await world.RunUntilAsync(app, "skipped:price_missing", keeper: Liquidation);
        hermes.Misbehave = LoopbackServer.Status(503);
        await world.RunUntilAsync(app, "skipped:oracle_unavailable", keeper: Liquidation);

        // Hermes itself is behind by more than is allowed.
        var now = hermes.Now;
        (hermes.Misbehave, hermes.Now) = (null, () => now() - 90);
        await world.RunUntilAsync(app, "skipped:price_wrong", keeper: Liquidation);
        Assert.Equal(0, await world.ScalarAsync<long>("select count(*) from transactions"));

        hermes.Now = now;
        await world.RunUntilAsync(app, "won:won", keeper: Liquidation);
        Assert.Equal(BigInteger.Zero, await world.Perps.SizeAsync(1));
    }

    [Fact]
    public async Task A_price_that_grows_too_old_before_the_block_costs_one_transaction_and_the_next_brings_a_fresh_one()
    {
        await using var world = await StartAsync();
        var app = world.AddLiquidator();
        var head = await SendAsync(world, app, 61);
        await world.AtAsync(head + 61);
        await world.RunUntilAsync(app, "sent:sent", 2, keeper: Liquidation);
        await world.AtAsync(head + 62);
        await world.RunUntilAsync(app, "won:won", keeper: Liquidation);

        Assert.Equal(["found:found", "sent:sent", "failed:reverted", "sent:sent", "won:won"], await world.ToldAsync());
        Assert.Equal(await world.Keepers.PaidAsync(), await world.ScalarAsync<BigInteger>("select spent from keeper_budgets where held = 0"));
    }

    [Fact]
    public async Task Whoever_liquidates_between_check_and_block_costs_one_transaction_and_is_counted()
    {
        await using var world = await StartAsync();
        var app = world.AddLiquidator();
        var head = await SendAsync(world, app, 1);
        await world.SendDearlyAsync(world.Perps.Market.Address, DevChain.Abi.AbiSignature.Parse("liquidate(uint128)").Encode(1UL));
        await world.AtAsync(head + 1);
        await world.RunUntilAsync(app, "lost:community", keeper: Liquidation);

        Assert.Equal(["found:found", "sent:sent", "failed:reverted", "lost:community"], await world.ToldAsync());
        Assert.Equal(await world.Keepers.PaidAsync(), await world.ScalarAsync<BigInteger>("select spent from keeper_budgets where held = 0"));
        Assert.Equal(BigInteger.Zero, await world.Perps.RewardsAsync(world.Keys[0].Address));
    }

    [Fact]
    public async Task A_liquidation_that_a_reorg_takes_back_is_mined_again_and_counted_once()
    {
        await using var world = await StartAsync();
        var app = world.AddLiquidator(confirmations: 4);
        await world.RunUntilAsync(app, "sent:sent", keeper: Liquidation);
        await world.Keepers.BecomesAsync(async () => (await world.Perps.SizeAsync(1)).IsZero);
        await world.Node.ReorganiseAsync(2, KeeperWorld.Cancellation);
        await world.RunUntilAsync(app, "won:won", keeper: Liquidation);

        Assert.Equal(BigInteger.Zero, await world.Perps.SizeAsync(1));
        Assert.Equal(["found:found", "sent:sent", "won:won"], await world.ToldAsync());
        Assert.Equal(PerpsWorld.LiquidationReward, await world.Perps.RewardsAsync(world.Keys[0].Address));
    }

    /// <summary>An account under water, by a price that is on the chain.</summary>
    private async Task<PerpsWorld> StartAsync()
    {
        var world = await PerpsWorld.StartAsync(postgres);
        await world.OpenPositionAsync(1, 10);
        await world.FallAsync(1000);

        // Deeper than any reorg here.
        await world.Node.MineAsync(4, KeeperWorld.Cancellation);
        return world;
    }

    /// <summary>A liquidation that waits in the pool.</summary>
    /// <returns>The newest block's second.</returns>
    private static async Task<long> SendAsync(PerpsWorld world, KeeperInstance app, long later)
    {
        await world.HoldAsync();
        var head = await world.HeadAsync() + later;
        await world.AtAsync(head);
        await world.RunUntilAsync(app, "sent:sent", keeper: Liquidation);
        return head;
    }
}
