using System.Numerics;
using DevChain;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

/// <summary>Accounts whose chain, token or records change under the keepers.</summary>
[Trait("needs", "services")]
public sealed class AccountEdgesTests(PostgresFixture postgres)
{
    private const string Deploy = KeeperNames.Deployment;
    private const string Bridge = KeeperNames.Bridging;

    [Fact]
    public async Task Somebody_elses_deployment_that_a_reorg_takes_back_is_made_up_for()
    {
        await using var world = await AccountsWorld.StartAsync(postgres);
        var app = world.Add(options => options.Deployment.Grace = TimeSpan.FromSeconds(4));
        var account = await world.PlanAsync(app);
        await world.Contracts.MintAsync(account.Account, 20);
        await app.RunAsync(Deploy);
        var before = await world.Node.SnapshotAsync(KeeperWorld.Cancellation);
        await world.CreateAsync(account);
        await world.RunUntilAsync(app, Deploy, "lost:community");
        await world.Node.RevertAsync(before, KeeperWorld.Cancellation);
        Assert.False(await world.HasCodeAsync(account.Account));
        await world.RunUntilAsync(app, Deploy, "won:won");

        Assert.True(await world.HasCodeAsync(account.Account));
        Assert.Equal(["found:found", "lost:community", "found:found", "sent:sent", "won:won"], await world.DecisionsAsync(Deploy));
    }

    [Fact]
    public async Task What_was_taken_out_again_is_left_and_deployed_when_it_comes_back()
    {
        await using var world = await AccountsWorld.StartAsync(postgres);
        var app = world.Add(options => (options.Deployment.MinWei, options.Deployment.Grace) = (new(1_000), TimeSpan.FromSeconds(4)));
        var account = await world.PlanAsync(app);
        await world.Node.SetBalanceAsync($"{account.Account}", 1000, KeeperWorld.Cancellation);
        await app.RunAsync(Deploy);
        await world.Node.SetBalanceAsync($"{account.Account}", 999, KeeperWorld.Cancellation);
        await world.RunUntilAsync(app, Deploy, "dropped:nothing_left");
        Assert.Equal(0, (await app.RunAsync(Deploy)).Found);
        Assert.Equal(BigInteger.Zero, await world.Keepers.PaidAsync());
        await world.Node.SetBalanceAsync($"{account.Account}", 1000, KeeperWorld.Cancellation);
        await world.RunUntilAsync(app, Deploy, "won:won");

        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from transactions"));
    }

    [Fact]
    public async Task A_token_that_tells_no_balances_is_said_once_and_nothing_is_sent()
    {
        await using var world = await AccountsWorld.StartAsync(postgres);
        var app = world.Add(options => options.Deployment.Usdc = options.Bridging.Usdc = DevKey.Create().Address);
        var account = await world.DeployAsync(app);
        await world.Contracts.MintAsync(account.Account, 20);
        await world.Contracts.MintAsync((await world.PlanAsync(app)).Account, 20);
        for (var i = 0; i < 3; i++)
        {
            await app.RunAsync(Deploy);
            await app.RunAsync(Bridge);
        }

        Assert.Equal(["skipped:check_failed"], await world.DecisionsAsync(Deploy));
        Assert.Equal(["skipped:check_failed"], await world.DecisionsAsync(Bridge));
        Assert.Equal(BigInteger.Zero, await world.Keepers.PaidAsync());
    }

    [Fact]
    public async Task What_comes_after_a_bridging_that_is_no_longer_on_record_is_bridged_too()
    {
        await using var world = await AccountsWorld.StartAsync(postgres);
        var app = world.Add();
        var account = await world.DeployAsync(app);
        await world.Contracts.MintAsync(account.Account, 20);
        await world.RunUntilAsync(app, Bridge, "won:won");
        world.Keepers.Time.Advance(TimeSpan.FromDays(20));
        await world.Contracts.MintAsync(account.Account, 20);
        await world.RunUntilAsync(app, Bridge, "won:won", 2);
        world.Keepers.Time.Advance(TimeSpan.FromDays(11));
        await app.Keepers.SweepAsync(KeeperWorld.Cancellation);
        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from keeper_work where keeper = 'bridging'"));

        // One is over on record and one was: the next is the third.
        await world.Contracts.MintAsync(account.Account, 20);
        await world.RunUntilAsync(app, Bridge, "won:won", 2);
        Assert.Equal(BigInteger.Zero, await world.Contracts.HeldAsync(account.Account));
        Assert.Equal(3, await world.ScalarAsync<long>("select count(*) from transactions where purpose = 'bridging'"));
    }
}
