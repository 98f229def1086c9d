using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DevChain;

namespace Functions.Tests.Relay;

/// <summary>Three providers of one real chain: the first is killed under load, one lies, one lags, all go and come back.</summary>
[Trait("needs", "services")]
public sealed class ProviderFailureTests(IsolatedStacks stacks) : IClassFixture<IsolatedStacks>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_preferred_provider_is_killed_under_load_and_nothing_is_lost()
    {
        await using var second = await NodeProxy.StartAsync(stacks.Stack.Node.Url, TestContext.Current.CancellationToken);
        await using var stack = await stacks.SettleAsync(Others(second));
        var world = stack.World;
        var posts = Enumerable.Range(0, 40).Select(async i =>
        {
            if (i == 20)
            {
                await stack.Node.DisposeAsync();
            }

            await Task.Delay(i * 10, Cancellation);
            var user = new Wallet();
            return (User: user, Reply: await stack.PostUntilTakenAsync(world.Post(world.Infinex, user)));
        });

        foreach (var (user, reply) in await Task.WhenAll(posts))
        {
            Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, reply["id"]!))["state"]);
            Assert.Single(await world.ExecutedAsync(user.Address));
        }

        await stack.AssertLedgerIsTheChainAsync(40);
        var ready = await Reply.GetAsync(stack.Http, "api/ready");
        Assert.Equal(200, ready.Status);
        Assert.Equal([false, true], Providers(ready).Select(provider => (bool)provider["healthy"]!));
    }

    [Fact]
    public async Task Whatever_one_of_three_does_relays_are_carried_out_once_and_readiness_says_which_it_is()
    {
        await using var second = await NodeProxy.StartAsync(stacks.Stack.Node.Url, TestContext.Current.CancellationToken);
        await using var third = await NodeProxy.StartAsync(stacks.Stack.Node.Url, TestContext.Current.CancellationToken);
        await using var stack = await stacks.SettleAsync(Others(second, third));
        var (world, done) = (stack.World, 0);
        await RelayAsync();
        foreach (var (fault, state) in Faults)
        {
            stack.Node.Garble(fault);
            Assert.True(
                await RelayWorld.BecomesAsync(async () => (string?)Providers(await Reply.GetAsync(stack.Http, "api/ready"))[0]["state"] == state),
                $"{state}: {(await Reply.GetAsync(stack.Http, "api/ready")).Text}");
            await RelayAsync();
            stack.Node.Heal();
        }

        Assert.True(
            await RelayWorld.BecomesAsync(
                async () => Providers(await Reply.GetAsync(stack.Http, "api/ready")).All(provider => (bool)provider["healthy"]!), 90));
        var ready = await Reply.GetAsync(stack.Http, "api/ready");
        Assert.Equal(
            new[] { stack.Node, second, third }.Select(node => new Uri(node.Url).Authority),
            Providers(ready).Select(provider => (string)provider["name"]!));
        Assert.All(Providers(ready), provider => Assert.Equal((31337, 0L), ((long)provider["chainId"]!, Math.Min(0, (long)provider["lag"]!))));
        await stack.AssertLedgerIsTheChainAsync(done);

        async Task RelayAsync()
        {
            var user = new Wallet();
            var posted = await stack.PostUntilTakenAsync(world.Post(world.OpenZeppelin, user));
            Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, posted["id"]!))["state"]);
            Assert.Single(await world.ExecutedAsync(user.Address));
            done++;
        }
    }

    [Fact]
    public async Task A_mined_transaction_stays_mined_while_the_preferred_provider_knows_nothing_of_it()
    {
        await using var second = await NodeProxy.StartAsync(stacks.Stack.Node.Url, TestContext.Current.CancellationToken);
        var settings = Others(second);
        settings["Chains__local__Confirmations"] = "30";
        settings["Chains__local__MaxHeadLag"] = "1";
        await using var stack = await stacks.SettleAsync(settings);
        var (world, user) = (stack.World, new Wallet());
        var posted = await stack.PostUntilTakenAsync(world.Post(world.Infinex, user));
        var id = (string)posted["id"]!;
        Assert.True(await RelayWorld.BecomesAsync(async () => (await Reply.GetAsync(stack.Http, $"api/relay/{id}"))["state"] == "mined"));

        // From here on the first stands still at the block before, has no receipts and an old nonce, and does not say that anything is wrong.
        var minedAt = long.Parse((await Reply.GetAsync(stack.Http, $"api/relay/{id}"))["blockNumber"]!, CultureInfo.InvariantCulture);
        stack.Node.Garble(answer => AsOf(answer, minedAt - 1));
        await stacks.Stack.Node.MineAsync(4, Cancellation);
        var states = new HashSet<string?>();
        Assert.True(await RelayWorld.BecomesAsync(async () =>
        {
            states.Add((await Reply.GetAsync(stack.Http, $"api/relay/{id}"))["state"]);
            await stacks.Stack.Node.MineAsync(4, Cancellation);
            return states.Contains("confirmed");
        }));

        Assert.All(states, state => Assert.Contains(state, (string?[])["mined", "confirmed"]));
        Assert.Equal(0L, await world.AskAsync("select count(*) from attempts where noop"));
        await stack.AssertOnceAsync(user, 1);
    }

    [Fact]
    public async Task When_all_providers_were_away_the_app_goes_on_by_itself()
    {
        await using var second = await NodeProxy.StartAsync(stacks.Stack.Node.Url, TestContext.Current.CancellationToken);
        await using var stack = await stacks.SettleAsync(Others(second));
        var (world, user) = (stack.World, new Wallet());
        var body = world.Post(world.Infinex, user);
        Assert.Equal(202, (await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, new Wallet()))).Status);
        (stack.Node.Fault, second.Fault) = (DownAsync, DownAsync);

        IsolatedStack.AssertUnavailable(await Reply.PostAsync(stack.Http, "api/relay", body), "chain_unavailable");
        Assert.True(await RelayWorld.BecomesAsync(async () => (await Reply.GetAsync(stack.Http, "api/ready")).Status == 503));
        stack.Node.Heal();
        second.Heal();

        var posted = await stack.PostUntilTakenAsync(body);
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, posted["id"]!))["state"]);
        await stack.AssertLedgerIsTheChainAsync(2);

        static Task<bool> DownAsync(Microsoft.AspNetCore.Http.HttpContext context, string body, Func<Task<string>> forward)
        {
            context.Abort();
            return Task.FromResult(true);
        }
    }

    private static readonly (Func<string, string> Fault, string State)[] Faults =
    [
        (answer => Each(answer, reply => reply["id"]!.GetValue<int>() == 1 && IsNumber(reply["result"]) ? "0x1" : reply["result"]), "wrong_chain"),
        (answer => AsOf(answer, 1), "lagging"),
        (answer => Each(answer, reply => IsHead(reply) ? "0x7fffffff" : reply["result"]), "ahead"),
        (_ => "<html>502 Bad Gateway</html>", "failing"),
    ];

    private static Dictionary<string, string> Others(params NodeProxy[] others) =>
        others.Select((node, i) => ($"Chains__local__Rpc__{i + 1}", node.Url)).ToDictionary(pair => pair.Item1, pair => pair.Url);

    private static JsonObject[] Providers(Reply ready) =>
        [.. ready.Json["checks"]!.AsArray().Single(check => (string?)check!["name"] == "chains")!["providers"]!.AsArray().Select(one => one!.AsObject())];

    /// <summary>What a node says that stands still at a block: its height, no receipts, no logs, nonces of nobody; nothing tells that it lags.</summary>
    private static string AsOf(string answer, long block) => Each(answer, reply => reply["result"] switch
    {
        JsonObject receipt when receipt.ContainsKey("gasUsed") && receipt.ContainsKey("transactionHash") => null,
        JsonArray => new JsonArray(),
        _ when IsHead(reply) => NodeStandIn.Quantity(block),
        var other => other,
    });

    // Each batch of reads that tells its height begins with it, a probe has it second: a short quantity that is not the chain's id.
    private static bool IsHead(JsonObject reply) =>
        reply["id"]!.GetValue<int>() <= 2 && IsNumber(reply["result"]) && (string?)reply["result"] != "0x7a69";

    private static bool IsNumber(JsonNode? result) =>
        result is JsonValue value && value.GetValueKind() == JsonValueKind.String && ((string)value!).Length is > 2 and < 11;

    private static string Each(string answer, Func<JsonObject, JsonNode?> change)
    {
        var root = JsonNode.Parse(answer)!;
        foreach (var reply in root is JsonArray list ? list.Select(item => item!.AsObject()) : [root.AsObject()])
        {
            if (reply.ContainsKey("result"))
            {
                reply["result"] = change(reply)?.DeepClone();
            }
        }

        return root.ToJsonString();
    }
}
