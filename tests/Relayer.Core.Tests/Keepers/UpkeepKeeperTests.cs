using System.Globalization;
using System.Numerics;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Operations;
using Relayer.Core.Tests.Storage;
using static Relayer.Core.Tests.Keepers.CountingUpkeep;

namespace Relayer.Core.Tests.Keepers;

[Trait("needs", "services")]
public sealed class UpkeepKeeperTests(PostgresFixture postgres)
{
    private static readonly AnvilOptions OnDemand = new() { MineOnDemand = true };

    [Fact]
    public async Task What_is_due_is_performed_once_and_every_decision_is_on_record()
    {
        await using var world = await KeeperWorld.StartAsync(postgres);
        var upkeep = await DeployAsync(world);
        var app = world.Add(Configure(upkeep.Address));
        var run = await app.RunAsync(KeeperNames.Upkeeps);
        await world.SettledAsync();
        world.Time.Advance(TimeSpan.FromMinutes(1));
        var idle = await app.RunAsync(KeeperNames.Upkeeps);

        Assert.Equal((1, 1, 1), (run.Found, run.Due, run.Sent));
        Assert.Equal((0, 0, 0), (idle.Found, idle.Due, idle.Sent));
        Assert.Equal(1UL, await upkeep.NumberAsync("count()"));
        Assert.Equal(1UL, await upkeep.NumberAsync("performedBy(address)", world.Keys[0].Address));
        Assert.Equal(["found:found", "sent:sent", "won:won"], await world.DecisionsAsync());
        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from keeper_runs"));
        Assert.Equal("upkeeps", await world.ScalarAsync<string>("select purpose from transactions"));
        Assert.Equal(await world.PaidAsync(), await world.ScalarAsync<BigInteger>("select spent from keeper_budgets where held = 0"));
        var standing = Assert.Single(await app.Get<KeeperReports>().ListAsync(KeeperWorld.Cancellation));
        Assert.Equal((1, 1, 1), (standing.LastDay["found"], standing.LastDay["sent"], standing.LastDay["won"]));
    }

    [Fact]
    public async Task The_community_has_its_grace_and_whoever_is_first_is_counted()
    {
        await using var world = await KeeperWorld.StartAsync(postgres);
        var upkeep = await DeployAsync(world);
        var app = world.Add(Configure(upkeep.Address, options => options.Grace = TimeSpan.FromSeconds(20)));
        Assert.Equal((1, 0), await CountAsync(app));
        await PerformAsync(upkeep);
        world.Time.Advance(TimeSpan.FromSeconds(21));

        Assert.Equal(0, (await app.RunAsync(KeeperNames.Upkeeps)).Sent);
        Assert.Equal(["found:found", "lost:community"], await world.DecisionsAsync());
        Assert.Equal(BigInteger.Zero, await world.PaidAsync());
    }

    [Fact]
    public async Task The_community_between_the_check_and_the_block_costs_one_reverted_transaction()
    {
        await using var world = await KeeperWorld.StartAsync(postgres, OnDemand);
        var upkeep = await DeployAsync(world);
        var app = world.Add(Configure(upkeep.Address));
        Assert.Equal((1, 1), await CountAsync(app));

        // Ours waits in the pool; theirs pays more and is mined before it, in the same block.
        await Rival.SendAsync(world.Node, upkeep.Address, Hex.Decode("0x4585e33b" + Words(0x20, 0x60, 0, 0x40, 0)), cancellation: KeeperWorld.Cancellation);
        await world.BecomesAsync(async () => await world.ScalarAsync<long>("select count(*) from keeper_work where state = 0") == 1, () => world.Node.MineAsync());
        await app.RunAsync(KeeperNames.Upkeeps);

        Assert.Equal(["found:found", "sent:sent", "failed:reverted", "lost:community"], await world.DecisionsAsync());
        var reasons = Assert.Single(await app.Get<KeeperReports>().ListAsync(KeeperWorld.Cancellation)).Reasons;
        Assert.Equal(["lost community 1", "failed reverted 1", "sent sent 1", "found found 1"], reasons.Select(one => $"{one.Decision} {one.Reason} {one.Count}"));
        Assert.Equal(("counter", "somebody was first"), (reasons[1].LastSubject, reasons[1].LastDetail));
        Assert.Equal(1UL, await upkeep.NumberAsync("count()"));
        Assert.Equal(await world.PaidAsync(), await world.ScalarAsync<BigInteger>("select spent from keeper_budgets where held = 0"));
    }

