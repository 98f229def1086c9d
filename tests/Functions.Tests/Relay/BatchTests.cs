using System.Globalization;
using System.Text.Json.Nodes;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;

namespace Functions.Tests.Relay;

/// <summary>Requests that share one transaction: nobody's end is another's.</summary>
[Trait("needs", "services")]
public sealed class BatchTests(IsolatedStacks stacks) : IClassFixture<IsolatedStacks>
{
    // Trusts every forwarder; any other call (which carries the user's address behind the data: 24 bytes) succeeds, or reverts.
    private const string Kind = "0x600160005260206000f3";
    private const string Cruel = "0x36601814600f5760015f5260205ff35b5f5ffd";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("OpenZeppelin")]
    [InlineData("Infinex")]
    public async Task A_bad_one_never_sinks_the_others_and_each_is_told_its_own_end(string dialect)
    {
        var node = stacks.Stack.Node;
        var moody = Address.Parse("0x00000000000000000000000000000000000c0de1");
        await node.SetCodeAsync(moody.ToString(), Kind, Cancellation);
        await using var stack = await stacks.SettleAsync(new Dictionary<string, string>
        {
            ["Chains__local__Policy__Targets__1__Address"] = moody.ToString(),
            ["Chains__local__Policy__Targets__1__Functions__0"] = "increment()",
        });
        var (world, forwarder) = (stack.World, stack.World.Of(dialect));
        await Reply.PostAsync(stack.Http, "api/relay", world.Post(forwarder, new Wallet())); // The signers are known from now on.
        await Mining.StopAsync(node);
        var stranger = await Mining.FundAsync(node);
        var good = Make(10, 250, world.Target);
        var failing = Make(3, 250, moody);
        var late = Make(forwarder.HasDeadline ? 3 : 0, 135, world.Target);
        var spent = Make(3, 250, world.Target);
        Case[] all = [.. good, .. failing, .. late, .. spent];
        var replies = await ForceOneBatch.PostAsync(stack, all.Select(item => RelayPost.Of(forwarder, item.Message, item.Signature.ToString())));

        Assert.All(replies, reply => Assert.True(reply.Status == 202, reply.Text));
        Assert.True(Convert.ToInt32(await world.AskAsync("select max(position) from relays"), CultureInfo.InvariantCulture) >= 5);

        await node.SetCodeAsync(moody.ToString(), Cruel, Cancellation);
        for (var i = 0; i < spent.Length; i++)
        {
            await Mining.SendAsync(node, stranger, (ulong)i, forwarder.Address, forwarder.EncodeExecute(spent[i].Message, spent[i].Signature));
        }

        await node.IncreaseTimeAsync(TimeSpan.FromSeconds(late.Length > 0 ? 140 : 0), Cancellation);
        await Mining.ResumeAsync(node);
        var ends = new Dictionary<Case, Reply>();
        foreach (var (item, reply) in all.Zip(replies))
        {
            ends[item] = await RelayWorld.WaitAsync(stack.Http, reply["id"]!);
        }

        Assert.All(good, item => Assert.Equal("confirmed", ends[item]["state"]));
        Assert.All(failing, item => Assert.Equal("failed", ends[item]["state"]));
        Assert.All(late, item => Assert.Contains(ends[item]["state"], new[] { "failed", "expired" }));
        Assert.All([.. failing, .. late], item => Assert.False(string.IsNullOrEmpty(ends[item]["reason"])));

        // Carried out all the same, by a stranger who was faster: so it is told, and by whom.
        Assert.All(spent, item => Assert.Equal(("confirmed", $"{stranger.Address}"), (ends[item]["state"], ends[item]["carriedBy"])));
        Assert.All(await Task.WhenAll(good.Concat(spent).Select(item => world.CountAsync(item.Message.From))), count => Assert.Equal(1UL, count));
        Assert.All(await Task.WhenAll(late.Select(item => world.CountAsync(item.Message.From))), count => Assert.Equal(0UL, count));
        await stack.AssertLedgerIsTheChainAsync(all.Length + 1);

        Case[] Make(int count, int seconds, Address target) => [.. Enumerable.Range(0, count).Select(_ =>
        {
            var user = new Wallet();
            var message = world.Message(forwarder, user) with { To = target };
            message = message with { Deadline = message.Deadline is null ? null : RelayWorld.InSeconds(seconds) };
            return new Case(message, user.Sign(forwarder, message));
        })];
    }

    [Fact]
    public async Task What_was_reserved_together_and_not_signed_yet_becomes_the_very_same_bytes_elsewhere()
    {
        await using var stack = await stacks.SettleAsync();
        var (world, users) = (stack.World, Enumerable.Range(0, 12).Select(_ => new Wallet()).ToArray());
        var first = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, new Wallet()));
        await RelayWorld.WaitAsync(stack.Http, first["id"]!);
        stack.Node.Refuse("eth_sendRawTransaction", abort: true);
        var replies = await ForceOneBatch.PostAsync(stack, users.Select(user => world.Post(world.OpenZeppelin, user)));
        await stack.App.KillAsync();

        // As a crash right after the reservation leaves it.
        await world.AskAsync("""
            with gone as (delete from attempts a using transactions t where t.id = a.transaction_id and t.state < 3)
            update transactions set state = 0 where state < 3
            """);
        stack.Node.Heal();
        await using var one = await stack.StartAnotherAppAsync();
        await using var two = await stack.StartAnotherAppAsync();

        Assert.True(replies.Select(reply => reply["transactionHash"]).Distinct().Count() < replies.Length);
        foreach (var reply in replies)
        {
            var done = await RelayWorld.WaitAsync(two.Http, reply["id"]!);
            Assert.Equal(("confirmed", reply["transactionHash"]), (done["state"], done["transactionHash"]));
        }

        Assert.All(await Task.WhenAll(users.Select(user => world.CountAsync(user.Address))), count => Assert.Equal(1UL, count));
        await stack.AssertLedgerIsTheChainAsync(users.Length + 1);
    }

    [Fact]
    public async Task Two_apps_under_load_carry_each_request_out_once()
    {
        await using var stack = await stacks.SettleAsync();
        await using var other = await stack.StartAnotherAppAsync();
        var (world, users) = (stack.World, Enumerable.Range(0, 80).Select(_ => new Wallet()).ToArray());
        JsonObject[] bodies = [.. users.Select((user, i) => world.Post(i % 2 == 0 ? world.OpenZeppelin : world.Infinex, user))];
        var replies = await Task.WhenAll(bodies.SelectMany(body => new[]
        {
            Reply.PostAsync(stack.Http, "api/relay", body),
            Reply.PostAsync(other.Http, "api/relay", body),
        }));

        Assert.All(replies, reply => Assert.True(reply.Status is 200 or 202, reply.Text));
        Assert.Equal(users.Length, replies.Count(reply => reply.Status == 202));
        foreach (var id in replies.Select(reply => reply["id"]!).Distinct())
        {
            Assert.Equal("confirmed", (await RelayWorld.WaitAsync(other.Http, id))["state"]);
        }

        Assert.All(await Task.WhenAll(users.Select(user => world.CountAsync(user.Address))), count => Assert.Equal(1UL, count));
        await stack.AssertLedgerIsTheChainAsync(users.Length);
    }

    [Fact]
    public async Task Beyond_what_is_taken_at_once_callers_are_told_at_once_to_come_back()
    {
        await using var stack = await stacks.SettleAsync(new Dictionary<string, string> { ["Admission__MaxRequests"] = "6", ["Admission__MaxWaiting"] = "0" });
        var world = stack.World;
        var first = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, new Wallet()));
        JsonObject[] bodies = [.. Enumerable.Range(0, 40).Select(_ => world.Post(world.Infinex, new Wallet()))];
        var replies = await ForceOneBatch.PostAsync(stack, bodies);

        Assert.Equal(202, first.Status);
        Assert.Equal(6, replies.Count(reply => reply.Status == 202));
        Assert.All(replies.Where(reply => reply.Status != 202), reply => IsolatedStack.AssertUnavailable(reply, "overloaded"));
        foreach (var body in bodies)
        {
            await stack.PostUntilTakenAsync(body);
        }

        await stack.AssertLedgerIsTheChainAsync(bodies.Length + 1);
    }

    private sealed record Case(ForwardRequest Message, Signature Signature);
}
