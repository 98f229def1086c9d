using System.Numerics;
using DevChain.Abi;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

/// <summary>What the market says to an order that cannot be settled, and what comes of it.</summary>
[Trait("needs", "services")]
public sealed class SettlementRefusalTests(PostgresFixture postgres)
{
    private static readonly byte[] NoCredit = Error("ExceedsMarketCreditCapacity(int256,int256)", new BigInteger(-5), 7UL);
    private static readonly byte[] NoMargin = Error("InsufficientMargin(int256,uint256)", 1UL, 2UL);

    [Fact]
    public async Task Each_refusal_is_told_by_its_name_and_waited_for_in_its_own_way()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.Add();
        await world.CommitAsync(1, 1, 2100);
        await world.OpenAsync();
        (byte[] Error, string Reason, string Detail)[] refusals =
        [
            (Error("MaxOpenInterestReached(uint128,uint256,int256)", 100UL, 5UL, 6UL), PerpsReasons.MarketFull, "MaxOpenInterestReached(100, 5, 6)"),
            (NoCredit, PerpsReasons.MarketFull, "ExceedsMarketCreditCapacity(-5, 7)"),
            (NoMargin, PerpsReasons.AccountBlocked, "InsufficientMargin(1, 2)"),
            (Error("InvalidSettlementStrategy(uint256)", 0UL), PerpsReasons.MarketHalted, "InvalidSettlementStrategy(0)"),
            (Error("ZeroAddress()"), KeeperReasons.SimulationReverted, "ZeroAddress()"),
            ([0xde, 0xad, 0xbe, 0xef], KeeperReasons.SimulationReverted, "reverted with custom error 0xdeadbeef"),
        ];
        foreach (var (error, reason, detail) in refusals)
        {
            await world.Perps.Market.SendAsync("setRefusal(bytes)", error);
            await world.Keepers.BecomesAsync(
                async () => (await world.ColumnAsync<string>("select reason || ' ' || coalesce(detail, '') from keeper_work")).Contains($"{reason} {detail}"),
                () => TryAgainAsync(world, app));
        }

        await world.Perps.Market.SendAsync("setRefusal(bytes)", Array.Empty<byte>());
        await world.RunUntilAsync(app, "won:won", 1, () => TryAgainAsync(world, app));
        Assert.Equal("settled", await world.ScalarAsync<string>("select detail from keeper_work"));
    }

    [Fact]
    public async Task An_order_that_cannot_be_settled_and_can_be_cancelled_is_cancelled_whatever_the_market_says_to_settling_it()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.Add();

        // No credit for the first two, and their market is insolvent; the third has too little margin, and its price is exceeded as well.
        await world.Perps.Market.SendAsync("setRefusal(bytes)", NoCredit);
        await world.Perps.Market.SendAsync("setInsolvent(bool)", true);
        await world.CommitAsync(1, 1, 2100);
        await world.CommitAsync(2, 1, 2100);
        await world.OpenAsync();
        await world.RunUntilAsync(app, "won:won", 2);
        await world.Perps.Market.SendAsync("setRefusal(bytes)", NoMargin);
        await world.Perps.Market.SendAsync("setInsolvent(bool)", false);
        await world.CommitAsync(3, 1, 1900);
        await world.OpenAsync();
        await world.RunUntilAsync(app, "won:won", 3);

        Assert.Equal(["cancelled", "cancelled", "cancelled"], await world.ColumnAsync<string>("select detail from keeper_work"));
        Assert.Equal(3 * PerpsWorld.One * 4 / 10, await world.Perps.RewardsAsync(world.Keys[0].Address));
        Assert.DoesNotContain(await world.ToldAsync(), told => told.StartsWith("skipped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Orders_that_are_cancelled_and_orders_that_are_settled_share_a_transaction()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.Add(options => options.Grace = TimeSpan.FromSeconds(25));
        for (var account = 1UL; account <= 4; account++)
        {
            await world.CommitAsync(account, 1, account % 2 == 0 ? 1900 : 2100);
        }

        await world.RunUntilAsync(app, "found:found", 4);
        await world.MoveAsync(TimeSpan.FromSeconds(30));
        await world.RunUntilAsync(app, "won:won", 4);

        Assert.Equal(["cancelled", "cancelled", "settled", "settled"], await world.ColumnAsync<string>("select detail from keeper_work order by detail"));
        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from keeper_sends"));
    }

    /// <summary>The clocks go on by what the keeper waits, and it looks again.</summary>
    private static async Task TryAgainAsync(PerpsWorld world, KeeperInstance app)
    {
        await world.MoveAsync(TimeSpan.FromSeconds(5));
        await app.RunAsync(KeeperNames.Settlement);
    }

    private static byte[] Error(string signature, params AbiValue[] arguments) => AbiSignature.Parse(signature).Encode(arguments);
}