    [Fact]
    public async Task Two_instances_at_once_send_one_transaction()
    {
        await using var world = await KeeperWorld.StartAsync(postgres, signers: 2);
        var upkeep = await DeployAsync(world);
        KeeperInstance[] apps = [.. Enumerable.Range(0, 4).Select(_ => world.Add(Configure(upkeep.Address)))];
        await Task.WhenAll(apps.Select(app => app.RunAsync(KeeperNames.Upkeeps)));
        await Task.WhenAll(apps.Select(app => app.RunAsync(KeeperNames.Upkeeps)));
        await world.SettledAsync();

        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from transactions"));
        Assert.Equal(["found:found", "sent:sent", "won:won"], await world.DecisionsAsync());
        Assert.Equal(1UL, await upkeep.NumberAsync("count()"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_backend_that_has_not_seen_the_work_has_no_instance_do_it_again(bool isOneOfTwo)
    {
        await using var world = await KeeperWorld.StartAsync(postgres, OnDemand);
        await using var node = await NodeProxy.StartAsync(world.Node.Url, KeeperWorld.Cancellation);
        var upkeep = await DeployAsync(world);
        await world.Node.MineAsync(1, KeeperWorld.Cancellation);
        var before = await world.Node.BlockNumberAsync(KeeperWorld.Cancellation);
        var done = world.Add(Configure(upkeep.Address));
        Assert.Equal((1, 1), await CountAsync(done));
        await world.BecomesAsync(async () => (await world.DecisionsAsync())[^1] == "won:won", () => world.Node.MineAsync());

        // Within what healthy nodes may be apart: only that the work is known to be done tells that this one is too old.
        node.LagAt(before, isOneOfTwo ? number => number % 2 == 0 : null);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        foreach (var app in new[] { world.Add(Configure(upkeep.Address), rpc: node.Url), world.Add(Configure(upkeep.Address), rpc: node.Url) })
        {
            var run = await app.RunAsync(KeeperNames.Upkeeps);
            Assert.Equal((isOneOfTwo ? "done" : "unavailable", 0, 0), (run.Outcome, run.Found, run.Sent));
        }

        Assert.True(node.Faults > 0);
        Assert.Equal(["found:found", "sent:sent", "won:won"], await world.DecisionsAsync());
    }

    [Fact]
    public async Task What_a_reorg_takes_back_is_mined_again_and_counted_once()
    {
        await using var world = await KeeperWorld.StartAsync(postgres);
        var upkeep = await DeployAsync(world);
        await world.Node.MineAsync(4, KeeperWorld.Cancellation);
        var app = world.Add(Configure(upkeep.Address), confirmations: 4);
        Assert.Equal((1, 1), await CountAsync(app));
        await world.BecomesAsync(async () => await upkeep.NumberAsync("count()") == 1);
        await world.Node.ReorganiseAsync(2, KeeperWorld.Cancellation);
        await world.BecomesAsync(async () => (await world.DecisionsAsync())[^1] == "won:won");

        Assert.Equal(["found:found", "sent:sent", "won:won"], await world.DecisionsAsync());
        Assert.Equal(1UL, await upkeep.NumberAsync("count()"));
        Assert.Equal(await world.PaidAsync(), await world.ScalarAsync<BigInteger>("select spent from keeper_budgets where held = 0"));
    }

    [Fact]
    public async Task What_was_recorded_when_the_process_died_is_carried_out_by_the_next()
    {
        await using var world = await KeeperWorld.StartAsync(postgres);
        var upkeep = await DeployAsync(world);
        var first = world.Add(Configure(upkeep.Address, options => options.Grace = TimeSpan.FromSeconds(5)));
        Assert.Equal((1, 0), await CountAsync(first));

        // Found, and dead: another one finds it due. Recorded, and dead before the signature: the engine signs later.
        world.Time.Advance(TimeSpan.FromSeconds(6));
        world.Signers.Missing.Add(world.Keys[0].Address);
        var second = world.Add(Configure(upkeep.Address));
        Assert.Equal("unavailable", (await second.RunAsync(KeeperNames.Upkeeps)).Outcome);
        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from keeper_work where state = 1"));
        world.Signers.Missing.Clear();
        world.Time.Advance(TimeSpan.FromSeconds(6));
        var third = world.Add(Configure(upkeep.Address));
        await world.BecomesAsync(
            async () => await world.ScalarAsync<long>("select count(*) from keeper_work where state = 2") == 1,
            () => third.Engine.ConfirmAsync(KeeperWorld.Cancellation));

        Assert.Equal(1UL, await upkeep.NumberAsync("count()"));
        Assert.Equal(["found:found", "sent:sent", "won:won"], await world.DecisionsAsync());
    }

    [Fact]
    public async Task Dry_runs_and_pauses_send_nothing_and_say_so()
    {
        await using var world = await KeeperWorld.StartAsync(postgres);
        var upkeep = await DeployAsync(world);
        var dry = world.Add(Configure(upkeep.Address, options => options.DryRun = true));
        Assert.Equal((1, 0), await CountAsync(dry));
        Assert.Equal(["found:found", "skipped:dry_run"], await world.DecisionsAsync());

        var app = world.Add(Configure(upkeep.Address));
        var instruction = new Instruction("test", "a look");
        await app.Get<Pauses>().PauseAsync(PauseScope.Keeper(KeeperNames.Upkeeps), instruction, KeeperWorld.Cancellation);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("paused", (await app.RunAsync(KeeperNames.Upkeeps)).Outcome);
        Assert.Equal("paused", (await app.RunAsync(KeeperNames.Upkeeps)).Outcome);
        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from keeper_runs where outcome = 'paused'"));

        await app.Get<Pauses>().ResumeAsync(PauseScope.Keeper(KeeperNames.Upkeeps), instruction, KeeperWorld.Cancellation);
        Assert.Equal((0, 1), await CountAsync(app));
        await world.SettledAsync();
        Assert.Equal(1UL, await upkeep.NumberAsync("count()"));
    }

    [Fact]
    public async Task Whoever_was_away_when_an_upkeeps_day_began_asks_as_soon_as_it_is_back()
    {
        await using var world = await KeeperWorld.StartAsync(postgres);
        await using var node = await NodeProxy.StartAsync(world.Node.Url, KeeperWorld.Cancellation);
        var upkeep = await DeployAsync(world);
        var daily = Configure(upkeep.Address, options => (options.Every, options.Grace) = (TimeSpan.FromDays(1), TimeSpan.FromHours(1)));
        var app = world.Add(daily, node.Url);
        node.Break();
        Assert.Equal("unavailable", (await app.RunAsync(KeeperNames.Upkeeps)).Outcome);
        node.Heal();
        world.Time.Advance(TimeSpan.FromSeconds(10));
        await world.BecomesAsync(async () => (await app.RunAsync(KeeperNames.Upkeeps)).Outcome == "done");
        Assert.Equal(["found:found"], await world.DecisionsAsync());

        // Died after it began, before it asked: what is on record is that a run began.
        await world.ColumnAsync<long>("with gone as (delete from keeper_work returning 1) select count(*) from gone");
        Assert.Equal((1, 0), await CountAsync(world.Add(daily)));
        Assert.Equal((0, 0), await CountAsync(app));
    }

    private static Task PerformAsync(DevContract upkeep) => upkeep.SendAsync("performUpkeep(bytes)", Hex.Decode("0x" + Words(0, 0x40, 0)));

    private static string Words(params int[] words) => string.Concat(words.Select(word => word.ToString("x64", CultureInfo.InvariantCulture)));
}
