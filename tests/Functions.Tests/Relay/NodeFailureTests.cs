using System.Text.Json.Nodes;
using DevChain;

namespace Functions.Tests.Relay;

/// <summary>The node goes away, is silent or talks nonsense: callers are told to come back, and nothing is recorded.</summary>
[Trait("needs", "services")]
public sealed class NodeFailureTests(IsolatedStacks stacks) : IClassFixture<IsolatedStacks>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>What a call of a function without results returns: to OpenZeppelin's <c>execute</c> it is a yes, not garbage.</summary>
    private const string Void = "empty results";

    private static readonly Dictionary<string, Func<string, string>> Garblings = new(StringComparer.Ordinal)
    {
        ["nothing"] = _ => "",
        ["a web page"] = _ => "<html><body>502 Bad Gateway</body></html>",
        ["null"] = _ => "null",
        ["an empty object"] = _ => "{}",
        ["an empty list"] = _ => "[]",
        ["half an answer"] = answer => answer[..(answer.Length / 2)],
        ["answers without results"] = answer => Each(answer, reply => reply.Remove("result")),
        ["null results"] = answer => Each(answer, reply => reply["result"] = null),
        [Void] = answer => Each(answer, reply => reply["result"] = "0x"),
        ["results that are no hex"] = answer => Each(answer, reply => reply["result"] = "0xzz"),
        ["results that are numbers"] = answer => Each(answer, reply => reply["result"] = 12),
        ["results that are lists"] = answer => Each(answer, reply => reply["result"] = new JsonArray()),
        ["results of 2^256"] = answer => Each(answer, reply => reply["result"] = "0x1" + new string('0', 64)),
        ["other ids"] = answer => Each(answer, reply => reply["id"] = 77_000),
        ["errors of its own"] = answer => Each(answer, reply =>
        {
            reply.Remove("result");
            reply["error"] = new JsonObject { ["code"] = -32603, ["message"] = "Internal error" };
        }),
        ["another chain"] = answer => Each(answer, reply => reply["result"] = "0x1"),
    };

    [Fact]
    public async Task A_data_fee_that_receipts_name_is_in_the_ledger_to_the_wei_and_part_of_what_a_relay_cost()
    {
        const long DataFee = 123_456_789;
        await using var stack = await stacks.SettleAsync(new Dictionary<string, string> { ["Chains__local__Fees__DataFeeWei"] = "1000000000" });
        stack.Node.Garble(answer => answer.Replace("\"effectiveGasPrice\":", $"\"l1Fee\":\"0x{DataFee:x}\",\"effectiveGasPrice\":", StringComparison.Ordinal));
        var posted = await Reply.PostAsync(stack.Http, "api/relay", stack.World.Post(stack.World.Infinex, new Wallet()));
        var done = await RelayWorld.WaitAsync(stack.Http, posted["id"]!);

        var receipt = await stacks.Stack.Node.Rpc.SendAsync("eth_getTransactionReceipt", [done["transactionHash"]], Cancellation);
        var gas = JsonRpc.ToInteger(receipt.GetProperty("gasUsed")) * JsonRpc.ToInteger(receipt.GetProperty("effectiveGasPrice"));
        Assert.Equal($"{gas + DataFee}", done["feeWei"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_the_node_is_down_or_silent_callers_are_told_to_come_back(bool isSilent)
    {
        var node = stacks.Stack.Node;
        await using var stack = await stacks.SettleAsync(new Dictionary<string, string> { ["Chains__local__RpcTimeout"] = "00:00:01" });
        var (world, user) = (stack.World, new Wallet());
        var done = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, user));
        await RelayWorld.WaitAsync(stack.Http, done["id"]!);
        var body = world.Post(world.OpenZeppelin, user);
        await AwayAsync();
        try
        {
            IsolatedStack.AssertUnavailable(await Reply.PostAsync(stack.Http, "api/relay", body), "chain_unavailable");
            IsolatedStack.AssertUnavailable(await Reply.PostAsync(stack.Http, "api/relay/simulate", body), "chain_unavailable");
            IsolatedStack.AssertUnavailable(
                await Reply.GetAsync(stack.Http, $"api/nonces/31337/{world.OpenZeppelin.Address}/{user.Address}"), "chain_unavailable");
            IsolatedStack.AssertUnavailable(await Reply.GetAsync(stack.Http, "api/ready"), "not_ready");
            Assert.Equal("confirmed", (await Reply.GetAsync(stack.Http, $"api/relay/{done["id"]}"))["state"]); // Needs no chain.
            Assert.Single((await Reply.GetAsync(stack.Http, $"api/relay?from={user.Address}")).Json["relays"]!.AsArray());
        }
        finally
        {
            await BackAsync();
        }

        var posted = await stack.PostUntilTakenAsync(body);
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, posted["id"]!))["state"]);

        Task AwayAsync()
        {
            if (!isSilent)
            {
                return node.StopAsync();
            }

            node.Freeze();
            return Task.CompletedTask;
        }

        Task BackAsync()
        {
            if (!isSilent)
            {
                return node.StartAsync(Cancellation);
            }

            node.Thaw();
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_node_that_answers_garbage_is_as_good_as_none()
    {
        await using var stack = await stacks.SettleAsync();
        var world = stack.World;
        var user = new Wallet();
        foreach (var (name, garble) in Garblings.Where(pair => pair.Key != "another chain"))
        {
            stack.Node.Garble(garble);
            foreach (var forwarder in new[] { world.OpenZeppelin, world.Infinex })
            {
                var reply = await Reply.PostAsync(stack.Http, "api/relay", world.Post(forwarder, user));
                Assert.True(reply.Status == 503, $"{name}: {reply.Text}");
                IsolatedStack.AssertUnavailable(reply, "chain_unavailable");
            }

            IsolatedStack.AssertUnavailable(
                await Reply.GetAsync(stack.Http, $"api/nonces/31337/{world.OpenZeppelin.Address}/{user.Address}"), "chain_unavailable");
        }

        stack.Node.Heal();
        var posted = await stack.PostUntilTakenAsync(world.Post(world.OpenZeppelin, user));
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, posted["id"]!))["state"]);
        Assert.Single(await world.ExecutedAsync(user.Address));
    }

    [Fact]
    public async Task A_known_forwarder_that_answers_garbage_later_is_no_reason_to_refuse()
    {
        await using var stack = await stacks.SettleAsync();
        var (world, user) = (stack.World, new Wallet());
        Assert.Equal(200, (await Reply.PostAsync(stack.Http, "api/relay/simulate", world.Post(world.OpenZeppelin, user))).Status);
        foreach (var (name, garble) in Garblings.Where(pair => pair.Key != Void))
        {
            stack.Node.Garble(garble);
            var reply = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, user));
            Assert.True(reply.Status == 503, $"{name}: {reply.Text}");
            IsolatedStack.AssertUnavailable(reply, "chain_unavailable");
        }

        Assert.Equal(0, await world.CountRowsAsync("relays"));
        Assert.Equal(0, await world.CountRowsAsync("transactions"));
    }

    [Fact]
    public async Task What_was_accepted_on_an_empty_answer_is_carried_out_once_the_node_is_itself_again()
    {
        await using var stack = await stacks.SettleAsync();
        var (world, user) = (stack.World, new Wallet());
        var before = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, new Wallet()));
        await RelayWorld.WaitAsync(stack.Http, before["id"]!); // The fees are known now, so that nothing but the trial asks the node.

        stack.Node.Garble(Garblings[Void]);
        var reply = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, user));
        stack.Node.Heal();
        if (reply.Status == 503) // The fees had grown old.
        {
            IsolatedStack.AssertUnavailable(reply, "chain_unavailable");
            reply = await stack.PostUntilTakenAsync(world.Post(world.OpenZeppelin, user));
        }

        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, reply["id"]!))["state"]);
        Assert.Single(await world.ExecutedAsync(user.Address));
    }

    [Fact]
    public async Task A_node_of_another_chain_is_never_used()
    {
        await using var stack = await stacks.SettleAsync(before: node => node.Garble(Garblings["another chain"]));
        IsolatedStack.AssertUnavailable(
            await Reply.PostAsync(stack.Http, "api/relay", stack.World.Post(stack.World.Infinex, new Wallet())), "chain_unavailable");
    }

    private static string Each(string answer, Action<JsonObject> spoil)
    {
        var root = JsonNode.Parse(answer)!;
        foreach (var reply in root is JsonArray list ? list.Select(item => item!.AsObject()) : [root.AsObject()])
        {
            spoil(reply);
        }

        return root.ToJsonString();
    }
}
