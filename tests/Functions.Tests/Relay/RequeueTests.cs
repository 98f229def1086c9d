namespace Functions.Tests.Relay;

/// <summary>A transaction ends without carrying its requests: each gets another one, and is carried out once.</summary>
[Trait("needs", "services")]
public sealed class RequeueTests(IsolatedStacks stacks) : IClassFixture<IsolatedStacks>
{
    private const string Send = "eth_sendRawTransaction";

    [Fact]
    public async Task A_request_whose_nonce_a_stranger_took_is_carried_out_once_by_another_transaction()
    {
        await using var stack = await stacks.SettleAsync();
        await using var other = await stack.StartAnotherAppAsync();
        var (world, node, user, loner) = (stack.World, stacks.Stack.Node, new Wallet(), new Wallet());
        stack.Node.Refuse(Send);
        var first = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, user));
        var second = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, user, 1));
        var third = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, loner));
        await Mining.SendAsync(node, stack.Signer, 0, loner.Address);
        stack.Node.Heal();

        foreach (var reply in new[] { first, second, third })
        {
            Assert.Equal(202, reply.Status);
            var done = await RelayWorld.WaitAsync(stack.Http, reply["id"]!, seconds: 90);
            Assert.True(done["state"] == "confirmed", done.Text);
        }

        // The second reached the chain before the first could: it went again behind it.
        Assert.NotEqual(first["transactionHash"], (await Reply.GetAsync(stack.Http, $"api/relay/{first["id"]}"))["transactionHash"]);
        Assert.Equal(third["transactionHash"], (await Reply.GetAsync(stack.Http, $"api/relay/{third["id"]}"))["transactionHash"]);
        Assert.Equal([0UL, 1UL], (await world.ExecutedAsync(user.Address)).Select(request => (ulong)request.Nonce.ToBigInteger()));
        Assert.Equal((2UL, 1UL), (await world.CountAsync(user.Address), await world.CountAsync(loner.Address)));
        Assert.Equal(1L, await world.AskAsync("select count(*) from transactions where state = 7"));
        Assert.Equal(2L, await world.AskAsync("select count(*) from relays where cardinality(earlier_transactions) = 1"));
        Assert.Equal(0L, await world.AskAsync("select count(*) from relays where waiting"));
        Assert.Equal(5L, await world.NonceOnChainAsync(stack.Signer.Address));
        Assert.Equal(
            await world.AskAsync("select sum(fee)::text from transactions"), await world.AskAsync("select sum(fee)::text from relays"));
    }
}
