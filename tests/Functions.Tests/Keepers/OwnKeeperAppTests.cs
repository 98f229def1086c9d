using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using DevChain;
using Functions.Tests.Admin;
using Functions.Tests.Relay;
using Relayer.Core.Crashes;

namespace Functions.Tests.Keepers;

/// <summary>The app with the sample keeper, as <c>samples/BookKeeper</c> puts it together: a class and a line.</summary>
[Trait("needs", "services")]
public sealed class OwnKeeperAppTests(IsolatedStacks stacks) : IClassFixture<IsolatedStacks>
{
    /// <summary>Every place that the work of such a keeper comes by.</summary>
    private static readonly string[] Points =
    [
        CrashPoints.KeeperBegun, CrashPoints.KeeperFound, CrashPoints.KeeperDue, CrashPoints.KeeperPlanned, CrashPoints.KeeperDecided,
        CrashPoints.KeeperHeld, CrashPoints.KeeperReserved, CrashPoints.SubmitSigned, CrashPoints.SubmitStored, CrashPoints.SubmitBroadcast,
        CrashPoints.SubmitMarked, CrashPoints.KeeperSent, CrashPoints.OutcomeRead, CrashPoints.OutcomeDecided, CrashPoints.OutcomeSettled,
        CrashPoints.RecordCommitted,
    ];

