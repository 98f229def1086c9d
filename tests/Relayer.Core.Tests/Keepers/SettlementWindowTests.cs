using System.Numerics;
using DevChain;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

/// <summary>The edges of an order's window, second by second: of the market's, by the chain's time, and of what is decided about it.</summary>
[Trait("needs", "services")]
public sealed class SettlementWindowTests(PostgresFixture postgres)
{
    private const long Delay = 2;
    private const long Window = 60;

    /// <summary>Both edges belong to the window, as in the deployed contract: what is refused is before the first second and after the last.</summary>
    [Fact]
    public async Task The_market_settles_from_the_first_second_to_the_last_and_not_one_before_or_after()
    {
        await using var world = await PerpsWorld.StartAsync(postgres, windowSeconds: Window);
        await world.HoldAsync();
        Assert.False(await SettlesAsync(world, 1, Delay - 1));
        Assert.True(await SettlesAsync(world, 2, Delay));
        Assert.True(await SettlesAsync(world, 3, Delay + 1));
        Assert.True(await SettlesAsync(world, 4, Delay + Window - 1));
        Assert.True(await SettlesAsync(world, 5, Delay + Window));
        Assert.False(await SettlesAsync(world, 6, Delay + Window + 1));
    }

    [Fact]
    public async Task The_keeper_acts_from_the_first_second_on_while_a_later_block_is_in_time_and_never_after()
    {
        await using var world = await PerpsWorld.StartAsync(postgres, windowSeconds: Window);
        var app = world.Add();
        await world.HoldAsync();

        // Our clock says that it is time, and the chain's that it is not.
        var opens = await CommitAsync(world, 1) + Delay;
        await world.AtAsync(opens - 1, ahead: 1);
        await TickAsync(world, app, 1, "skipped:not_due");
        await world.AtAsync(opens);
        world.Keepers.Time.Advance(TimeSpan.FromSeconds(2));
        await TickAsync(world, app, 1, "sent:sent");
        await WinAsync(world, 1, opens + 1);

        opens = await CommitAsync(world, 2) + Delay;
        await world.AtAsync(opens - 1);
        await TickAsync(world, app, 2, "found:found");
        await world.AtAsync(opens);
        await TickAsync(world, app, 2, "sent:sent");
        await WinAsync(world, 2, opens + 1);

        opens = await CommitAsync(world, 3) + Delay;
        await world.AtAsync(opens + 1);
        await TickAsync(world, app, 3, "sent:sent");
        await WinAsync(world, 3, opens + 2);

        // One second is left: enough for a block at the last second.
        opens = await CommitAsync(world, 4) + Delay;
        await world.AtAsync(opens + Window - 1);
        await TickAsync(world, app, 4, "sent:sent");
        await WinAsync(world, 4, opens + Window);

        foreach (var second in new[] { Window, Window + 1 })
        {
            var account = (ulong)(5 + second - Window);
            opens = await CommitAsync(world, account) + Delay;
            await world.AtAsync(opens + second);
            await TickAsync(world, app, account, "dropped:window_closed");
        }

        Assert.Equal(4, await world.ScalarAsync<long>("select count(*) from keeper_sends"));
        Assert.Equal(4 * PerpsWorld.Reward, await world.Perps.RewardsAsync(world.Keys[0].Address));
    }

    [Fact]
    public async Task What_is_mined_one_second_too_late_reverts_is_counted_and_not_tried_again()
    {
        await using var world = await PerpsWorld.StartAsync(postgres, windowSeconds: Window);
        var app = world.Add();
        await world.HoldAsync();
        var closes = await CommitAsync(world, 1) + Delay + Window;
        await world.AtAsync(closes - 1);
        await TickAsync(world, app, 1, "sent:sent");
        await world.AtAsync(closes + 1);
        await world.Keepers.BecomesAsync(async () => (await ToldAsync(world, 1))[^1] == "failed:reverted");
        await TickAsync(world, app, 1, "dropped:window_closed");

        var paid = await world.Keepers.PaidAsync();
        Assert.True(paid > 0);
        Assert.Equal(paid, await world.ScalarAsync<BigInteger>("select spent from keeper_budgets where held = 0"));
        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from keeper_sends"));
    }

    /// <summary>Commits for an account in a block of its own.</summary>
    /// <returns>The block's second.</returns>
    private static async Task<long> CommitAsync(PerpsWorld world, ulong account)
    {
        var second = await world.HeadAsync() + 10;
        await world.Perps.Market.SubmitAsync("setCollateral(uint128,int256)", account, 1_000 * PerpsWorld.One);
        await world.Perps.SubmitCommitAsync(account, 1, 2_100);
        await world.AtAsync(second);
        return second;
    }

    /// <summary>Somebody settles so many seconds after the commitment; whether that worked.</summary>
    private static async Task<bool> SettlesAsync(PerpsWorld world, ulong account, long after)
    {
        var second = await CommitAsync(world, account);
        await world.SettleAsCommunityAsync(account);
        await world.AtAsync(second + after);
        return !(await world.Perps.SizeAsync(account)).IsZero;
    }

    /// <summary>One tick, after which this is the newest that was decided about the account's order.</summary>
    private static async Task TickAsync(PerpsWorld world, KeeperInstance app, ulong account, string expected)
    {
        await app.RunAsync(KeeperNames.Settlement);
        Assert.Equal(expected, (await ToldAsync(world, account))[^1]);
    }

    private static async Task WinAsync(PerpsWorld world, ulong account, long second)
    {
        await world.AtAsync(second);
        await world.Keepers.BecomesAsync(async () => (await ToldAsync(world, account))[^1] == "won:won");
    }

    private static Task<List<string>> ToldAsync(PerpsWorld world, ulong account) =>
        world.Keepers.DecisionsAsync($"market {DevPerps.MarketId} account {account} at %");
}
