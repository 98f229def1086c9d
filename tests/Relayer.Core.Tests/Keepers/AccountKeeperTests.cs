using System.Numerics;
using DevChain;
using DevChain.Abi;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Accounts;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

[Trait("needs", "services")]
public sealed class AccountKeeperTests(PostgresFixture postgres)
{
    private const string Deploy = KeeperNames.Deployment;
    private const string Bridge = KeeperNames.Bridging;

    [Fact]
    public async Task A_balance_is_deployed_bridged_and_redeemed()
    {
        await using var world = await AccountsWorld.StartAsync(postgres);
        var app = world.Add(options => options.Deployment.MinWei = new(1_000));
        var (rich, poor, paid) = (await world.PlanAsync(app), await world.PlanAsync(app), await world.PlanAsync(app));
        await world.Contracts.MintAsync(rich.Account, 25);
        await world.Contracts.Usdc.SendAsync("mint(address,uint256)", poor.Account, DevAccounts.Dollar - 1);
        await world.Node.SetBalanceAsync($"{paid.Account}", 1000, KeeperWorld.Cancellation);

        await world.RunUntilAsync(app, Deploy, "won:won", 2);
        Assert.True(await world.HasCodeAsync(rich.Account));
        Assert.True(await world.HasCodeAsync(paid.Account));
        Assert.False(await world.HasCodeAsync(poor.Account));
        await world.RunUntilAsync(app, Bridge, "won:won");
        await world.RunUntilAsync(app, KeeperNames.Redemption, "won:won");

        Assert.Equal(25 * (BigInteger)DevAccounts.Dollar, await world.Contracts.ArrivedAsync(rich.Account));
        Assert.Equal(BigInteger.Zero, await world.Contracts.HeldAsync(rich.Account));
        foreach (var keeper in new[] { Deploy, Bridge, KeeperNames.Redemption })
        {
            Assert.Equal(0, (await app.RunAsync(keeper)).Found);
        }

        // The next dollars are the next piece of work.
        await world.Contracts.MintAsync(rich.Account, 10);
        await world.RunUntilAsync(app, Bridge, "won:won", 2);
        await world.RunUntilAsync(app, KeeperNames.Redemption, "won:won", 2);
        Assert.Equal(35 * (BigInteger)DevAccounts.Dollar, await world.Contracts.ArrivedAsync(rich.Account));
        Assert.Equal(await world.Keepers.PaidAsync(), await world.ScalarAsync<BigInteger>("select sum(spent) from keeper_budgets where held = 0"));
        Assert.Equal(6, await world.ScalarAsync<long>("select count(*) from transactions"));
    }

    [Fact]
    public async Task Whoever_is_first_before_the_grace_is_over_is_counted_and_costs_nothing()
    {
        await using var world = await AccountsWorld.StartAsync(postgres);
        var app = world.Add(options => options.Deployment.Grace = options.Bridging.Grace = TimeSpan.FromSeconds(30));
        var account = await world.PlanAsync(app);
        await world.Contracts.MintAsync(account.Account, 20);
        Assert.Equal((1, 0), await CountAsync(app, Deploy));
        await world.CreateAsync(account);
        Assert.Equal((1, 0), await CountAsync(app, Bridge));
        await world.BridgeAsync(account);
        world.Keepers.Time.Advance(TimeSpan.FromSeconds(31));
        await app.RunAsync(Deploy);
        await app.RunAsync(Bridge);

        Assert.Equal(["found:found", "lost:community"], await world.DecisionsAsync(Deploy));
        Assert.Equal(["found:found", "lost:community"], await world.DecisionsAsync(Bridge));
        Assert.Equal(BigInteger.Zero, await world.Keepers.PaidAsync());
    }

    [Fact]
    public async Task Whoever_is_first_between_the_check_and_the_block_costs_one_transaction()
    {
        await using var world = await AccountsWorld.StartAsync(postgres);
        var app = world.Add();
        var (plan, deployed) = (await world.PlanAsync(app), await world.DeployAsync(app));
        await world.Contracts.MintAsync(plan.Account, 2);
        await world.Contracts.MintAsync(deployed.Account, 20);
        await world.HoldBlocksAsync();
        Assert.Equal((1, 1), await CountAsync(app, Deploy));
        Assert.Equal((1, 1), await CountAsync(app, Bridge));

        // Theirs pay more and are mined before ours, in the same block.
        await world.SendDearlyAsync(world.Contracts.Factory.Address, plan.CreateData());
        await world.SendDearlyAsync(deployed.Account, AbiSignature.Parse("bridgeUSDCWithCircle()").Encode());
        await world.RunUntilAsync(app, Deploy, "lost:community", 1, () => world.Node.MineAsync());
        await world.RunUntilAsync(app, Bridge, "lost:community", 1, () => world.Node.MineAsync());

        Assert.Equal(["found:found", "sent:sent", "failed:reverted", "lost:community"], await world.DecisionsAsync(Deploy));
        Assert.Equal(["found:found", "sent:sent", "failed:reverted", "lost:community"], await world.DecisionsAsync(Bridge));
        Assert.Equal(2, await world.ScalarAsync<long>("select count(*) from transactions"));
        Assert.Equal(await world.Keepers.PaidAsync(), await world.ScalarAsync<BigInteger>("select sum(spent) from keeper_budgets where held = 0"));
    }

