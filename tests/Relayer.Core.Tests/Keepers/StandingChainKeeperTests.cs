using DevChain;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Tests.Storage;
using static Relayer.Core.Tests.Keepers.CountingUpkeep;

namespace Relayer.Core.Tests.Keepers;

/// <summary>Keepers while no block comes, and while blocks come whose time is long past.</summary>
[Trait("needs", "services")]
public sealed class StandingChainKeeperTests(PostgresFixture postgres)
{
    [Fact]
    public async Task While_a_chain_stands_still_and_catches_up_nothing_is_done_and_afterwards_what_was_due_is()
    {
        await using var world = await KeeperWorld.StartAsync(postgres, new AnvilOptions { MineOnDemand = true });
        var upkeep = await DeployAsync(world);
        var app = world.Add(Configure(upkeep.Address, options => options.Grace = TimeSpan.FromSeconds(20)), change: options =>
        {
            var chain = options.Chains["test"];
            (chain.BlockTime, chain.StandstillAfter) = (TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(2));
        });
        await MineAsync(world, Now(world));
        Assert.Equal("done", (await app.RunAsync(KeeperNames.Upkeeps)).Outcome);
        world.Time.Advance(TimeSpan.FromHours(2)); // Of which one is the chain's own.

        var still = await app.RunAsync(KeeperNames.Upkeeps);
        Assert.Equal((KeeperReasons.ChainStalled, 0, 0, 0), (still.Outcome, still.Found, still.Due, still.Sent));
        Assert.Contains("stands still", still.Detail, StringComparison.Ordinal);
        await MineAsync(world, await HeadTimeAsync(world) + 2);
        world.Time.Advance(TimeSpan.FromSeconds(16)); // The newest block is read again.
        var late = await app.RunAsync(KeeperNames.Upkeeps);
        Assert.Equal(KeeperReasons.ChainStalled, late.Outcome);
        Assert.Contains("catches up", late.Detail, StringComparison.Ordinal);
        Assert.Equal(0L, await world.ScalarAsync<long>("select count(*) from transactions"));

        await MineAsync(world, Now(world));
        world.Time.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal(1, (await app.RunAsync(KeeperNames.Upkeeps)).Sent);
        await world.BecomesAsync(
            async () => await world.ScalarAsync<long>("select count(*) from keeper_work where state = 1") == 0,
            () => world.Node.MineAsync(1, KeeperWorld.Cancellation));
        Assert.Equal(["found:found", "sent:sent", "won:won"], await world.DecisionsAsync());
        Assert.Equal(1UL, await upkeep.NumberAsync("count()"));
    }

    private static long Now(KeeperWorld world) => world.Time.GetUtcNow().ToUnixTimeSeconds();

    private static async Task<long> HeadTimeAsync(KeeperWorld world)
    {
        var block = await world.Node.Rpc.SendAsync("eth_getBlockByNumber", ["latest", false], KeeperWorld.Cancellation);
        return (long)JsonRpc.ToInteger(block.GetProperty("timestamp"));
    }

    private static async Task MineAsync(KeeperWorld world, long time)
    {
        await world.Node.Rpc.SendAsync("evm_setNextBlockTimestamp", [Math.Max(time, await HeadTimeAsync(world) + 1)], KeeperWorld.Cancellation);
        await world.Node.MineAsync(1, KeeperWorld.Cancellation);
    }
}
