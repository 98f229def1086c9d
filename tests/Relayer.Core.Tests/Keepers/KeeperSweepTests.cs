using System.Numerics;
using DevChain;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

/// <summary>What is old is removed, and nothing is done a second time because it is not remembered.</summary>
[Trait("needs", "services")]
public sealed class KeeperSweepTests(PostgresFixture postgres)
{
    private static readonly string[] Tables = ["keeper_work", "keeper_sends", "keeper_budgets", "keeper_decisions", "keeper_runs"];

    [Fact]
    public async Task The_next_piece_of_a_counted_subject_is_a_new_one_whatever_was_removed()
    {
        await using var world = await KeeperWorld.StartAsync(postgres);
        var upkeep = await DevContract.DeployAsync(world.Node, "CountingUpkeep", "constructor(uint256)", 3_600UL);
        var app = world.Add(keepers => keepers.Upkeeps["counter"] = Upkeep(upkeep));
        await PerformAsync(world, app, upkeep, 1);
        world.Time.Advance(TimeSpan.FromDays(20));
        await PerformAsync(world, app, upkeep, 2);
        world.Time.Advance(TimeSpan.FromDays(11));
        await app.Keepers.SweepAsync(KeeperWorld.Cancellation);

        // The first piece is gone, the second is not: counting anew would call the third by the second's name.
        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from keeper_work"));
        await PerformAsync(world, app, upkeep, 3);
        world.Time.Advance(TimeSpan.FromDays(31));
        await app.Keepers.SweepAsync(KeeperWorld.Cancellation);
        foreach (var table in Tables)
        {
            Assert.Equal((table, 0), (table, await world.ScalarAsync<long>($"select count(*) from {table}")));
        }

        await PerformAsync(world, app, upkeep, 4);
        Assert.Equal(3, await world.ScalarAsync<long>("select pieces from keeper_swept"));
        Assert.Equal(4, await world.ScalarAsync<long>("select count(*) from transactions"));
    }

    [Fact]
    public async Task Accounts_and_orders_that_were_dealt_with_are_not_taken_up_again_by_any_scan()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.Add();
        await world.CommitAsync(1, 2, 2100);
        await world.RunUntilAsync(app, "won:won");
        await app.RunAsync(KeeperNames.Settlement);
        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from keeper_order_ends"));
        await SweepLaterAsync(world.Keepers, app);
        await app.RunAsync(KeeperNames.Settlement);
        for (var i = 0; i < 3; i++)
        {
            await app.Keepers.RecoverAsync(KeeperWorld.Cancellation);
        }

        foreach (var table in Tables.Append("keeper_order_ends"))
        {
            Assert.Equal((table, 0), (table, await world.ScalarAsync<long>($"select count(*) from {table}")));
        }

