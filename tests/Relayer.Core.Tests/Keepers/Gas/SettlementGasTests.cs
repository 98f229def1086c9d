using System.Numerics;
using DevChain;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers.Gas;

/// <summary>Settling takes what the market's size and the account's positions make it take; whatever that is, it is measured.</summary>
[Trait("needs", "services")]
public sealed class SettlementGasTests(PostgresFixture postgres)
{
    private const long Usual = 20_000_000; // 0.02 gwei, in wei.
    private static readonly AnvilOptions Large = new() { BlockTime = TimeSpan.FromSeconds(1), MixedMining = true, GasLimit = 150_000_000 };

    [Theory]
    [InlineData(3, 1)]
    [InlineData(10, 1)]
    [InlineData(40, 1)]
    [InlineData(108, 2)]
    public async Task With_default_settings_orders_are_settled_however_many_markets_there_are_and_share_what_fits(int markets, int transactions)
    {
        await using var world = await PerpsWorld.StartAsync(postgres, anvil: Large);
        await world.Perps.Market.SendAsync("setMarkets(uint256)", (ulong)markets);
        await world.Node.SetNextBaseFeeAsync(Usual, KeeperWorld.Cancellation);
        var app = world.Add(AsByDefault, options: WithoutTip);
        await CommitAsync(world, [1, 2, 3, 4]);
        await world.RunUntilAsync(app, "won:won", 4);

        var gas = await world.ColumnAsync<string>(
            "select format('%s orders: %s of %s gas', (select count(*) from keeper_work where transaction_id = t.id), gas_used, gas_limit) from transactions t order by 1");
        TestContext.Current.TestOutputHelper?.WriteLine($"{markets} markets: {string.Join("; ", gas)}");
        Assert.Equal(transactions, gas.Count);
        Assert.InRange(await world.ScalarAsync<long>("select max(gas_limit) from transactions"), 634_000 + (58_500 * markets), 1 << 24);
        Assert.DoesNotContain(await world.ToldAsync(), told => told.StartsWith("skipped", StringComparison.Ordinal) || told.StartsWith("failed", StringComparison.Ordinal));
        Assert.Equal(4 * PerpsWorld.Reward, await world.Perps.RewardsAsync(world.Keys[0].Address));
    }

    [Fact]
    public async Task What_takes_more_than_a_transaction_may_have_is_out_of_gas_with_what_it_had()
    {
        await using var world = await PerpsWorld.StartAsync(postgres, anvil: Large);
        await world.Perps.Market.SendAsync("setMarkets(uint256)", 40UL);
        var app = world.Add(options => options.GasLimit = 2_000_000);
        await CommitAsync(world, [1, 2]);
        await world.RunUntilAsync(app, "skipped:out_of_gas", 2);
        Assert.Equal("out of gas with 2000000 gas", await world.ScalarAsync<string>("select distinct detail from keeper_work"));
        Assert.Equal(0, await world.ScalarAsync<long>("select count(*) from transactions"));

        await world.Perps.Market.SendAsync("setMarkets(uint256)", 3UL);
        await world.RunUntilAsync(app, "won:won", 2, () => world.MoveAsync(TimeSpan.FromSeconds(5)));
        Assert.Equal(2 * PerpsWorld.Reward, await world.Perps.RewardsAsync(world.Keys[0].Address));
    }

    [Fact]
    public async Task An_account_with_many_positions_takes_more_than_others_taught_and_is_measured_by_itself()
    {
        await using var world = await PerpsWorld.StartAsync(postgres, anvil: Large);
        await world.Perps.Market.SendAsync("setMarkets(uint256)", 3UL);
        var app = world.Add(AsByDefault, options: WithoutTip);
        await CommitAsync(world, [1, 2]);
        await world.RunUntilAsync(app, "won:won", 2);

        // What two fresh accounts taught is too little for this one.
        await world.Perps.Market.SendAsync("setFurtherPositions(uint128,uint256)", 3UL, 9UL);
        await CommitAsync(world, [3]);
        await world.RunUntilAsync(app, "won:won", 3);

        var limits = await world.ColumnAsync<long>("select gas_limit from transactions order by id");
        Assert.Equal(2, limits.Count);
        Assert.InRange(limits[1], 634_000 + (3 * 58_500) + (9 * 100_000), 3_000_000);
        Assert.DoesNotContain(await world.ToldAsync(), told => told.StartsWith("failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_judged_is_what_it_is_expected_to_cost_and_the_day_holds_the_worst_of_what_is_signed()
    {
        await using var world = await PerpsWorld.StartAsync(postgres, anvil: Large);
        await world.Perps.Market.SendAsync("setMarkets(uint256)", 108UL);
        var app = world.Add(AsByDefault, options: WithoutTip);
        await world.Node.SetNextBaseFeeAsync(new BigInteger(2_000_000_000), KeeperWorld.Cancellation);
        await CommitAsync(world, [1]);

        // 7 million gas at a gwei and more are more than an action may lose; the base fee of empty blocks falls until they are not.
        await world.RunUntilAsync(app, "skipped:loss_too_high");
        await world.RunUntilAsync(app, "won:won", 1, () => world.Node.MineAsync());

        Assert.Equal(
            await world.ScalarAsync<BigInteger>("select gas_limit * fee_cap + value from transactions"),
            await world.ScalarAsync<BigInteger>("select held from keeper_sends"));
        Assert.True(await world.ScalarAsync<BigInteger>("select cost from keeper_sends") <= new SettlementOptions().MaxLossPerActionWei.ToBigInteger() * 2);
    }

    private static void AsByDefault(SettlementOptions options)
    {
        var defaults = new SettlementOptions();
        (options.MaxLossPerActionWei, options.MaxLossPerDayWei) = (defaults.MaxLossPerActionWei, defaults.MaxLossPerDayWei);
    }

    /// <summary>Others on this chain tip as they like; on Base it is next to nothing.</summary>
    private static void WithoutTip(RelayerOptions options) => options.Chains["test"].Fees.MaxPriorityFeePerGasWei = new(1_000_000);

    private static async Task CommitAsync(PerpsWorld world, IReadOnlyList<ulong> accounts)
    {
        await world.Perps.FundManyAsync(accounts, 1_000);
        await world.Perps.CommitManyAsync(accounts, 2_100);
        await world.OpenAsync();
    }
}
