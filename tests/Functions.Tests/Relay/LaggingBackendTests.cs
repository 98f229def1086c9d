namespace Functions.Tests.Relay;

/// <summary>A URL behind which one backend has not seen the newest blocks: within what healthy nodes may be apart, and older than what is known.</summary>
[Trait("needs", "services")]
public sealed class LaggingBackendTests(IsolatedStacks stacks) : IClassFixture<IsolatedStacks>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_nonce_that_is_known_to_be_spent_is_never_given_and_the_next_request_is_taken(bool isAnotherInstance)
    {
        await using var stack = await stacks.SettleAsync();
        await using var other = isAnotherInstance ? await stack.StartAnotherAppAsync() : null;
        var (world, user, http) = (stack.World, new Wallet(), other?.Http ?? stack.Http);
        var path = $"api/nonces/31337/{world.OpenZeppelin.Address}/{user.Address}";
        for (var nonce = 0; nonce < 3; nonce++)
        {
            Assert.Equal($"{nonce}", (await Reply.GetAsync(http, path))["nonce"]);
            var before = await stack.Stack.Node.BlockNumberAsync(Cancellation);
            var posted = await stack.PostUntilTakenAsync(world.Post(world.OpenZeppelin, user, nonce: (ulong)nonce));
            Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, posted["id"]!))["state"]);

            // Every second body first, then every one. Whose turn the other backend is depends on who else asks: no answer is no wrong one.
            stack.Node.LagAt(before, number => number % 2 == 0);
            for (var i = 0; i < 6; i++)
            {
                Assert.Equal($"{nonce + 1}", (await UntilAnsweredAsync(() => Reply.GetAsync(http, path)))["nonce"]);
            }

            var next = world.Post(world.OpenZeppelin, user, nonce: (ulong)nonce + 1);
            Assert.Equal(200, (await UntilAnsweredAsync(() => Reply.PostAsync(http, "api/relay/simulate", next))).Status);
            stack.Node.LagAt(before);
            IsolatedStack.AssertUnavailable(await Reply.GetAsync(http, path), "chain_unavailable");
            stack.Node.Heal();
        }

        Assert.Equal(3, (await world.ExecutedAsync(user.Address)).Count);
    }

    private static async Task<Reply> UntilAnsweredAsync(Func<Task<Reply>> ask)
    {
        var reply = await ask();
        await RelayWorld.BecomesAsync(async () => reply.Status != 503 || (reply = await ask()).Status != 503);
        return reply;
    }
}
