using System.Numerics;
using DevChain;
using DevChain.Abi;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Operations;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers.Views;

/// <summary>The sample of <c>docs/keepers.md</c>, on a real chain and database.</summary>
[Trait("needs", "services")]
public sealed class BookKeeperTests(PostgresFixture postgres)
{
    private static readonly AnvilOptions OnDemand = new() { MineOnDemand = true };

    [Fact]
    public async Task What_is_due_is_done_once_and_every_decision_is_on_record()
    {
        await using var world = await BookWorld.StartAsync(postgres, entries: 3);
        var app = world.Add();
        var run = await app.RunAsync(BookWorld.Name);
        await world.Keepers.SettledAsync();
        var idle = await world.TickAsync(app);

        Assert.Equal((3, 3, 3), (run.Found, run.Due, run.Sent));
        Assert.Equal((0, 0, 0), (idle.Found, idle.Due, idle.Sent));
        Assert.Equal(3UL, await world.Book.NumberAsync("settledBy(address)", world.Keepers.Keys[0].Address));
        Assert.Equal(["found:found", "sent:sent", "won:won"], await world.DecisionsAsync("2"));
        Assert.Equal([BookWorld.Name], await world.Keepers.ColumnAsync<string>("select distinct purpose from transactions"));
        Assert.Equal(await world.Keepers.PaidAsync(), await world.Keepers.ScalarAsync<BigInteger>("select spent from keeper_budgets where held = 0"));
        var standing = Assert.Single(await app.Get<KeeperReports>().ListAsync(KeeperWorld.Cancellation));
        Assert.Equal((BookWorld.Name, "done", 3L), (standing.Name, standing.LastOutcome, standing.LastDay["won"]));
    }