    private static readonly string Program = FunctionApp.BuiltProgram
        .Replace(RepositoryRoot.Combine("src", "SelfHost"), RepositoryRoot.Combine("samples", "BookKeeper"), StringComparison.Ordinal)
        .Replace("SelfHost.dll", "BookKeeper.dll", StringComparison.Ordinal);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_work_is_done_by_the_one_timer_and_it_is_seen_and_paused_as_all_keepers_are()
    {
        var book = await DeployAsync(1);
        await using var stack = await stacks.SettleAsync(Settings(book, ("GasLimt", "1")), program: Program);
        await WonAsync(stack, 1);

        Assert.Equal(1UL, await book.NumberAsync("settledBy(address)", stack.Signer.Address));
        var keeper = Assert.Single((await Reply.GetAsync(stack.Http, "api/keepers")).Json["keepers"]!.AsArray());
        Assert.Equal("book", (string?)keeper!["name"]);
        var decisions = (await Reply.GetAsync(stack.Http, "api/keepers/book/decisions")).Json["decisions"]!.AsArray();
        Assert.Equal(["won", "sent", "found"], decisions.Select(decision => (string?)decision!["decision"]));
        Assert.Contains("book", await stack.Http.GetStringAsync("api/council", Cancellation), StringComparison.Ordinal);
        Assert.Contains("The setting Chains:local:Keepers:Book:GasLimt is not known", stack.App.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Keepers:Book:Book is not known", stack.App.Output, StringComparison.Ordinal);

        using var admin = new AdminClient(stack.App);
        Assert.Equal(200, (await admin.PostAsync("keepers/book/pause")).Status);
        Assert.True(await RelayWorld.BecomesAsync(async () => await StandingAsync(stack) is { } now && (string?)now["lastOutcome"] == "paused"), stack.App.Output);
        await book.SendAsync("add(uint256)", 1UL);
        Assert.Equal(200, (await admin.PostAsync("keepers/book/resume")).Status);
        await WonAsync(stack, 2);
    }

    [Fact]
    public async Task What_is_wrong_with_its_settings_keeps_the_app_from_starting_with_all_other_faults()
    {
        var settings = new Dictionary<string, string>(Settings(new DevContract(stacks.Stack.Node, default)))
        {
            ["Chains__local__Keepers__Book__Book"] = "0x12",
            ["Chains__local__Confirmations"] = "-1",
        };
        var fault = await Assert.ThrowsAsync<DevChainException>(() => stacks.SettleAsync(settings, program: Program));
        Assert.Contains("Chains:local:Keepers:book:Book: is not an address", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Chains:local:Confirmations: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_at_every_place_that_its_work_comes_by_each_piece_is_done_once_and_every_wei_is_accounted_for()
    {
        var book = await DeployAsync(0);
        await using var stack = await stacks.SettleAsync(Settings(book), program: Program);
        await stack.App.WaitUntilReadyAsync(Cancellation);
        await stack.App.KillAsync();
        foreach (var point in Points)
        {
            await book.SendAsync("add(uint256)", 1UL);
            await DieAsync(stack, point);
        }

        await using var last = await FunctionApp.StartAsync(stack.Settings, program: Program, cancellation: Cancellation);
        await WonAsync(stack, Points.Length);
        Assert.Equal((ulong)Points.Length, await book.NumberAsync("settledBy(address)", stack.Signer.Address));
        Assert.Equal((long)Points.Length, await stack.World.AskAsync("select count(*) from transactions where purpose = 'book'"));
        Assert.Equal((long)Points.Length, await stack.World.AskAsync("select count(*) from keeper_decisions where decision = 'sent'"));
        Assert.Equal(0L, await stack.World.AskAsync("select count(*) from keeper_budgets where held <> 0"));
        var paid = (IsolatedStack.Ether * BigInteger.Pow(10, 18)) - await stacks.Stack.Node.BalanceAsync($"{stack.Signer.Address}", Cancellation);
        Assert.Equal($"{paid}", await stack.World.AskAsync("select sum(spent)::text from keeper_budgets"));
    }

    [Fact]
    public async Task A_process_without_such_keepers_never_loads_Nethereum()
    {
        await using var stack = await stacks.SettleAsync();
        await stack.App.WaitUntilReadyAsync(Cancellation);
        Assert.Equal(202, (await Reply.PostAsync(stack.Http, "api/relay", stack.World.Post(stack.World.Infinex, new Wallet()))).Status);
        Assert.True(await RelayWorld.BecomesAsync(async () => await stack.World.AskAsync("select count(*) from relays where state < 3") is 0L));
        Assert.DoesNotContain("Nethereum.", await MapsAsync(stack.App), StringComparison.Ordinal);

        // The same look sees it where it is.
        await using var other = await stacks.SettleAsync(Settings(await DeployAsync(1)), program: Program);
        await WonAsync(other, 1);
        Assert.Contains("Nethereum.Web3.dll", await MapsAsync(other.App), StringComparison.Ordinal);
    }

    private static async Task DieAsync(IsolatedStack stack, string point)
    {
        var settings = new Dictionary<string, string>(stack.Settings) { ["CrashPoints__At"] = point };
        try
        {
            await using var app = await FunctionApp.StartAsync(settings, program: Program, cancellation: Cancellation);
            Assert.True(await RelayWorld.BecomesAsync(() => Task.FromResult(!app.IsRunning), 90), $"{point} is never reached:\n{app.Output}");
        }
        catch (DevChainException dead)
        {
            // Before anybody asked whether it is well; but by nothing else.
            Assert.DoesNotContain("configuration", dead.Message, StringComparison.Ordinal);
        }
    }

    private static async Task WonAsync(IsolatedStack stack, int count) => Assert.True(
        await RelayWorld.BecomesAsync(async () => await stack.World.AskAsync("select count(*) from keeper_work where state = 2") is long won && won == count, 120),
        stack.App.Output);

    private static async Task<JsonNode?> StandingAsync(IsolatedStack stack) =>
        (await Reply.GetAsync(stack.Http, "api/keepers")).Json["keepers"]!.AsArray().Single();

    private static Task<string> MapsAsync(FunctionApp app) =>
        File.ReadAllTextAsync(string.Create(CultureInfo.InvariantCulture, $"/proc/{app.ProcessId}/maps"), Cancellation);

    private async Task<DevContract> DeployAsync(ulong entries)
    {
        var book = await DevContract.DeployAsync(stacks.Stack.Node, "DueBook");
        await book.SendAsync("add(uint256)", entries);
        return book;
    }

    private static Dictionary<string, string> Settings(DevContract book, params (string Key, string Value)[] more)
    {
        var settings = new Dictionary<string, string>(AdminClient.Settings)
        {
            ["Schedules__RunKeepers"] = "* * * * * *",
            ["Schedules__Confirm"] = "* * * * * *",
        };
        (string Key, string Value)[] all =
        [
            ("Book", $"{book.Address}"), ("Every", "00:00:01"), ("Grace", "00:00:00"), ("MaxLossPerActionWei", $"{BigInteger.Pow(10, 18)}"),
            ("MaxLossPerDayWei", $"{BigInteger.Pow(10, 20)}"), .. more,
        ];
        foreach (var (key, value) in all)
        {
            settings[$"Chains__{AppSettings.ChainName}__Keepers__Book__{key}"] = value;
        }

        return settings;
    }
}
