using DevChain;
using Relayer.Core.Ethereum;

namespace Functions.Tests.Relay;

/// <summary>That a nonce is spent does not say that the request failed: users are told what became of it.</summary>
[Trait("needs", "services")]
public sealed class CarriedElsewhereTests(IsolatedStacks stacks) : IClassFixture<IsolatedStacks>
{
    private const string Send = "eth_sendRawTransaction";

    private static readonly Dictionary<string, string> Often = new() { ["Schedules__Confirm"] = "* * * * * *" };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_that_somebody_else_carried_out_first_is_told_as_carried_out_by_which_transaction_and_by_whom(bool hasSequentialNonces)
    {
        await using var stack = await stacks.SettleAsync();
        var (world, user) = (stack.World, new Wallet());
        var forwarder = hasSequentialNonces ? world.OpenZeppelin : world.Infinex;
        var stranger = await Mining.FundAsync(stacks.Stack.Node);
        var message = world.Message(forwarder, user);
        stack.Node.Refuse(Send);
        var relay = await Reply.PostAsync(stack.Http, "api/relay", RelayPost.Of(forwarder, message, user.Sign(forwarder, message).ToString()));
        Assert.Equal(202, relay.Status);
        await Mining.SendAsync(stacks.Stack.Node, stranger, 0, forwarder.Address, forwarder.EncodeExecute(message, user.Sign(forwarder, message)));
        Assert.True(await RelayWorld.BecomesAsync(async () => await world.CountAsync(user.Address) == 1));
        stack.Node.Heal();

        var done = await RelayWorld.WaitAsync(stack.Http, relay["id"]!);

        Assert.True(done["state"] == "confirmed", done.Text);
        Assert.Equal($"{stranger.Address}", done["carriedBy"]);
        var carried = await stacks.Stack.Node.Rpc.SendAsync("eth_getTransactionByHash", [done["transactionHash"]!], TestContext.Current.CancellationToken);
        Assert.Equal(stranger.Address, Address.Parse(carried.GetProperty("from").GetString()!));
        Assert.Equal(1UL, await world.CountAsync(user.Address));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_that_is_in_no_record_and_was_carried_out_is_told_so_when_it_is_posted_again(bool hasSequentialNonces)
    {
        await using var stack = await stacks.SettleAsync();
        var (world, user) = (stack.World, new Wallet());
        var forwarder = hasSequentialNonces ? world.OpenZeppelin : world.Infinex;
        var stranger = await Mining.FundAsync(stacks.Stack.Node);
        var message = world.Message(forwarder, user, UInt256.Zero);
        await Mining.SendAsync(stacks.Stack.Node, stranger, 0, forwarder.Address, forwarder.EncodeExecute(message, user.Sign(forwarder, message)));
        Assert.True(await RelayWorld.BecomesAsync(async () => await world.CountAsync(user.Address) == 1));

        // Until it is deep enough nobody is told anything that could turn out wrong.
        var post = RelayPost.Of(forwarder, message, user.Sign(forwarder, message).ToString());
        var posted = await Reply.PostAsync(stack.Http, "api/relay", post);
        while (posted.Status != 200)
        {
            posted.AssertProblem(503, "overloaded");
            Assert.Contains("do not sign another", posted["detail"], StringComparison.Ordinal);
            await stacks.Stack.Node.MineAsync(1, TestContext.Current.CancellationToken);
            posted = await Reply.PostAsync(stack.Http, "api/relay", post);
        }

        var other = await Reply.PostAsync(stack.Http, "api/relay", world.Post(forwarder, user, UInt256.Zero, gas: 90_000));

        Assert.Equal("confirmed", posted["state"]);
        Assert.Equal($"{stranger.Address}", posted["carriedBy"]);
        other.AssertProblem(409, "nonce_used");
        Assert.Equal(1UL, await world.CountAsync(user.Address));
        Assert.Equal(0, await world.CountRowsAsync("relays"));
    }

    [Fact]
    public async Task A_request_that_is_in_no_record_and_was_carried_out_is_told_so_past_its_deadline_too()
    {
        await using var stack = await stacks.SettleAsync(new Dictionary<string, string> { ["Chains__local__Policy__MinDeadline"] = "00:30:00" });
        var (world, user, forwarder) = (stack.World, new Wallet(), stack.World.OpenZeppelin);
        var stranger = await Mining.FundAsync(stacks.Stack.Node);
        var message = world.Message(forwarder, user) with { Deadline = (ulong)TimeProvider.System.GetUtcNow().AddMinutes(20).ToUnixTimeSeconds() };
        var post = RelayPost.Of(forwarder, message, user.Sign(forwarder, message).ToString());
        (await Reply.PostAsync(stack.Http, "api/relay", post)).AssertProblem(422, "deadline_passed"); // Less is left than the least that is taken.
        await Mining.SendAsync(stacks.Stack.Node, stranger, 0, forwarder.Address, forwarder.EncodeExecute(message, user.Sign(forwarder, message)));
        Assert.True(await RelayWorld.BecomesAsync(async () => await world.CountAsync(user.Address) == 1));

        Reply? told = null;
        Assert.True(await RelayWorld.BecomesAsync(async () => (told = await Reply.PostAsync(stack.Http, "api/relay", post)).Status == 200));
        Assert.Equal($"{stranger.Address}", told!["carriedBy"]);
    }

    [Fact]
    public async Task While_nobody_shows_what_spent_its_nonce_a_request_is_not_refused_for_it()
    {
        await using var stack = await stacks.SettleAsync();
        var (world, user) = (stack.World, new Wallet());
        var stranger = await Mining.FundAsync(stacks.Stack.Node);
        var message = world.Message(world.Infinex, user, UInt256.Zero);
        var post = RelayPost.Of(world.Infinex, message, user.Sign(world.Infinex, message).ToString());
        await Mining.SendAsync(stacks.Stack.Node, stranger, 0, world.Infinex.Address, world.Infinex.EncodeExecute(message, user.Sign(world.Infinex, message)));
        Assert.True(await RelayWorld.BecomesAsync(async () => await world.CountAsync(user.Address) == 1));

        foreach (var asked in new[] { "eth_getTransactionReceipt", "eth_getTransactionByHash" })
        {
            stack.Node.Alter((method, _, reply) =>
            {
                reply["result"] = method == asked ? null : reply["result"]?.DeepClone();
                return reply;
            });
            for (var i = 0; i < 3; i++)
            {
                (await Reply.PostAsync(stack.Http, "api/relay", post)).AssertProblem(503, "overloaded");
            }
        }

        stack.Node.Heal();
        await stacks.Stack.Node.MineAsync(1, TestContext.Current.CancellationToken);
        Reply? told = null;
        Assert.True(await RelayWorld.BecomesAsync(async () => (told = await Reply.PostAsync(stack.Http, "api/relay", post)).Status == 200));
        Assert.Equal($"{stranger.Address}", told!["carriedBy"]);
    }

    [Fact]
    public async Task A_nonce_that_another_request_spent_is_told_with_the_transaction_that_did()
    {
        await using var stack = await stacks.SettleAsync();
        var (world, user) = (stack.World, new Wallet());
        var stranger = await Mining.FundAsync(stacks.Stack.Node);
        stack.Node.Refuse(Send);
        var relay = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, user, UInt256.Zero));
        var other = world.Message(world.OpenZeppelin, user, UInt256.Zero, gas: 90_000);
        await Mining.SendAsync(
            stacks.Stack.Node, stranger, 0, world.OpenZeppelin.Address, world.OpenZeppelin.EncodeExecute(other, user.Sign(world.OpenZeppelin, other)));
        Assert.True(await RelayWorld.BecomesAsync(async () => await world.CountAsync(user.Address) == 1));
        stack.Node.Heal();

