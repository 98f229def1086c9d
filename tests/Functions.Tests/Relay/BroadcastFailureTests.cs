using DevChain;
using Relayer.Core.Ethereum;

namespace Functions.Tests.Relay;

/// <summary>Broadcasts fail, are forgotten or come too late: what was accepted is carried out once, or ends with a reason.</summary>
[Trait("needs", "services")]
public sealed class BroadcastFailureTests(IsolatedStacks stacks) : IClassFixture<IsolatedStacks>
{
    private const string Send = "eth_sendRawTransaction";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("refused")]
    [InlineData("broken off")]
    [InlineData("answer lost")]
    public async Task What_is_accepted_while_broadcasts_fail_is_carried_out_once_when_they_work(string how)
    {
        await using var stack = await stacks.SettleAsync();
        var (world, user) = (stack.World, new Wallet());
        Fail(stack.Node, how);
        var body = world.Post(world.OpenZeppelin, user);
        var nonce = RelayWorld.RandomNonce();
        var first = await Reply.PostAsync(stack.Http, "api/relay", body);
        var behind = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, user, 1));
        var unordered = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, user, nonce));

        Assert.All([first, behind, unordered], reply => Assert.Equal((202, "accepted"), (reply.Status, reply["state"])));
        Assert.True(stack.Node.Faults > 0);
        var again = await Reply.PostAsync(stack.Http, "api/relay", body);
        Assert.Equal((200, first["id"], first["transactionHash"]), (again.Status, again["id"], again["transactionHash"]));

        if (how != "answer lost")
        {
            var started = TimeProvider.System.GetTimestamp();
            Assert.Equal("accepted", (await Reply.GetAsync(stack.Http, $"api/relay/{first["id"]}?wait=1"))["state"]);
            Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 0.9, 25);
        }

        // Others cannot have the nonces that are held.
        foreach (var other in new[] { world.Post(world.OpenZeppelin, user, gas: 90_000), world.Post(world.Infinex, user, nonce, gas: 90_000) })
        {
            (await Reply.PostAsync(stack.Http, "api/relay", other)).AssertProblem(409, "nonce_used");
        }

        var free = await Reply.GetAsync(stack.Http, $"api/nonces/31337/{world.OpenZeppelin.Address}/{user.Address}");
        Assert.Equal("2", free["nonce"]);

        stack.Node.Heal();
        foreach (var reply in new[] { first, behind, unordered })
        {
            Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, reply["id"]!))["state"]);
        }

        await stack.AssertOnceAsync(user, 3);
    }

    [Fact]
    public async Task A_request_given_up_in_time_for_its_noop_has_expired_though_its_last_second_is_not_over()
    {
        await using var stack = await stacks.SettleAsync(new Dictionary<string, string>
        {
            ["Chains__local__Policy__TimeToLive"] = "00:00:05",
            ["Chains__local__Fees__CloseBefore"] = "00:01:00",
        });
        var (world, late) = (stack.World, new Wallet());
        stack.Node.Refuse(Send);
        var posted = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, late));
        Assert.True(await RelayWorld.BecomesAsync(
            async () => (long)(await world.AskAsync("select count(*) from transactions where cancel_reason is not null"))! == 1));
        stack.Node.Heal();

        var ended = await RelayWorld.WaitAsync(stack.Http, posted["id"]!);
        Assert.Equal(("expired", "it was not mined in time"), (ended["state"], ended["reason"]));
        Assert.Empty(await world.ExecutedAsync(late.Address));
    }

    [Theory]
    [InlineData("OpenZeppelin")]
    [InlineData("Infinex")]
    public async Task A_request_that_expires_before_it_can_be_sent_ends_and_blocks_nobody(string dialect)
    {
        await using var stack = await stacks.SettleAsync(new Dictionary<string, string>
        {
            ["Chains__local__Policy__MinDeadline"] = "00:00:01",
            ["Chains__local__Policy__TimeToLive"] = "00:00:05",
        });
        var (world, late, next) = (stack.World, new Wallet(), new Wallet());
        var forwarder = world.Of(dialect);
        stack.Node.Refuse(Send);
        var message = world.Message(forwarder, late);
        message = message with { Deadline = message.Deadline is null ? null : RelayWorld.InSeconds(6) };
        var expiring = await Reply.PostAsync(
            stack.Http, "api/relay", RelayPost.Of(forwarder, message, late.Sign(forwarder, message).ToString()));
        var other = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, next));
        await Task.Delay(TimeSpan.FromSeconds(7), Cancellation);
        stack.Node.Heal();

        var ended = await RelayWorld.WaitAsync(stack.Http, expiring["id"]!);
        Assert.Contains(ended["state"], new[] { "expired", "failed" });
        Assert.False(string.IsNullOrEmpty(ended["reason"]));
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, other["id"]!))["state"]);
        Assert.Empty(await world.ExecutedAsync(late.Address));
        Assert.Equal(202, (await Reply.PostAsync(stack.Http, "api/relay", world.Post(forwarder, late, gas: 120_000))).Status);
    }

    [Fact]
    public async Task A_call_that_fails_after_all_is_told_with_its_reason_and_frees_its_nonce()
    {
        var node = stacks.Stack.Node;
        await using var stack = await stacks.SettleAsync();
        var (world, user) = (stack.World, new Wallet());
        var target = world.Target.ToString();
        var code = (await node.Rpc.SendAsync("eth_getCode", [target, "latest"], Cancellation)).GetString()!;
        stack.Node.Refuse(Send);
        var ordered = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, user));
        var unordered = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, user));
        await node.SetCodeAsync(target, Reverting("closed\0 since noon"), Cancellation);
        try
        {
            stack.Node.Heal();
            foreach (var reply in new[] { ordered, unordered })
            {
                var failed = await RelayWorld.WaitAsync(stack.Http, reply["id"]!);
                Assert.Equal(("failed", "closed since noon"), (failed["state"], failed["reason"]));
                Assert.False(failed.Json["success"]!.GetValue<bool>());
                Assert.True(UInt256.Parse(failed["feeWei"]) > UInt256.Zero);
            }
        }
        finally
        {
            await node.SetCodeAsync(target, code, Cancellation);
        }

        var repaired = await stack.PostUntilTakenAsync(world.Post(world.OpenZeppelin, user, gas: 120_000));
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, repaired["id"]!))["state"]);
        Assert.Single(await world.ExecutedAsync(user.Address));
    }

    [Fact]
    public async Task What_a_node_forgot_in_its_restart_is_sent_again()
    {
        var node = stacks.Stack.Node;
        await using var stack = await stacks.SettleAsync();
        var (world, user) = (stack.World, new Wallet());
        var warm = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, user));
        await RelayWorld.WaitAsync(stack.Http, warm["id"]!);
        await node.SetAutomineAsync(false, Cancellation);
        await node.SetBlockTimeAsync(TimeSpan.Zero, Cancellation);
        var pending = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, user));
        await node.StopAsync();
        await node.StartAsync(Cancellation);

        Assert.Equal((202, "pending"), (pending.Status, pending["state"]));
        var done = await RelayWorld.WaitAsync(stack.Http, pending["id"]!);
        Assert.Equal(("confirmed", pending["transactionHash"]), (done["state"], done["transactionHash"]));
        await stack.AssertOnceAsync(user, 2);
    }

    private static void Fail(NodeProxy node, string how)
    {
        if (how == "answer lost")
        {
            node.LoseAnswer(Send);
        }
        else
        {
            node.Refuse(Send, abort: how == "broken off");
        }
    }

    /// <summary>Runtime code that reverts with <c>Error(string)</c>, whatever it is called with.</summary>
    private static string Reverting(string reason)
    {
        var data = Calls.Fail(reason);
        Calls.Of("Error(string)").CopyTo(data, 0);

        // PUSH2 length, PUSH1 offset, PUSH0, CODECOPY, PUSH2 length, PUSH0, REVERT
        byte[] length = [(byte)(data.Length >> 8), (byte)data.Length];
        byte[] program = [0x61, .. length, 0x60, 12, 0x5f, 0x39, 0x61, .. length, 0x5f, 0xfd];
        return Hex.Encode([.. program, .. data]);
    }
}
