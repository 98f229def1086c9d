using System.Numerics;
using System.Text.Json.Nodes;
using DevChain;
using Functions.Tests.Admin;
using Functions.Tests.Relay;

namespace Functions.Tests.Treasury;

/// <summary>Top-ups and incidents in the running app, with an operator at it.</summary>
[Collection(AdminCollection.Name)]
public sealed class GasOperationTests(IsolatedStacks stacks)
{
    private static readonly BigInteger Milli = BigInteger.Pow(10, 15);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_signer_drained_by_another_hand_pauses_waits_for_a_person_is_refilled_and_goes_on()
    {
        var council = DevKey.Create();
        await stacks.Stack.Node.SetBalanceAsync(council.Address.ToString(), 10_000 * Milli, Cancellation);
        await using var stack = await stacks.SettleAsync(new Dictionary<string, string>(AdminClient.Settings)
        {
            ["Chains__local__Council__Key"] = council.PrivateKey,
            ["Schedules__ReadBalances"] = "*/2 * * * * *",
            ["Schedules__TopUpSigners"] = "1/2 * * * * *",
        });
        using var admin = new AdminClient(stack.App);
        await stack.PostUntilTakenAsync(stack.World.Post(stack.World.OpenZeppelin, new Wallet()));
        await BecomesAsync(stack, gas => Account(gas, "signer")?["books"] is not null);

        await stacks.Stack.Node.SetBalanceAsync(stack.Signer.Address.ToString(), 1, Cancellation);
        await BecomesAsync(stack, gas => (bool?)Account(gas, "signer")?["isPaused"] == true && Incident(gas, "unexplained_loss") is not null);
        (await Reply.PostAsync(stack.Http, "api/relay", stack.World.Post(stack.World.OpenZeppelin, new Wallet()))).AssertProblem(503, "signers_exhausted");
        var gas = await GetAsync(stack);
        Assert.Equal("critical", (string?)gas["status"]);
        Assert.Empty(gas["chains"]![0]!["topUps"]!["newest"]!.AsArray());

        var id = (long)Incident(gas, "unexplained_loss")!["id"]!;
        var cleared = await admin.PostAsync($"incidents/{id}/clear", "a test drained it");
        Assert.Equal((200, AdminClient.Name), (cleared.Status, cleared["closedBy"]));
        Assert.Equal(("incident.clear", "a test drained it", "done"), (await admin.AuditAsync(1)).Select(entry => (entry.Action, entry.Reason, entry.Outcome)).Single());
        (await admin.PostAsync($"incidents/{id}/clear", "again")).AssertProblem(404, "unknown_incident");

        await BecomesAsync(stack, now => (bool?)Account(now, "signer")?["isPaused"] == false
            && (string?)now["chains"]![0]!["topUps"]!["newest"]!.AsArray().FirstOrDefault()?["state"] == "received");
        await stack.PostUntilTakenAsync(stack.World.Post(stack.World.OpenZeppelin, new Wallet()));
        var topUp = (await GetAsync(stack))["chains"]![0]!["topUps"]!["newest"]!.AsArray().Single()!;
        Assert.Equal(topUp["requested"]!.ToJsonString(), topUp["received"]!.ToJsonString());
        Assert.Equal(council.Address.ToString(), (string?)topUp["council"]);
        var listed = (await Reply.GetAsync(stack.Http, "api/gas/top-ups")).Json["topUps"]!.AsArray();
        Assert.Equal(topUp["transactionHash"]!.ToString(), listed.Single()!["transactionHash"]!.ToString());
    }

    [Fact]
    public async Task A_payment_of_the_councils_Safe_is_a_deposit_that_says_who_paid_and_is_no_incident()
    {
        var council = DevKey.Create();
        await using var stack = await stacks.SettleAsync(new Dictionary<string, string>(AdminClient.Settings)
        {
            ["Chains__local__Council__Key"] = council.PrivateKey,
            ["Schedules__ReadBalances"] = "*/2 * * * * *",
        });
        var safe = await DevSafe.DeployAsync(stacks.Stack.Node, 1_000 * Milli, cancellation: Cancellation);
        await BecomesAsync(stack, gas => Account(gas, "council")?["books"] is not null);

        var receipt = await safe.PayAsync(council.Address, 250 * Milli);
        await stacks.Stack.Node.MineAsync(3, Cancellation);
        await BecomesAsync(stack, gas => DepositTo(gas) is not null);

        var deposit = DepositTo(await GetAsync(stack))!;
        Assert.Equal((250 * Milli).ToString(System.Globalization.CultureInfo.InvariantCulture), (string?)deposit["amount"]!["wei"]);
        Assert.Equal((safe.Address.ToString(), "trace"), ((string?)deposit["sender"], (string?)deposit["evidence"]));
        Assert.Equal(receipt.GetProperty("transactionHash").GetString(), (string?)deposit["transactionHash"]);
        Assert.Null(Incident(await GetAsync(stack), "unexplained_gain"));
        var page = "";
        Assert.True(
            await RelayWorld.BecomesAsync(
                async () => (page = await stack.Http.GetStringAsync(new Uri("api/council", UriKind.Relative), Cancellation))
                    .Contains("a provider's trace", StringComparison.Ordinal)),
            page);
        Assert.Contains(safe.Address.ToString(), page, StringComparison.Ordinal);

        JsonNode? DepositTo(JsonNode gas) =>
            gas["chains"]![0]!["deposits"]!.AsArray().FirstOrDefault(item => (string?)item!["account"] == council.Address.ToString());
    }

    [Fact]
    public async Task Operators_pause_top_ups_and_the_council_sees_it()
    {
        await using var stack = await stacks.SettleAsync(AdminClient.Settings);
        using var admin = new AdminClient(stack.App);
        using var stranger = new AdminClient(stack.App, key: null);

        Assert.Equal(401, (await stranger.PostAsync("top-ups/pause")).Status);
        Assert.Equal(401, (await stranger.PostAsync("incidents/1/clear")).Status);
        Assert.Equal(200, (await admin.PostAsync("top-ups/pause", "looking into it")).Status);
        await BecomesAsync(stack, gas => (bool)gas["chains"]![0]!["topUps"]!["isStopped"]!);
        Assert.Equal(200, (await admin.PostAsync("top-ups/resume", "all is well")).Status);
        await BecomesAsync(stack, gas => !(bool)gas["chains"]![0]!["topUps"]!["isStopped"]!);
        Assert.Equal(["top_ups.resume", "top_ups.pause"], (await admin.AuditAsync(2)).Select(entry => entry.Action));
    }

    private static JsonNode? Account(JsonNode gas, string role) =>
        gas["chains"]![0]!["accounts"]!.AsArray().FirstOrDefault(account => (string?)account!["role"] == role);

    private static JsonNode? Incident(JsonNode gas, string kind) =>
        gas["incidents"]!["open"]!.AsArray().FirstOrDefault(incident => (string?)incident!["kind"] == kind);

    private static async Task<JsonNode> GetAsync(IsolatedStack stack) => (await Reply.GetAsync(stack.Http, "api/gas")).Json;

    private static async Task BecomesAsync(IsolatedStack stack, Func<JsonNode, bool> isSo)
    {
        JsonNode? last = null;
        Assert.True(await RelayWorld.BecomesAsync(async () => isSo(last = await GetAsync(stack)), 60), last?.ToJsonString());
    }
}
