using DevChain;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

/// <summary>Providers that are gone and come back while a window is open.</summary>
[Trait("needs", "services")]
public sealed class SettlementProviderTests(PostgresFixture postgres)
{
    [Fact]
    public async Task With_two_providers_either_may_be_gone_in_mid_window()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        await using var first = await NodeProxy.StartAsync(world.Node.Url, KeeperWorld.Cancellation);
        await using var second = await NodeProxy.StartAsync(world.Node.Url, KeeperWorld.Cancellation);
        var app = world.Add(rpc: first.Url, options: options => options.Chains["test"].Rpc.Add(second.Url));
        await world.CommitAsync(1, 1, 2100);
        await world.RunUntilAsync(app, "found:found");
        first.Break();
        await world.OpenAsync();
        await world.RunUntilAsync(app, "won:won");
        Assert.True(first.Faults > 0);

        await world.CommitAsync(2, 1, 2100);
        await world.RunUntilAsync(app, "found:found", 2);
        first.Heal();
        second.Break();
        await world.OpenAsync();
        await world.RunUntilAsync(app, "won:won", 2);
        Assert.True(second.Faults > 0);
        Assert.Equal(2, await world.ScalarAsync<long>("select count(*) from keeper_sends"));
    }

    [Fact]
    public async Task With_one_provider_nothing_is_lost_but_the_time_that_it_was_gone()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        await using var only = await NodeProxy.StartAsync(world.Node.Url, KeeperWorld.Cancellation);
        var app = world.Add(rpc: only.Url);
        await world.CommitAsync(1, 1, 2100);
        await world.RunUntilAsync(app, "found:found");
        only.Break();
        await world.OpenAsync();
        Assert.Equal("unavailable", (await app.RunAsync(KeeperNames.Settlement)).Outcome);
        only.Heal();

        // It takes our bytes, and is gone before it says so.
        only.LoseAnswer("eth_sendRawTransaction");
        await world.RunUntilAsync(app, "sent:sent");
        await world.Keepers.BecomesAsync(async () => await world.Perps.SizeAsync(1) > 0);
        only.Break();
        Assert.Equal("unavailable", (await app.RunAsync(KeeperNames.Settlement)).Outcome);
        only.Heal();
        await world.RunUntilAsync(app, "won:won");

        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from keeper_sends"));
        Assert.Equal(PerpsWorld.Reward, await world.Perps.RewardsAsync(world.Keys[0].Address));
    }
}
