namespace Functions.Tests.Relay;

/// <summary>The chain takes blocks back.</summary>
[Trait("needs", "services")]
public sealed class ReorgTests(IsolatedStacks stacks) : IClassFixture<IsolatedStacks>
{
    [Fact]
    public async Task What_a_reorg_took_back_is_on_chain_again_and_only_then_confirmed()
    {
        var node = stacks.Stack.Node;
        await using var stack = await stacks.SettleAsync(new Dictionary<string, string> { ["Chains__local__Confirmations"] = "6" });
        var (world, user) = (stack.World, new Wallet());
        await node.MineAsync(8, TestContext.Current.CancellationToken);
        var ids = new[]
        {
            (await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, user)))["id"]!,
            (await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, user, 1)))["id"]!,
            (await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, user)))["id"]!,
        };
        Assert.True(await RelayWorld.BecomesAsync(async () => await StateAsync(stack, ids[2]) == "mined"));
        await node.ReorganiseAsync(7, TestContext.Current.CancellationToken);

        Assert.Empty(await world.ExecutedAsync(user.Address));
        Assert.True(await RelayWorld.BecomesAsync(async () => await StateAsync(stack, ids[0]) is "pending" or "accepted"));
        foreach (var id in ids)
        {
            var done = await RelayWorld.WaitAsync(stack.Http, id);
            Assert.Equal("confirmed", done["state"]);
            Assert.True(await node.BlockNumberAsync(TestContext.Current.CancellationToken) >= (long)done.Json["blockNumber"]! + 6);
        }

        await stack.AssertOnceAsync(user, 3);
    }

    private static async Task<string?> StateAsync(IsolatedStack stack, string id) => (await Reply.GetAsync(stack.Http, $"api/relay/{id}"))["state"];
}
