using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using DevChain;
using DevChain.Abi;
using Functions.Tests.Admin;
using Functions.Tests.Relay;

namespace Functions.Tests.Keepers;

/// <summary>The keepers as they run: by their timers, in the app.</summary>
[Trait("needs", "services")]
public sealed class KeeperAppTests(IsolatedStacks stacks) : IClassFixture<IsolatedStacks>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_order_and_an_upkeep_are_done_by_the_timers_and_everybody_can_read_why()
    {
        await using var hermes = await StartHermesAsync();
        var perps = await DevPerps.DeployAsync(stacks.Stack.Node, windowSeconds: 3_600);
        var upkeep = await DevContract.DeployAsync(stacks.Stack.Node, "CountingUpkeep", "constructor(uint256)", 1UL);
        await using var stack = await stacks.SettleAsync(Settings(perps, hermes, upkeep));
        await perps.FundAsync(1, 1_000);
        await perps.CommitAsync(1, 2, 2_100);

        Assert.True(await RelayWorld.BecomesAsync(async () => await CountAsync(stack, "settlement", "won") == 1, 90), stack.App.Output);
        Assert.True(await RelayWorld.BecomesAsync(async () => await CountAsync(stack, "upkeeps", "won") > 0, 60), stack.App.Output);
        Assert.Equal(2 * BigInteger.Pow(10, 18), await perps.SizeAsync(1));
        Assert.Equal(BigInteger.Pow(10, 18) / 2, await perps.RewardsAsync(stack.Signer.Address));

        var keepers = (await Reply.GetAsync(stack.Http, "api/keepers")).Json["keepers"]!.AsArray();
        Assert.Equal(["liquidation", "settlement", "upkeeps"], keepers.Select(keeper => (string?)keeper!["name"]).Order());
        var runs = (await Reply.GetAsync(stack.Http, "api/keepers/upkeeps/runs?limit=1")).Json;
        Assert.Equal("done", (string?)Assert.Single(runs["runs"]!.AsArray())!["outcome"]);
        var earlier = (await Reply.GetAsync(stack.Http, $"api/keepers/upkeeps/decisions?limit=2&cursor={long.MaxValue}")).Json;
        Assert.Equal(2, earlier["decisions"]!.AsArray().Count);
        Assert.NotNull((string?)earlier["nextCursor"]);
        var decisions = await DecisionsAsync(stack, "settlement");
        Assert.Equal("won", (string?)decisions[0]!["decision"]);
        Assert.NotNull((string?)decisions[0]!["transactionHash"]);
        var unknown = await Reply.GetAsync(stack.Http, "api/keepers/nobody/runs");
        unknown.AssertProblem(404, "unknown_keeper");
        Assert.EndsWith("liquidation, settlement, upkeeps.", (string?)unknown.Json["detail"], StringComparison.Ordinal);
        (await Reply.GetAsync(stack.Http, "api/keepers/settlement/runs?limit=0")).AssertProblem(400, "malformed_request");
        await AssertPausesAsync(stack, upkeep);
    }

    [Fact]
    public async Task An_account_under_water_is_liquidated_by_the_timer()
    {
        await using var hermes = await StartHermesAsync();
        var perps = await DevPerps.DeployAsync(stacks.Stack.Node, windowSeconds: 3_600);
        var settings = perps.Settings(hermes, graceSeconds: 0);
        settings["Schedules__LiquidateAccounts"] = "* * * * * *";
        await using var stack = await stacks.SettleAsync(settings);
        await perps.FundAsync(1, 5_000);
        await perps.CommitAsync(1, 10, 2_100);
        Assert.True(await RelayWorld.BecomesAsync(async () => await CountAsync(stack, "settlement", "won") == 1, 90), stack.App.Output);

        // The price falls by half, on the chain too.
        hermes.Prices[DevPerps.Feed] = _ => 1000_00000000;
        await perps.Pyth.SendAsync("setFee(uint256)", 0UL);
        await perps.Pyth.SendAsync("updatePriceFeeds(bytes[])", AbiValue.Of(hermes.Sign(DevPerps.Feed, hermes.Now(), hermes.Now() - 1)));
        Assert.True(await RelayWorld.BecomesAsync(async () => await CountAsync(stack, "liquidation", "won") == 1, 90), stack.App.Output);
        Assert.Equal(BigInteger.Zero, await perps.SizeAsync(1));
        Assert.Equal(BigInteger.Pow(10, 17) * 26, await perps.RewardsAsync(stack.Signer.Address));

        // The other side of RelayAloneTests: with keepers it is loaded, and seen to be.
        var mapped = await File.ReadAllTextAsync($"/proc/{stack.App.ProcessId}/maps", TestContext.Current.CancellationToken);
        Assert.Contains("Nethereum.ABI.dll", mapped, StringComparison.Ordinal);
    }

    [Fact]
    public async Task However_often_the_app_is_killed_each_order_is_settled_once()
    {
        const int Orders = 12;
        await using var hermes = await StartHermesAsync();
        var perps = await DevPerps.DeployAsync(stacks.Stack.Node, windowSeconds: 3_600);
        var settings = perps.Settings(hermes, graceSeconds: 0);
        settings["Chains__local__Keepers__Settlement__MaxOrders"] = "2";
        await using var stack = await stacks.SettleAsync(settings);
        var running = await stack.StartAnotherAppAsync();
        for (var account = 1UL; account <= Orders; account++)
        {
            await perps.FundAsync(account, 1_000);
        }

        var random = new Random(7);
        for (var round = 0; round < 4; round++)
        {
            for (var i = 1; i <= Orders / 4; i++)
            {
                await perps.CommitAsync((ulong)((round * Orders / 4) + i), 1, 2_100);
            }

            // The first one is killed too, and stays dead; another one takes its place.
            await Task.Delay(random.Next(1_500, 4_500), Cancellation);
            await (round == 0 ? stack.App : running).KillAsync();
            if (round > 0)
            {
                await running.DisposeAsync();
                running = await stack.StartAnotherAppAsync();
            }
        }

        await using var last = running;

        Assert.True(
            await RelayWorld.BecomesAsync(async () => (long)(await stack.World.AskAsync("select count(*) from keeper_work where state > 1"))! == Orders, 120),
            last.Output);
        Assert.Equal((long)Orders, await stack.World.AskAsync("select count(*) from keeper_work where state = 2"));
        Assert.Equal(Orders * BigInteger.Pow(10, 18) / 2, await perps.RewardsAsync(stack.Signer.Address));
        Assert.Equal(0L, await stack.World.AskAsync("select count(*) from keeper_budgets where held <> 0"));
    }

    private static async Task AssertPausesAsync(IsolatedStack stack, DevContract upkeep)
    {
        using var admin = new AdminClient(stack.App);
        Assert.Equal(200, (await admin.PostAsync("keepers/upkeeps/pause")).Status);
        (await admin.PostAsync("keepers/nobody/pause")).AssertProblem(404, "unknown_keeper");
        Assert.True(await RelayWorld.BecomesAsync(async () => await StandingAsync(stack) is { } keeper
            && (bool)keeper["paused"]! && (string?)keeper["lastOutcome"] == "paused" && (long)keeper["underWay"]! == 0));
        var count = await upkeep.NumberAsync("count()");
        await stack.World.RunsAsync("PerformUpkeeps");
        Assert.Equal(count, await upkeep.NumberAsync("count()"));
        Assert.Equal(200, (await admin.PostAsync("keepers/upkeeps/resume")).Status);
        Assert.True(await RelayWorld.BecomesAsync(async () => await upkeep.NumberAsync("count()") > count, 60));
    }

    private static async Task<JsonNode?> StandingAsync(IsolatedStack stack) =>
        (await Reply.GetAsync(stack.Http, "api/keepers")).Json["keepers"]!.AsArray().Single(keeper => (string?)keeper!["name"] == "upkeeps");

    private static async Task<int> CountAsync(IsolatedStack stack, string keeper, string decision) =>
        (await DecisionsAsync(stack, keeper)).Count(item => (string?)item!["decision"] == decision);

    private static async Task<JsonArray> DecisionsAsync(IsolatedStack stack, string keeper) =>
        (await Reply.GetAsync(stack.Http, $"api/keepers/{keeper}/decisions?limit=200")).Json["decisions"]!.AsArray();

    private static async Task<HermesStandIn> StartHermesAsync()
    {
        var hermes = await HermesStandIn.StartAsync(Cancellation);
        hermes.Prices[DevPerps.Feed] = _ => 2000_00000000;
        return hermes;
    }

    private static Dictionary<string, string> Settings(DevPerps perps, HermesStandIn hermes, DevContract upkeep)
    {
        var settings = new Dictionary<string, string>(perps.Settings(hermes, graceSeconds: 3))
        {
            ["Chains__local__Keepers__Upkeeps__counter__Address"] = upkeep.Address.ToString(),
            ["Chains__local__Keepers__Upkeeps__counter__Every"] = "00:00:01",
            ["Chains__local__Keepers__Upkeeps__counter__Grace"] = "00:00:00",
            ["Chains__local__Keepers__Upkeeps__counter__MaxLossPerActionWei"] = BigInteger.Pow(10, 18).ToString(CultureInfo.InvariantCulture),
            ["Chains__local__Keepers__Upkeeps__counter__MaxLossPerDayWei"] = BigInteger.Pow(10, 19).ToString(CultureInfo.InvariantCulture),
            ["Schedules__PerformUpkeeps"] = "* * * * * *",
        };
        foreach (var (key, value) in AdminClient.Settings)
        {
            settings[key] = value;
        }

        return settings;
    }
}
