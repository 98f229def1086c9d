using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;

namespace Functions.Tests.Relay;

/// <summary>A node that says on each send what tip it wants is listened to.</summary>
[Trait("needs", "services")]
public sealed class TipFloorTests(IsolatedStacks stacks) : IClassFixture<IsolatedStacks>
{
    private int _refused;

    [Fact]
    public async Task The_tip_that_a_node_names_is_offered_at_once_and_in_what_comes_after()
    {
        // Were it not at once, it would be after the hour of BumpAfter.
        await using var stack = await stacks.SettleAsync(new Dictionary<string, string> { ["Chains__local__Fees__BumpAfter"] = "01:00:00" });
        var world = stack.World;
        Want(stack, Wei.FromGwei(3));

        var first = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, new Wallet()));
        Assert.Equal(202, first.Status);
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, first["id"]!))["state"]);
        Assert.Equal(2L, await world.AskAsync("select count(*) from attempts"));
        var before = Volatile.Read(ref _refused);
        Assert.InRange(before, 1, 10);

        var second = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, new Wallet()));
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, second["id"]!))["state"]);
        Assert.Equal(before, Volatile.Read(ref _refused));
        Assert.Equal(3L, await world.AskAsync("select count(*) from attempts"));
        await stack.AssertLedgerIsTheChainAsync(2);
    }

    [Fact]
    public async Task Above_the_cap_new_relays_are_refused_with_the_reason_instead_of_taken_in_vain()
    {
        await using var stack = await stacks.SettleAsync();
        var world = stack.World;
        Want(stack, Wei.FromGwei(25));

        var first = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, new Wallet()));
        Assert.Equal(202, first.Status);
        Assert.True(await RelayWorld.BecomesAsync(() => Task.FromResult(Volatile.Read(ref _refused) > 0)));
        var refused = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, new Wallet()));

        IsolatedStack.AssertUnavailable(refused, "tip_above_cap");
        Assert.Contains("below 25000000000 wei", refused["detail"]!, StringComparison.Ordinal);
        Assert.Equal(1L, await world.CountRowsAsync("relays"));
    }

    private void Want(IsolatedStack stack, Wei least) => stack.Node.Fault = async (context, body, _) =>
    {
        if (JsonNode.Parse(body) is not JsonObject call || (string?)call["method"] != "eth_sendRawTransaction"
            || !SignedTransaction.TryDecode(Hex.Decode((string)call["params"]![0]!), out var sent)
            || sent.Transaction.Fees is not TransactionFees.Dynamic(_, var tip) || tip >= least)
        {
            return false;
        }

        Interlocked.Increment(ref _refused);
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = call["id"]!.DeepClone(),
            ["error"] = new JsonObject { ["code"] = -32000, ["message"] = $"transaction underpriced: tip needed {least}, tip permitted {tip}" },
        }.ToJsonString());
        return true;
    };
}
