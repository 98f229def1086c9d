using DevChain;

namespace Functions.Tests.Relay;

/// <summary>Blocks stop, and come later with the times that they would have had: what users and frontends are told meanwhile.</summary>
[Trait("needs", "services")]
public sealed class StandingChainTests(IsolatedStacks stacks) : IClassFixture<IsolatedStacks>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Dictionary<string, string> Settings => new()
    {
        ["Chains__local__BlockTime"] = "00:00:01",
        ["Chains__local__StandstillAfter"] = "00:00:10",
        ["Chains__local__Fees__BumpAfter"] = "00:00:02",
    };

    [Fact]
    public async Task A_request_whose_deadline_passes_while_the_chain_stands_still_is_carried_out_by_it_and_new_ones_are_refused_meanwhile()
    {
        await using var stack = await stacks.SettleAsync(Settings);
        var (world, node, user) = (stack.World, stacks.Stack.Node, new Wallet());
        await Mining.StopAsync(node);
        await node.MineAsync(1, Cancellation);
        var message = world.Message(world.OpenZeppelin, user) with { Deadline = RelayWorld.InSeconds(24) };
        var body = RelayPost.Of(world.OpenZeppelin, message, user.Sign(world.OpenZeppelin, message).ToString());
        var first = await Reply.PostAsync(stack.Http, "api/relay", body);
        Assert.Equal(202, first.Status);

        Assert.True(await RelayWorld.BecomesAsync(async () => await IncidentsAsync(world) == 1 && RelayWorld.InSeconds(0) > message.Deadline + 5));
        Assert.Equal("pending", (await Reply.GetAsync(stack.Http, $"api/relay/{first["id"]}"))["state"]);
        Assert.Equal(200, (await Reply.PostAsync(stack.Http, "api/relay", body)).Status);
        IsolatedStack.AssertUnavailable(await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, new Wallet())), "chain_stalled");
        IsolatedStack.AssertUnavailable(await Reply.PostAsync(stack.Http, "api/relay/simulate", world.Post(world.Infinex, new Wallet())), "chain_stalled");
        var ready = await Reply.GetAsync(stack.Http, "api/ready");
        Assert.Equal(200, ready.Status);
        Assert.Contains("the chain stands still", ready.Text, StringComparison.Ordinal);
        Assert.Equal(1L, await world.AskAsync("select count(*) from attempts"));
        Assert.Equal(0L, await world.AskAsync("select count(*) from transactions where cancel_reason is not null"));

        var head = await node.Rpc.SendAsync("eth_getBlockByNumber", ["latest", false], Cancellation);
        await node.Rpc.SendAsync("evm_setNextBlockTimestamp", [(long)JsonRpc.ToInteger(head.GetProperty("timestamp")) + 1], Cancellation);
        await node.MineAsync(2, Cancellation);
        var done = await RelayWorld.WaitAsync(stack.Http, first["id"]!);
        Assert.True(done["state"] == "confirmed", done.Text);
        Assert.Equal(first["transactionHash"], done["transactionHash"]);

        await node.ResumeClockAsync(Cancellation);
        await Mining.ResumeAsync(node);
        var later = await stack.PostUntilTakenAsync(world.Post(world.OpenZeppelin, new Wallet()));
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, later["id"]!))["state"]);
        Assert.True(await RelayWorld.BecomesAsync(async () => await IncidentsAsync(world) == 0));
        await stack.AssertLedgerIsTheChainAsync(2);
    }

    [Fact]
    public async Task A_deadline_that_passes_by_the_chains_own_time_is_told_as_expired_though_the_chain_is_behind()
    {
        await using var stack = await stacks.SettleAsync(Settings);
        var (world, node, user) = (stack.World, stacks.Stack.Node, new Wallet());
        await Mining.StopAsync(node);
        await node.MineAsync(1, Cancellation);
        var message = world.Message(world.OpenZeppelin, user) with { Deadline = RelayWorld.InSeconds(24) };
        var first = await Reply.PostAsync(
            stack.Http, "api/relay", RelayPost.Of(world.OpenZeppelin, message, user.Sign(world.OpenZeppelin, message).ToString()));
        Assert.Equal(202, first.Status);
        Assert.True(await RelayWorld.BecomesAsync(async () => await IncidentsAsync(world) == 1 && RelayWorld.InSeconds(0) > message.Deadline + 15));
        Assert.Equal("pending", (await Reply.GetAsync(stack.Http, $"api/relay/{first["id"]}"))["state"]);

        // From now on a block a second, with times that stay as far behind the clock.
        await node.DropTransactionAsync(first["transactionHash"]!, Cancellation);
        await node.Rpc.SendAsync("evm_setNextBlockTimestamp", [(long)message.Deadline!.Value + 1], Cancellation);
        await Mining.ResumeAsync(node);
        var reply = await RelayWorld.WaitAsync(stack.Http, first["id"]!);
        Assert.Equal("expired", reply["state"]);
        Assert.Equal(1L, await IncidentsAsync(world));
        Assert.Empty(await world.ExecutedAsync(user.Address));
        await node.ResumeClockAsync(Cancellation);
    }

    private static async Task<long> IncidentsAsync(RelayWorld world) =>
        (long)(await world.AskAsync("select count(*) from incidents where kind = 'chain_stalled' and closed_at is null"))!;
}
