using System.Globalization;
using System.Numerics;
using DevChain;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers;
using Relayer.Core.Operations;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

public sealed class UpkeepKeeperTests(PostgresFixture postgres)
{
    private const string Hour = "3600";

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

    [Fact]
    public async Task Rogue_contracts_neither_hang_nor_cost_nor_hold_up_an_honest_one()
    {
        await using var world = await KeeperWorld.StartAsync(postgres);
        var rogues = new List<DevContract>();
        for (var harm = 1UL; harm <= 5; harm++)
        {
            rogues.Add(await DevContract.DeployAsync(world.Node, "RogueUpkeep", "constructor(uint8)", harm));
        }

        var honest = await DeployAsync(world);
        var app = world.Add(keepers =>
        {
            rogues.ForEach(rogue => Configure(rogue.Address, options => options.MaxAttempts = 2, $"rogue {rogues.IndexOf(rogue) + 1}")(keepers));
            Configure(honest.Address)(keepers);
        });
        await app.RunAsync(KeeperNames.Upkeeps);
        world.Time.Advance(TimeSpan.FromSeconds(8));
        await app.RunAsync(KeeperNames.Upkeeps);
        await world.SettledAsync();

        Assert.Equal(["skipped:check_failed"], await world.DecisionsAsync("rogue 1"));
        Assert.Equal(["skipped:check_failed"], await world.DecisionsAsync("rogue 2"));
        Assert.Equal(["skipped:check_failed"], await world.DecisionsAsync("rogue 3"));
        Assert.Equal(["found:found", "skipped:out_of_gas", "failed:out_of_gas"], await world.DecisionsAsync("rogue 4"));
        Assert.Equal(["found:found", "skipped:simulation_reverted", "failed:simulation_reverted"], await world.DecisionsAsync("rogue 5"));
        Assert.Equal(1UL, await honest.NumberAsync("count()"));
        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from transactions"));
    }

    [Fact]
    public async Task Contracts_that_turn_when_mined_or_never_end_stay_within_their_own_budgets()
    {
        await using var world = await KeeperWorld.StartAsync(postgres);
        var endless = await DevContract.DeployAsync(world.Node, "RogueUpkeep", "constructor(uint8)", 6UL);
        var turning = await DevContract.DeployAsync(world.Node, "RogueUpkeep", "constructor(uint8)", 7UL);
        var honest = await DeployAsync(world);
        var quota = BigInteger.Pow(10, 15) * 4;
        var app = world.Add(keepers =>
        {
            Configure(endless.Address, options => Limit(options, 60_000, quota / 8), "endless")(keepers);
            Configure(turning.Address, options => Limit(options, 200_000, quota), "turning")(keepers);
            Configure(honest.Address)(keepers);
        });
        await world.BecomesAsync(
            async () => (await world.DecisionsAsync("endless")).Contains("skipped:budget_spent")
                && (await world.DecisionsAsync("turning")).Contains("skipped:breaker_open"),
            async () =>
            {
                await app.RunAsync(KeeperNames.Upkeeps);
                await world.SettledAsync();
                world.Time.Advance(TimeSpan.FromSeconds(6));
            });

        Assert.InRange(await LostAsync("endless"), BigInteger.One, quota / 8);
        Assert.InRange(await LostAsync("turning"), BigInteger.One, quota);

        Assert.Equal(await world.ScalarAsync<BigInteger>("select sum(spent) from keeper_budgets"), await world.PaidAsync());
        Assert.Equal(1UL, await honest.NumberAsync("count()"));

        Task<BigInteger> LostAsync(string lane) =>
            world.ScalarAsync<BigInteger>($"select held + spent from keeper_budgets where lane = '{lane}'");

        static void Limit(UpkeepOptions options, long gas, BigInteger most) =>
            (options.MaxLossPerDayWei, options.BreakerFailures, options.GasLimit, options.MaxAttempts) =
                (most.ToString(CultureInfo.InvariantCulture), 2, gas, 9);
    }

    [Fact]
    public async Task An_action_beyond_its_limit_is_not_sent()
    {
        await using var world = await KeeperWorld.StartAsync(postgres);
        var upkeep = await DeployAsync(world);
        var cheap = world.Add(Configure(upkeep.Address, options => options.MaxLossPerActionWei = "1000"));
        Assert.Equal((1, 0), await CountAsync(cheap));
        world.Time.Advance(TimeSpan.FromSeconds(3));
        var greedy = world.Add(Configure(upkeep.Address, options => options.Mode = "Profit"));
        Assert.Equal((0, 0), await CountAsync(greedy));
        world.Time.Advance(TimeSpan.FromSeconds(3));
        var foreign = world.Add(Configure(upkeep.Address, options => options.Signers.Add($"{DevKey.Create().Address}")));
        Assert.Equal((0, 0), await CountAsync(foreign));

        Assert.Equal(
            ["found:found", "skipped:loss_too_high", "skipped:not_profitable", "skipped:signers_exhausted"], await world.DecisionsAsync());
    }

    private static async Task<(int Found, int Sent)> CountAsync(KeeperInstance app)
    {
        var run = await app.RunAsync(KeeperNames.Upkeeps);
        return (run.Found, run.Sent);
    }

    private static async Task<DevContract> DeployAsync(KeeperWorld world)
    {
        var upkeep = await DevContract.DeployAsync(world.Node, "CountingUpkeep", "constructor(uint256)", ulong.Parse(Hour, CultureInfo.InvariantCulture));
        await world.Node.IncreaseTimeAsync(TimeSpan.FromHours(1), KeeperWorld.Cancellation);
        return upkeep;
    }

    private static Task PerformAsync(DevContract upkeep) => upkeep.SendAsync("performUpkeep(bytes)", Hex.Decode("0x" + Words(0, 0x40, 0)));

    private static string Words(params int[] words) => string.Concat(words.Select(word => word.ToString("x64", CultureInfo.InvariantCulture)));

    private static Action<KeepersOptions> Configure(Address contract, Action<UpkeepOptions>? change = null, string name = "counter") => keepers =>
    {
        var options = new UpkeepOptions
        {
            Address = $"{contract}",
            Grace = TimeSpan.Zero,
            Every = TimeSpan.FromSeconds(5),
            MaxLossPerActionWei = "100000000000000000",
            MaxLossPerDayWei = "1000000000000000000",
        };
        change?.Invoke(options);
        keepers.Upkeeps[name] = options;
    };
}
