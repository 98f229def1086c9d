using System.Text.Json.Nodes;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Tests.Transactions;
using Relayer.Core.Treasury.Deposits;
using Relayer.Core.Treasury.Reports;

namespace Relayer.Core.Tests.Treasury;

/// <summary>A council that pays from a real Safe, on nodes with traces of each kind and on one without any.</summary>
[Trait("needs", "services")]
public sealed class SafeDepositsTests(PostgresFixture postgres)
{
    private static readonly string[] TraceMethods = ["trace_block", "debug_traceBlockByHash", "debug_traceTransaction"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("trace_block")]
    [InlineData("debug_traceBlockByHash")]
    [InlineData("debug_traceTransaction")]
    public async Task A_payment_of_a_Safe_is_explained_by_the_traces_that_a_node_has(string has)
    {
        await using var setting = await SettingAsync(refused: [.. TraceMethods.Except([has])]);
        var paid = HashOf(await setting.Safe.PayAsync(setting.World.Council.Address, 5 * GasWorld.Milli));

        var deposit = Assert.Single(await setting.DepositsAsync());
        Assert.Equal((setting.World.Council.Address, new Wei(UInt256.From(5 * GasWorld.Milli))), (deposit.Account, deposit.Amount));
        Assert.Equal((paid, setting.Safe.Address, DepositEvidence.Trace), (deposit.Hash!.Value, deposit.Sender!.Value, deposit.Evidence));
        Assert.Empty(await setting.World.OpenIncidentsAsync());
        await setting.AssertExactAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_MultiSend_to_the_wallet_and_two_signers_is_a_deposit_to_each_of_them(bool hasTraces)
    {
        await using var setting = await SettingAsync(hasTraces ? [] : TraceMethods, signers: 2, nameThePayer: true);
        var (council, one, other) = (setting.World.Council.Address, setting.World.Keys[0].Address, setting.World.Keys[1].Address);
        var paid = HashOf(await setting.Safe.PayTogetherAsync((one, 3), (council, 100), (Plans.Nobody, 7), (other, 4), (council, 11)));

        var deposits = await setting.DepositsAsync();
        Assert.Equal(
            new[] { (council, new Wei(111)), (one, new Wei(3)), (other, new Wei(4)) }.OrderBy(item => item.Item2),
            deposits.Select(deposit => (deposit.Account, deposit.Amount)).OrderBy(item => item.Amount));
        Assert.All(deposits, deposit => Assert.Equal(
            (paid, setting.Safe.Address, hasTraces ? DepositEvidence.Trace : DepositEvidence.Event),
            (deposit.Hash!.Value, deposit.Sender!.Value, deposit.Evidence)));
        Assert.Empty(await setting.World.OpenIncidentsAsync());
        await setting.AssertExactAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_traces_the_events_of_a_named_payer_and_what_it_signed_explain_it(bool isForRollups)
    {
        await using var setting = await SettingAsync(TraceMethods, nameThePayer: true, isForRollups: isForRollups);
        await setting.World.Node.SetAutomineAsync(false, Cancellation);
        var paying = (await setting.World.Node.AccountsAsync(Cancellation))[0];
        var one = setting.Safe.PayAsync(setting.World.Council.Address, 30);
        await PoolHasAsync(setting.World.Node, 1); // One account sends both: each needs its nonce.
        var other = setting.Safe.PayAsync(setting.World.Council.Address, 12);
        await PoolHasAsync(setting.World.Node, 2);
        await setting.World.Node.Rpc.SendAsync(
            "eth_sendTransaction", [new { from = paying, to = $"{setting.World.Council.Address}", value = "0x5" }], Cancellation);
        await PoolHasAsync(setting.World.Node, 3);
        await setting.World.Node.MineAsync(1, Cancellation); // All three in one block.
        await setting.World.Node.SetAutomineAsync(true, Cancellation);

        var deposits = (await setting.DepositsAsync()).OrderBy(deposit => deposit.Amount).ToArray();
        Assert.Equal([new Wei(5), new Wei(12), new Wei(30)], deposits.Select(deposit => deposit.Amount));
        Assert.Equal([DepositEvidence.Transfer, DepositEvidence.Event, DepositEvidence.Event], deposits.Select(deposit => deposit.Evidence));
        Assert.Equal([Address.Parse(paying), setting.Safe.Address, setting.Safe.Address], deposits.Select(deposit => deposit.Sender!.Value));
        Assert.Equal([HashOf(await other), HashOf(await one)], deposits[1..].Select(deposit => deposit.Hash!.Value));
        Assert.Empty(await setting.World.OpenIncidentsAsync());
        await setting.AssertExactAsync();
    }

    [Fact]
    public async Task Without_traces_and_without_a_named_payer_it_stays_an_incident_that_says_what_would_explain_the_next()
    {
        await using var setting = await SettingAsync(TraceMethods);
        await setting.Safe.PayAsync(setting.World.Council.Address, 42);

        var deposit = Assert.Single(await setting.DepositsAsync());
        Assert.Equal((null, null, DepositEvidence.None), (deposit.Hash, deposit.Sender, deposit.Evidence));
        var incident = Assert.Single(await setting.World.OpenIncidentsAsync()).Report;
        Assert.Equal("unexplained_gain", incident.Kind);
        Assert.Contains("TopUps:Payers", incident.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, DepositEvidence.Event)]
    [InlineData(9, DepositEvidence.None)] // It was given as much: its balance says nothing of who paid.
    public async Task A_payer_that_is_no_Safe_explains_it_by_an_event_and_its_balance(int given, DepositEvidence expected)
    {
        var payer = Plans.Account(0xb3);
        await using var setting = await SettingAsync(TraceMethods, otherPayer: payer);
        var (node, council) = (setting.World.Node, setting.World.Council.Address);
        await node.SetCodeAsync($"{payer}", $"0x{Pay(council, 9)}5060006000a000", Cancellation); // And LOG0.
        await node.SetBalanceAsync($"{payer}", 1_000, Cancellation);
        await node.MineAsync(1, Cancellation);
        var from = (await node.AccountsAsync(Cancellation))[0];
        await node.Rpc.SendAsync("eth_sendTransaction", [new { from, to = $"{payer}", value = $"0x{given:x}", gas = "0x100000" }], Cancellation);

        var deposit = Assert.Single(await setting.DepositsAsync());
        Assert.Equal(expected, deposit.Evidence);
        Assert.Equal(expected == DepositEvidence.Event ? payer : null, deposit.Sender);
        Assert.Equal(expected == DepositEvidence.None, (await setting.World.OpenIncidentsAsync()).Any(open => open.Report.Kind == "unexplained_gain"));
    }

    [Fact]
    public async Task Nor_does_a_named_payer_explain_what_somebody_else_paid_in_the_same_block()
    {
        await using var setting = await SettingAsync(TraceMethods, nameThePayer: true);
        var stranger = await DevSafe.DeployAsync(setting.World.Node, 1_000, cancellation: Cancellation);
        await setting.World.Node.SetAutomineAsync(false, Cancellation);
        var ours = setting.Safe.PayAsync(Plans.Nobody, 10);
        await PoolHasAsync(setting.World.Node, 1);
        var theirs = stranger.PayAsync(setting.World.Council.Address, 42);
        await PoolHasAsync(setting.World.Node, 2);
        await setting.World.Node.MineAsync(1, Cancellation);
        await setting.World.Node.SetAutomineAsync(true, Cancellation);
        await Task.WhenAll(ours, theirs);

        Assert.Equal(DepositEvidence.None, Assert.Single(await setting.DepositsAsync()).Evidence);
        Assert.Equal("unexplained_gain", Assert.Single(await setting.World.OpenIncidentsAsync()).Report.Kind);
    }

    [Fact]
    public async Task A_payment_that_a_reverted_call_took_back_is_none()
    {
        await using var setting = await SettingAsync([]);
        var council = setting.World.Council.Address;
        var payer = Plans.Account(0xb1); // Pays one wei, then reverts.
        var caller = Plans.Account(0xb2); // Calls that with a wei, and pays two whatever came of it.
        await setting.World.Node.SetCodeAsync($"{payer}", $"0x{Pay(council, 1)}60006000fd", Cancellation);
        await setting.World.Node.SetCodeAsync($"{caller}", $"0x{Pay(payer, 1)}50{Pay(council, 2)}00", Cancellation);
        await setting.World.Node.SetBalanceAsync($"{caller}", 1_000, Cancellation);
        await setting.World.Node.SetBalanceAsync($"{payer}", 1_000, Cancellation);
        var from = (await setting.World.Node.AccountsAsync(Cancellation))[0];
        await setting.World.Node.Rpc.SendAsync("eth_sendTransaction", [new { from, to = $"{caller}", gas = "0x100000" }], Cancellation);

        var deposit = Assert.Single(await setting.DepositsAsync());
        Assert.Equal((new Wei(2), caller), (deposit.Amount, deposit.Sender!.Value));
        Assert.Empty(await setting.World.OpenIncidentsAsync());
    }

    [Fact]
    public async Task A_method_that_a_node_refuses_is_not_asked_for_again_the_next_time()
    {
        await using var setting = await SettingAsync(TraceMethods, nameThePayer: true);
        await setting.Safe.PayAsync(setting.World.Council.Address, 1);
        await setting.DepositsAsync();
        var once = setting.Refusals;

        await setting.Safe.PayAsync(setting.World.Council.Address, 2);
        Assert.Equal(2, (await setting.DepositsAsync()).Count);

        Assert.Equal(3, once);
        Assert.Equal(once, setting.Refusals);
    }

    [Fact]
    public async Task While_no_node_shows_the_block_nothing_is_concluded_and_then_it_is_explained()
    {
        await using var setting = await SettingAsync(TraceMethods, nameThePayer: true);
        await setting.Safe.PayAsync(setting.World.Council.Address, 9);
        setting.Refuse([.. TraceMethods, "eth_getLogs"]);
        Assert.Empty(await setting.DepositsAsync());
        Assert.Empty(await setting.World.OpenIncidentsAsync());

        setting.Refuse(TraceMethods);
        Assert.Equal(DepositEvidence.Event, Assert.Single(await setting.DepositsAsync()).Evidence);
        Assert.Empty(await setting.World.OpenIncidentsAsync());
    }

    [Fact]
    public async Task A_silent_provider_that_may_have_traces_is_waited_for_an_hour_where_nothing_else_explains_it()
    {
        await using var setting = await SettingAsync(TraceMethods, hasSecond: true);
        setting.Second.Break();
        await setting.Safe.PayAsync(setting.World.Council.Address, 9);

        Assert.Empty(await setting.DepositsAsync());
        Assert.DoesNotContain(await setting.World.OpenIncidentsAsync(), open => open.Report.Kind == "unexplained_gain");

        setting.World.Time.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal(DepositEvidence.None, Assert.Single(await setting.DepositsAsync()).Evidence);
        Assert.Contains(await setting.World.OpenIncidentsAsync(), open => open.Report.Kind == "unexplained_gain");
    }

    [Fact]
    public async Task It_is_not_waited_for_while_money_is_missing_too()
    {
        await using var setting = await SettingAsync(TraceMethods, hasSecond: true);
        setting.Second.Break();
        await setting.Safe.PayAsync(setting.World.Signer, 9);
        await setting.World.Node.SetBalanceAsync($"{setting.World.Signer}", 5 * GasWorld.Milli, Cancellation);

        await setting.DepositsAsync();
        Assert.Contains(await setting.World.OpenIncidentsAsync(), open => open.Report.Kind == "unexplained_loss");
    }

    [Fact]
    public async Task A_silent_provider_is_not_waited_for_where_the_payers_events_explain_it_and_explains_it_once_it_is_back()
    {
        await using var setting = await SettingAsync(TraceMethods, hasSecond: true, nameThePayer: true);
        setting.Second.Break();
        await setting.Safe.PayAsync(setting.World.Council.Address, 9);
        Assert.Equal(DepositEvidence.Event, Assert.Single(await setting.DepositsAsync()).Evidence);

        setting.Second.Heal();
        setting.World.Time.Advance(TimeSpan.FromMinutes(2)); // It is asked again after a while.
        await setting.Safe.PayAsync(setting.World.Council.Address, 10);
        Assert.Equal(DepositEvidence.Trace, (await setting.DepositsAsync()).MaxBy(deposit => deposit.Id)!.Evidence);
        Assert.DoesNotContain(await setting.World.OpenIncidentsAsync(), open => open.Report.Kind == "unexplained_gain");
    }

    [Fact]
    public async Task Traces_that_do_not_explain_what_came_are_not_the_last_word_on_what_a_transaction_carried()
    {
        await using var setting = await SettingAsync(TraceMethods, hasSecond: true, isSecondFirst: true);
        Falsify(setting.Second);
        await setting.World.Node.Rpc.SendAsync(
            "eth_sendTransaction",
            [new { from = (await setting.World.Node.AccountsAsync(Cancellation))[0], to = $"{setting.World.Council.Address}", value = "0x9" }], Cancellation);

        var deposit = Assert.Single(await setting.DepositsAsync());
        Assert.Equal((new Wei(9), DepositEvidence.Transfer), (deposit.Amount, deposit.Evidence));
        Assert.Empty(await setting.World.OpenIncidentsAsync());
    }

    [Fact]
    public async Task Traces_that_do_not_explain_what_came_are_asked_of_the_next_provider()
    {
        await using var setting = await SettingAsync([], hasSecond: true, isSecondFirst: true);
        Falsify(setting.Second);
        await setting.Safe.PayAsync(setting.World.Council.Address, 9);

        var deposit = Assert.Single(await setting.DepositsAsync());
        Assert.Equal((new Wei(9), setting.Safe.Address, DepositEvidence.Trace), (deposit.Amount, deposit.Sender!.Value, deposit.Evidence));
        Assert.Empty(await setting.World.OpenIncidentsAsync());
    }

    private static void Falsify(NodeProxy node) => node.Alter((method, _, reply) =>
    {
        foreach (var trace in method == "trace_block" && reply["result"] is JsonArray traces ? traces : [])
        {
            trace!["action"]!["value"] = "0x1";
        }

        return reply;
    });

    private async Task<Setting> SettingAsync(
        IReadOnlyList<string> refused, int signers = 1, bool nameThePayer = false, bool isForRollups = false, Address? otherPayer = null,
        bool hasSecond = false, bool isSecondFirst = false)
    {
        CrookedNode? proxy = null;
        NodeProxy? second = null;
        DevSafe? safe = null;
        var world = await GasWorld.StartAsync(
            postgres, signers, rpc: async node =>
            {
                proxy = await CrookedNode.StartAsync(node);
                safe = await DevSafe.DeployAsync(node, 1_000 * GasWorld.Milli, isForRollups, Cancellation);
                second = await NodeProxy.StartAsync(node.Url, Cancellation);
                Uri[] both = [proxy.Url, new Uri(second.Url)];
                return hasSecond ? isSecondFirst ? [both[1], both[0]] : both : [proxy.Url];
            });
        if (nameThePayer)
        {
            world.Chain.TopUps.Payers.Add(safe!.Address);
        }

        if (otherPayer is { } named)
        {
            world.Chain.TopUps.Payers.Add(named);
        }

        var setting = new Setting(world, proxy!, second!, safe!);
        setting.Refuse([.. refused]);
        await world.ReconcileAsync();
        return setting;
    }

    private static async Task PoolHasAsync(AnvilNode node, int transactions) => Assert.True(await DevChain.Processes.Poll.UntilAsync(
        async () => (await node.Rpc.SendAsync("txpool_status", [], Cancellation)).GetProperty("pending").GetString() == $"0x{transactions:x}",
        TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(20), Cancellation));

    private static Hash32 HashOf(System.Text.Json.JsonElement receipt) => Hash32.Parse(receipt.GetProperty("transactionHash").GetString()!);

    // CALL(gas, to, wei, 0, 0, 0, 0)
    private static string Pay(Address to, byte wei) => $"600060006000600060{wei:x2}73{Convert.ToHexStringLower(to.ToArray())}5af1";

    private sealed class Setting(GasWorld world, CrookedNode proxy, NodeProxy second, DevSafe safe) : IAsyncDisposable
    {
        private int _refusals;

        public GasWorld World => world;

        public DevSafe Safe => safe;

        /// <summary>The provider behind the one that refuses, which refuses nothing.</summary>
        public NodeProxy Second => second;

        public int Refusals => Volatile.Read(ref _refusals);

        public void Refuse(params string[] methods) => proxy.Lie = (method, _) =>
        {
            if (!methods.Contains(method))
            {
                return null;
            }

            Interlocked.Increment(ref _refusals);
            return new JsonObject
            {
                ["error"] = new JsonObject { ["code"] = -32601, ["message"] = $"the method {method} does not exist/is not available" },
            };
        };

        public async Task<IReadOnlyList<Deposit>> DepositsAsync()
        {
            await world.Node.MineAsync(3, Cancellation);
            await world.ReconcileAsync();
            return (await world.Get<GasReport>().ReadAsync(Cancellation)).Chains[0].Deposits;
        }

        public async Task AssertExactAsync()
        {
            await world.Node.MineAsync(1, Cancellation);
            Assert.Equal(world.Keys.Count + 1, await world.ReconcileAsync());
        }

        public async ValueTask DisposeAsync()
        {
            await world.DisposeAsync();
            await proxy.DisposeAsync();
            await second.DisposeAsync();
        }
    }
}