        var done = await RelayWorld.WaitAsync(stack.Http, relay["id"]!);

        Assert.Equal("failed", done["state"]);
        Assert.Contains($"of {stranger.Address}", done["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_relay_that_was_told_as_failed_is_corrected_with_its_sums_when_the_receipt_turns_up()
    {
        await using var stack = await stacks.SettleAsync(Often);
        var (world, user) = (stack.World, new Wallet());
        stack.Node.Alter((method, _, reply) =>
        {
            if (method == "eth_getTransactionReceipt")
            {
                reply["result"] = null;
            }

            return reply;
        });
        var relay = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, user));
        Assert.Equal(202, relay.Status);
        Assert.True(await RelayWorld.BecomesAsync(async () => await world.CountAsync(user.Address) == 1));

        // As an earlier release left it, which believed the silence.
        await world.AskAsync("""
            with lost as (update transactions set state = 7, version = version + 1 where state < 3 returning id, chain_id),
            noted as (insert into displaced (transaction_id, chain_id, at) select id, chain_id, now() from lost),
            settled as (update relays set held = 0, charged = 0 returning id)
            select count(*) from lost
            """);
        await world.AskAsync("update relays set state = 4, success = false, reason = 'its nonce was spent by another transaction' returning 1");
        Assert.Equal("failed", (await Reply.GetAsync(stack.Http, $"api/relay/{relay["id"]}"))["state"]);
        stack.Node.Heal();

        Assert.True(await RelayWorld.BecomesAsync(
            async () => (await Reply.GetAsync(stack.Http, $"api/relay/{relay["id"]}"))["state"] == "confirmed", seconds: 90));

        Assert.Equal(1L, await world.AskAsync("select count(*) from transactions where state = 4 and fee > 0"));
        foreach (var sum in new[] { "select sum(fee)::text from relays", "select sum(fee)::text from spend_hours", "select sum(fee)::text from spend_users" })
        {
            Assert.Equal(await world.AskAsync("select sum(fee)::text from transactions"), await world.AskAsync(sum));
        }

        var done = await Reply.GetAsync(stack.Http, $"api/relay/{relay["id"]}");
        Assert.Null(done["reason"]);
        Assert.Equal(1UL, await world.CountAsync(user.Address));
    }
}