        // The same account's next order is another one.
        await world.CommitAsync(1, 1, 2100);
        await world.RunUntilAsync(app, "won:won");
        Assert.Equal(3 * PerpsWorld.One, await world.Perps.SizeAsync(1));
        Assert.Equal(2, await world.ScalarAsync<long>("select count(*) from transactions"));
    }

    [Fact]
    public async Task Work_that_is_open_stays_with_what_tells_how_it_ended()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var (app, looker) = (world.Add(), world.Add(options => options.DryRun = true));
        await world.CommitAsync(1, 2, 2100);
        await world.RunUntilAsync(app, "won:won");
        await world.CommitAsync(2, 2, 2100);
        await world.OpenAsync();
        await world.RunUntilAsync(looker, "skipped:dry_run");
        await world.SettleAsCommunityAsync(2);

        // Read, and not looked at again yet.
        await world.Keepers.BecomesAsync(
            async () => await world.ScalarAsync<long>("select count(*) from keeper_order_ends") == 2, () => looker.RunAsync(KeeperNames.Settlement));
        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from keeper_work where state = 0"));
        await SweepLaterAsync(world.Keepers, app);

        Assert.Equal(2, await world.ScalarAsync<BigInteger>("select account from keeper_order_ends"));
        Assert.Equal([(short)WorkState.Open], await world.ColumnAsync<short>("select state from keeper_work"));
        await world.RunUntilAsync(app, "lost:community");
    }

    [Fact]
    public async Task What_is_under_way_and_what_it_holds_of_a_budget_stays()
    {
        await using var world = await KeeperWorld.StartAsync(postgres, new AnvilOptions { MineOnDemand = true });
        var upkeep = await DevContract.DeployAsync(world.Node, "CountingUpkeep", "constructor(uint256)", 3_600UL);
        await world.Node.IncreaseTimeAsync(TimeSpan.FromHours(1), KeeperWorld.Cancellation);
        var app = world.Add(keepers => keepers.Upkeeps["counter"] = Upkeep(upkeep));
        Assert.Equal(1, (await app.RunAsync(KeeperNames.Upkeeps)).Sent);
        await SweepLaterAsync(world, app);

        Assert.Equal([(short)WorkState.Sent], await world.ColumnAsync<short>("select state from keeper_work"));
        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from keeper_sends where not settled"));
        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from keeper_budgets where held > 0"));
        await world.BecomesAsync(
            async () => await world.ScalarAsync<long>("select count(*) from keeper_work where state = 1") == 0, () => world.Node.MineAsync());
        Assert.Equal(await world.PaidAsync(), await world.ScalarAsync<BigInteger>("select sum(spent) from keeper_budgets where held = 0"));
    }

    [Fact]
    public async Task A_backlog_goes_portion_by_portion_and_two_instances_do_not_hinder_each_other()
    {
        await using var world = await KeeperWorld.StartAsync(postgres);
        var upkeep = await DevContract.DeployAsync(world.Node, "CountingUpkeep", "constructor(uint256)", 3_600UL);
        var (one, two) = (world.Add(keepers => keepers.Upkeeps["counter"] = Upkeep(upkeep)), world.Add(_ => { }));
        await world.ColumnAsync<long>(
            $"""
            with made as (
                insert into keeper_work (keeper, chain_id, id, lane, subject, details, state, reason, due_at, found_at, ended_at)
                select 'upkeeps', 31337, sha256(n::text::bytea), 'counter', 'subject ' || n % 7, '{'{'}{'}'}', 2 + n % 4, 'won', now(), now(), now()
                from generate_series(1, {(KeeperSweeper.Portion * 2) + 300}) n returning 1)
            select count(*) from made
            """);
        world.Time.Advance(TimeSpan.FromDays(31));
        await Task.WhenAll(one.Keepers.SweepAsync(KeeperWorld.Cancellation), two.Keepers.SweepAsync(KeeperWorld.Cancellation));
        await one.Keepers.SweepAsync(KeeperWorld.Cancellation);

        Assert.Equal(0, await world.ScalarAsync<long>("select count(*) from keeper_work"));
        Assert.Equal(7, await world.ScalarAsync<long>("select count(*) from keeper_swept"));
        Assert.Equal((KeeperSweeper.Portion * 2) + 300, await world.ScalarAsync<BigInteger>("select sum(pieces) from keeper_swept"));
    }

    private static async Task PerformAsync(KeeperWorld world, KeeperInstance app, DevContract upkeep, ulong count)
    {
        await world.Node.IncreaseTimeAsync(TimeSpan.FromHours(1), KeeperWorld.Cancellation);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, (await app.RunAsync(KeeperNames.Upkeeps)).Sent);
        await world.SettledAsync();
        Assert.Equal(count, await upkeep.NumberAsync("count()"));
    }

    private static async Task SweepLaterAsync(KeeperWorld world, KeeperInstance app)
    {
        world.Time.Advance(TimeSpan.FromDays(32));
        await app.Keepers.SweepAsync(KeeperWorld.Cancellation);
    }

    private static UpkeepOptions Upkeep(DevContract contract) => new()
    {
        Address = contract.Address,
        Grace = TimeSpan.Zero,
        Every = TimeSpan.FromSeconds(5),
        MaxLossPerActionWei = new(100_000_000_000_000_000),
        MaxLossPerDayWei = new(1_000_000_000_000_000_000),
    };
}