    [Fact]
    public async Task It_looks_as_often_as_its_own_setting_says()
    {
        await using var world = await BookWorld.StartAsync(postgres);
        var app = world.Add(options => options.Every = TimeSpan.FromHours(1));
        world.Keepers.Time.Stop();
        Assert.Equal(1, (await app.RunAsync(BookWorld.Name)).Found);
        await world.Book.SendAsync("add(uint256)", 1UL);
        Assert.Equal(0, (await app.RunAsync(BookWorld.Name)).Found);
        world.Keepers.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, (await app.RunAsync(BookWorld.Name)).Found);
    }

    [Fact]
    public async Task The_community_has_its_grace_and_whoever_is_first_is_counted_and_costs_nothing()
    {
        await using var world = await BookWorld.StartAsync(postgres);
        var app = world.Add(options => options.Grace = TimeSpan.FromSeconds(20));
        Assert.Equal((1, 0), await CountAsync(app));
        await world.Book.SendAsync("settle(uint256)", 1UL);
        world.Keepers.Time.Advance(TimeSpan.FromSeconds(21));

        Assert.Equal((0, 0), await CountAsync(app));
        Assert.Equal(["found:found", "lost:community"], await world.DecisionsAsync());
        Assert.Equal(BigInteger.Zero, await world.Keepers.PaidAsync());
    }

    [Fact]
    public async Task The_community_between_the_look_and_the_block_costs_one_reverted_transaction()
    {
        await using var world = await BookWorld.StartAsync(postgres, OnDemand);
        var app = world.Add();
        Assert.Equal((1, 1), await CountAsync(app));

        // Ours waits in the pool; theirs pays more and is mined before it, in the same block.
        var settle = AbiSignature.Parse("settle(uint256)").Encode(1UL);
        await Rival.SendAsync(world.Keepers.Node, world.Book.Address, settle, cancellation: KeeperWorld.Cancellation);
        await world.Keepers.BecomesAsync(
            async () => await world.Keepers.ScalarAsync<long>("select count(*) from keeper_work where state = 0") == 1, () => world.Keepers.Node.MineAsync());
        await world.TickAsync(app);

        Assert.Equal(["found:found", "sent:sent", "failed:reverted", "lost:community"], await world.DecisionsAsync());
        Assert.Equal(1UL, await world.TotalAsync());
        Assert.Equal(await world.Keepers.PaidAsync(), await world.Keepers.ScalarAsync<BigInteger>("select spent from keeper_budgets where held = 0"));
    }

    [Fact]
    public async Task What_turns_when_it_is_mined_is_on_record_with_the_contracts_words_and_opens_the_breaker()
    {
        await using var world = await BookWorld.StartAsync(postgres);
        await world.Book.SendAsync("setTurning(bool)", true);
        var app = world.Add(options => options.BreakerFailures = 1);
        Assert.Equal((1, 1), await CountAsync(app));
        await world.Keepers.SettledAsync();
        Assert.Equal((0, 0), await CountAsync(app));

        Assert.Equal(["found:found", "sent:sent", "failed:reverted", "skipped:breaker_open"], await world.DecisionsAsync());
        Assert.Equal(1, await world.Keepers.ScalarAsync<long>("select count(*) from attempts"));
        Assert.Equal(0UL, await world.TotalAsync());
    }

    [Fact]
    public async Task What_keeps_reverting_is_tried_more_and_more_rarely_whoever_runs_and_is_one_incident_until_it_succeeds()
    {
        await using var world = await BookWorld.StartAsync(postgres);
        await world.Book.SendAsync("setTurning(bool)", true);
        void Limit(SampleKeepers.BookOptions options) => (options.BreakerFailures, options.MaxAttempts) = (2, 1_000);
        for (var moved = TimeSpan.Zero; moved < TimeSpan.FromHours(5); moved += TimeSpan.FromMinutes(5))
        {
            // Each time another process, which remembers nothing.
            await world.TickAsync(world.Add(Limit));
            await world.Keepers.SettledAsync();
            world.Keepers.Time.Advance(TimeSpan.FromMinutes(5));
        }

        // Two, then one after 10, 20, 40, 80 and 160 minutes: and not at each of the 60 ticks.
        Assert.InRange(await world.Keepers.ScalarAsync<long>("select count(*) from transactions where state = 6"), 5, 7);
        Assert.Equal("keeper_failing", Assert.Single(await world.Keepers.ColumnAsync<string>("select kind from incidents where closed_at is null")));
        var detail = await world.Keepers.ScalarAsync<string>("select detail from incidents where closed_at is null");
        Assert.StartsWith("They pass the simulation, revert and are paid for. The last one: ", detail, StringComparison.Ordinal);
        Assert.DoesNotContain("the cause is not known", detail, StringComparison.Ordinal);

        await world.Book.SendAsync("setTurning(bool)", false);
        world.Keepers.Time.Advance(TimeSpan.FromHours(4));
        var app = world.Add(Limit);
        await world.TickAsync(app);
        await world.Keepers.SettledAsync();
        Assert.Equal(1UL, await world.TotalAsync());
        Assert.Equal(0, await world.Keepers.ScalarAsync<long>("select count(*) from incidents where closed_at is null"));
        Assert.Equal((0, 0), (await world.Keepers.ScalarAsync<int>("select failures from keeper_breakers"), await world.Keepers.ScalarAsync<int>("select strikes from keeper_breakers")));
    }

    [Fact]
    public async Task Several_instances_at_once_do_each_piece_once()
    {
        await using var world = await BookWorld.StartAsync(postgres, signers: 2, entries: 5);
        KeeperInstance[] apps = [.. Enumerable.Range(0, 4).Select(_ => world.Add())];
        await Task.WhenAll(apps.Select(app => app.RunAsync(BookWorld.Name)));
        await Task.WhenAll(apps.Select(app => app.RunAsync(BookWorld.Name)));
        await world.Keepers.SettledAsync();

        Assert.Equal(5, await world.Keepers.ScalarAsync<long>("select count(*) from transactions"));
        Assert.Equal(5, await world.Keepers.ScalarAsync<long>("select count(*) from keeper_decisions where decision = 'won'"));
        Assert.Equal(5UL, await world.TotalAsync());
    }

    [Fact]
    public async Task What_was_recorded_when_the_process_died_is_carried_out_by_the_next()
    {
        await using var world = await BookWorld.StartAsync(postgres);
        world.Keepers.Signers.Missing.Add(world.Keepers.Keys[0].Address);
        Assert.Equal((1, 0), await CountAsync(world.Add(options => options.Grace = TimeSpan.FromSeconds(5))));
        world.Keepers.Signers.Missing.Clear();
        world.Keepers.Time.Advance(TimeSpan.FromSeconds(6));
        var next = world.Add();
        await next.RunAsync(BookWorld.Name);
        await world.Keepers.SettledAsync();

        Assert.Equal(["found:found", "sent:sent", "won:won"], await world.DecisionsAsync());
        Assert.Equal(1UL, await world.TotalAsync());
    }

    [Fact]
    public async Task What_a_reorg_takes_back_is_mined_again_and_counted_once()
    {
        await using var world = await BookWorld.StartAsync(postgres);
        await world.Keepers.Node.MineAsync(4, KeeperWorld.Cancellation);
        var app = world.Add(confirmations: 4);
        Assert.Equal((1, 1), await CountAsync(app));
        await world.Keepers.BecomesAsync(async () => await world.TotalAsync() == 1);
        await world.Keepers.Node.ReorganiseAsync(2, KeeperWorld.Cancellation);
        await world.Keepers.BecomesAsync(async () => (await world.DecisionsAsync())[^1] == "won:won", () => world.TickAsync(app));

        Assert.Equal(["found:found", "sent:sent", "won:won"], await world.DecisionsAsync());
        Assert.Equal(1UL, await world.TotalAsync());
    }

    [Fact]
    public async Task What_would_cost_too_much_is_not_sent_and_the_reason_is_told()
    {
        await using var world = await BookWorld.StartAsync(postgres, OnDemand, entries: 2);
        Assert.Equal((2, 0), await CountAsync(world.Add(options => options.MaxLossPerActionWei = new(1_000))));
        Assert.Equal(["found:found", "skipped:loss_too_high"], await world.DecisionsAsync("1"));

        // A day that covers one of the two, at its worst.
        world.Keepers.Time.Advance(TimeSpan.FromSeconds(6));
        var one = await CostAsync(world);
        var app = world.Add(options => options.MaxLossPerDayWei = new(UInt256.From(one + (one / 2))));
        Assert.Equal((0, 1), await CountAsync(app));
        Assert.Equal(["skipped:budget_spent"], (await world.DecisionsAsync()).Where(decision => decision.EndsWith("spent", StringComparison.Ordinal)));
        Assert.Equal(one, await world.Keepers.ScalarAsync<BigInteger>("select held from keeper_budgets"));
    }

    [Fact]
    public async Task Dry_runs_and_pauses_send_nothing_and_say_so()
    {
        await using var world = await BookWorld.StartAsync(postgres);
        Assert.Equal((1, 0), await CountAsync(world.Add(options => options.DryRun = true)));
        Assert.Equal(["found:found", "skipped:dry_run"], await world.DecisionsAsync());

        var app = world.Add();
        await app.Get<Pauses>().PauseAsync(PauseScope.Keeper(BookWorld.Name), new Instruction("test", "a look"), KeeperWorld.Cancellation);
        world.Keepers.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("paused", (await app.RunAsync(BookWorld.Name)).Outcome);
        Assert.Equal(0, await world.Keepers.ScalarAsync<long>("select count(*) from transactions"));
    }

    [Fact]
    public async Task A_view_that_refuses_is_told_with_its_words_and_what_was_found_waits_for_it()
    {
        await using var world = await BookWorld.StartAsync(postgres);
        var app = world.Add(options => options.Grace = TimeSpan.FromSeconds(5));
        Assert.Equal((1, 0), await CountAsync(app));
        await world.Book.SendAsync("setBroken(bool)", true);
        await world.TickAsync(app);
        Assert.Equal(["skipped:check_failed"], await world.DecisionsAsync(BookWorld.Name));
        Assert.Contains("the book is closed", await world.Keepers.ScalarAsync<string>(
            "select detail from keeper_decisions where subject = 'book'"), StringComparison.Ordinal);
        Assert.Equal(["found:found", "skipped:check_failed"], await world.DecisionsAsync("1"));

        await world.Book.SendAsync("setBroken(bool)", false);
        await world.Keepers.BecomesAsync(async () => await world.TotalAsync() == 1, () => world.TickAsync(app));
    }

    [Theory]
    [InlineData(0x20, 0x7fffffff)] // 64 bytes that promise 64 GiB: 32 times that wraps around in the library.
    [InlineData(0x20, 0x08000000)]
    [InlineData(0x20, 1)]
    [InlineData(0, 0)]
    [InlineData(0x7fffffff, 1)]
    public async Task A_view_that_answers_what_nobody_should_is_told_and_spoils_nothing(int offset, int length)
    {
        await using var world = await BookWorld.StartAsync(postgres);
        var app = world.Add();
        var (node, book) = (world.Keepers.Node, $"{world.Book.Address}");
        var code = (await node.Rpc.SendAsync("eth_getCode", [book, "latest"], KeeperWorld.Cancellation)).GetString()!;
        string[] hostile =
        [
            $"0x63{offset:x8}60005263{length:x8}60205260406000f3", // returns
            $"0x7f08c379a0{new string('0', 56)}60005263{offset:x8}60045263{length:x8}60245260446000fd", // reverts as Error(string) does
            "0x620200006000f3", // returns zeros, more than are read
            "0x60016000f3", // returns a byte
            "0x", // nobody is there
        ];
        foreach (var one in hostile)
        {
            await node.SetCodeAsync(book, one, KeeperWorld.Cancellation);
            var run = await world.TickAsync(app);
            Assert.Equal(("done", 0), (run.Outcome, run.Found));
        }

        Assert.Equal(["skipped:check_failed"], await world.DecisionsAsync(BookWorld.Name));
        await node.SetCodeAsync(book, code, KeeperWorld.Cancellation);
        await world.Keepers.BecomesAsync(async () => await world.TotalAsync() == 1, () => world.TickAsync(app));
    }

    [Fact]
    public async Task Nodes_that_are_away_end_the_run_and_nothing_else()
    {
        await using var world = await BookWorld.StartAsync(postgres);
        await using var node = await NodeProxy.StartAsync(world.Keepers.Node.Url, KeeperWorld.Cancellation);
        var app = world.Add(rpc: node.Url);
        node.Break();
        Assert.Equal("unavailable", (await app.RunAsync(BookWorld.Name)).Outcome);
        node.Heal();
        await world.Keepers.BecomesAsync(async () => await world.TotalAsync() == 1, () => world.TickAsync(app));
    }

    private static async Task<(int Found, int Sent)> CountAsync(KeeperInstance app)
    {
        var run = await app.RunAsync(BookWorld.Name);
        return (run.Found, run.Sent);
    }

    /// <summary>What one action is held at: twice the first offer for all of its gas.</summary>
    private static async Task<BigInteger> CostAsync(BookWorld world)
    {
        var quote = await world.Add().Engine.QuoteAsync(0, KeeperWorld.Cancellation);
        return (quote.Fees!.MaxPrice * 2 * 500_000).ToBigInteger();
    }
}