    [Fact]
    public async Task Two_instances_do_everything_once_and_what_a_dead_one_recorded_is_carried_out()
    {
        await using var world = await AccountsWorld.StartAsync(postgres, signers: 2);
        KeeperInstance[] apps = [world.Add(), world.Add()];
        var accounts = new List<PlannedAccount>();
        for (var i = 0; i < 4; i++)
        {
            accounts.Add(await world.PlanAsync(apps[0]));
            await world.Contracts.MintAsync(accounts[i].Account, 20);
        }

        // Recorded, and dead before the signature: the engine signs later.
        world.Keepers.Keys.ToList().ForEach(key => world.Keepers.Signers.Missing.Add(key.Address));
        Assert.Equal("unavailable", (await apps[0].RunAsync(Deploy)).Outcome);
        Assert.InRange(await world.ScalarAsync<long>("select count(*) from keeper_work where state = 1"), 1, 4); // Sent side by side.
        world.Keepers.Signers.Missing.Clear();
        foreach (var keeper in new[] { Deploy, Bridge, KeeperNames.Redemption })
        {
            await world.Keepers.BecomesAsync(
                async () => (await world.DecisionsAsync(keeper)).Count(told => told == "won:won") == 4,
                async () =>
                {
                    world.Keepers.Time.Advance(TimeSpan.FromSeconds(5));
                    await Task.WhenAll(apps.Select(app => app.RunAsync(keeper)));
                    await apps[1].Engine.ConfirmAsync(KeeperWorld.Cancellation);
                });
        }

        Assert.Equal(12, await world.ScalarAsync<long>("select count(*) from transactions"));
        Assert.Equal(12, await world.ScalarAsync<long>("select count(*) from keeper_work"));
        foreach (var account in accounts)
        {
            Assert.Equal(20 * (BigInteger)DevAccounts.Dollar, await world.Contracts.ArrivedAsync(account.Account));
        }
    }

    [Fact]
    public async Task What_would_revert_is_waited_for_and_another_address_than_the_one_handed_in_is_not_deployed()
    {
        await using var world = await AccountsWorld.StartAsync(postgres);
        var app = world.Add();
        await world.Contracts.Factory.SendAsync("setPaused(bool,bool)", true, true);
        var (plan, deployed) = (await world.PlanAsync(app), (PlannedAccount?)null);
        var wrong = await world.PlanAsync(app, account => account with { Account = DevKey.Create().Address });
        await world.Contracts.MintAsync(plan.Account, 20);
        await world.RunUntilAsync(app, Deploy, "skipped:simulation_reverted");
        await world.Contracts.Factory.SendAsync("setPaused(bool,bool)", false, true);
        await world.Contracts.MintAsync(wrong.Account, 20);
        await world.RunUntilAsync(app, Deploy, "won:won");
        await world.RunUntilAsync(app, Deploy, "failed:address_differs");
        await world.RunUntilAsync(app, Bridge, "skipped:simulation_reverted");
        deployed = plan;
        await world.Contracts.Factory.SendAsync("setPaused(bool,bool)", false, false);
        await world.RunUntilAsync(app, Bridge, "won:won");

        Assert.Equal(BigInteger.Zero, await world.Contracts.HeldAsync(deployed.Account));
        Assert.False(await world.HasCodeAsync(wrong.Account));
        Assert.Equal(2, await world.ScalarAsync<long>("select count(*) from transactions"));
    }

    [Fact]
    public async Task A_deployment_that_a_reorg_takes_back_is_mined_again_and_counted_once()
    {
        await using var world = await AccountsWorld.StartAsync(postgres);
        var app = world.Add(confirmations: 4);
        var account = await world.PlanAsync(app);
        await world.Contracts.MintAsync(account.Account, 20);
        await Task.Delay(3_000, KeeperWorld.Cancellation);
        Assert.Equal((1, 1), await CountAsync(app, Deploy));
        await world.Keepers.BecomesAsync(() => world.HasCodeAsync(account.Account));
        await world.Node.ReorganiseAsync(2, KeeperWorld.Cancellation);
        await world.RunUntilAsync(app, Deploy, "won:won");

        Assert.True(await world.HasCodeAsync(account.Account));
        Assert.Equal(["found:found", "sent:sent", "won:won"], await world.DecisionsAsync(Deploy));
    }

    [Fact]
    public async Task No_more_is_spent_than_the_days_budget_covers()
    {
        await using var world = await AccountsWorld.StartAsync(postgres);
        var quota = BigInteger.Pow(10, 15) * 8;
        var app = world.Add(options => options.Deployment.MaxLossPerDayWei = new(UInt256.From(quota)));
        for (var i = 0; i < 6; i++)
        {
            var account = await world.PlanAsync(app);
            await world.Contracts.MintAsync(account.Account, 2);
        }

        await world.RunUntilAsync(app, Deploy, "skipped:budget_spent");
        await world.Keepers.SettledAsync();
        Assert.InRange(await world.Keepers.PaidAsync(), BigInteger.Zero, quota);
        Assert.InRange(await world.ScalarAsync<BigInteger>("select held + spent from keeper_budgets"), BigInteger.One, quota);
    }

    private static async Task<(int Found, int Sent)> CountAsync(KeeperInstance app, string keeper)
    {
        var run = await app.RunAsync(keeper);
        return (run.Found, run.Sent);
    }
}
