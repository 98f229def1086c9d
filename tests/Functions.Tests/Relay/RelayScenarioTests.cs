using System.Text.Json.Nodes;
using DevChain;
using Microsoft.AspNetCore.Http;

namespace Functions.Tests.Relay;

/// <summary>What went wrong with other relayers, as their users met it. <c>docs/failure.md</c> says where the others are tested.</summary>
[Trait("needs", "services")]
public sealed class RelayScenarioTests(IsolatedStacks stacks) : IClassFixture<IsolatedStacks>
{
    private const string Send = "eth_sendRawTransaction";

    [Fact]
    public async Task Concurrent_requests_with_bad_signatures_mixed_in()
    {
        await using var stack = await stacks.SettleAsync();
        var world = stack.World;
        var users = Enumerable.Range(0, 45).Select(_ => new Wallet()).ToArray();
        var bodies = users.Select((user, i) => i % 3 == 0 ? Forged(world, user) : world.Post(i % 2 == 0 ? world.OpenZeppelin : world.Infinex, user)).ToArray();

        var replies = await Task.WhenAll(bodies.Select(body => Reply.PostAsync(stack.Http, "api/relay", body)));

        for (var i = 0; i < users.Length; i++)
        {
            if (i % 3 == 0)
            {
                replies[i].AssertProblem(401, "signature_mismatch");
            }
            else
            {
                Assert.True(replies[i].Status == 202, replies[i].Text);
                Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, replies[i]["id"]!))["state"]);
            }

            Assert.Equal(i % 3 == 0 ? 0UL : 1UL, await world.CountAsync(users[i].Address));
        }

        await stack.AssertLedgerIsTheChainAsync(30);
    }

    [Fact]
    public async Task Nonce_too_low_as_minus_32603_pauses_nobody()
    {
        await using var stack = await stacks.SettleAsync();
        var (world, user, other) = (stack.World, new Wallet(), new Wallet());
        stack.Node.Fault = CallStaleAsync;

        var first = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, user));
        var second = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, other));
        Assert.All([first, second], reply => Assert.Equal((202, "accepted"), (reply.Status, reply["state"])));
        Assert.True(await RelayWorld.BecomesAsync(() => Task.FromResult(stack.Node.Faults >= 3))); // Sent again, and refused again.
        Assert.Equal(200, (await Reply.GetAsync(stack.Http, "api/ready")).Status);
        stack.Node.Heal();

        foreach (var reply in new[] { first, second })
        {
            var done = await RelayWorld.WaitAsync(stack.Http, reply["id"]!);
            Assert.Equal(("confirmed", reply["transactionHash"]), (done["state"], done["transactionHash"]));
        }

        await stack.AssertLedgerIsTheChainAsync(2);
    }

    [Fact]
    public async Task A_failed_simulation_leaves_nothing_pending()
    {
        await using var stack = await stacks.SettleAsync();
        var (world, user) = (stack.World, new Wallet());

        var refused = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, user, data: Calls.Fail("not today")));
        refused.AssertProblem(422, "simulation_reverted");
        Assert.Equal((0L, 0L), (await world.CountRowsAsync("transactions"), await world.CountRowsAsync("relays")));

        var taken = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, user));
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, taken["id"]!))["state"]);
        await stack.AssertOnceAsync(user, 1);
    }

    [Fact]
    public async Task Out_of_funds_pauses_and_a_refill_resumes()
    {
        await using var stack = await stacks.SettleAsync();
        var (world, node, signer) = (stack.World, stacks.Stack.Node, stack.Signer.Address.ToString());
        var before = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, new Wallet()));
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, before["id"]!))["state"]);
        var held = await node.BalanceAsync(signer, TestContext.Current.CancellationToken);
        await node.SetBalanceAsync(signer, 1_000, TestContext.Current.CancellationToken);

        // What it held when last looked at may still be spent: whatever is taken meanwhile is carried out after the refill.
        var taken = new List<Reply>();
        var (user, nonce, refused) = (new Wallet(), 0UL, default(Reply));
        Assert.True(await RelayWorld.BecomesAsync(async () =>
        {
            refused = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, user, nonce));
            if (refused.Status == 202)
            {
                taken.Add(refused);
                nonce++;
            }

            return refused.Status != 202;
        }));
        IsolatedStack.AssertUnavailable(refused!, "signers_exhausted");
        await node.SetBalanceAsync(signer, held, TestContext.Current.CancellationToken);

        taken.Add(await stack.PostUntilTakenAsync(world.Post(world.OpenZeppelin, user, nonce)));
        foreach (var reply in taken)
        {
            Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, reply["id"]!))["state"]);
        }

        await stack.AssertLedgerIsTheChainAsync(taken.Count + 1);
    }

    // Sound in itself, but signed by somebody else.
    private static JsonObject Forged(RelayWorld world, Wallet user)
    {
        var message = world.Message(world.OpenZeppelin, user);
        return RelayPost.Of(world.OpenZeppelin, message, new Wallet().Sign(world.OpenZeppelin, message).ToString());
    }

    private static async Task<bool> CallStaleAsync(HttpContext context, string body, Func<Task<string>> forward)
    {
        if (!body.Contains(Send, StringComparison.Ordinal))
        {
            return false;
        }

        var calls = JsonNode.Parse(body)!;
        JsonNode reply = calls is JsonArray many ? new JsonArray([.. many.Select(call => Stale(call!))]) : Stale(calls);
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(reply.ToJsonString());
        return true;
    }

    private static JsonObject Stale(JsonNode call) => new()
    {
        ["jsonrpc"] = "2.0",
        ["id"] = call["id"]!.DeepClone(),
        ["error"] = new JsonObject { ["code"] = -32603, ["message"] = "nonce too low" },
    };
}
