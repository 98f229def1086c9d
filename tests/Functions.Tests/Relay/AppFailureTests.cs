namespace Functions.Tests.Relay;

/// <summary>The app is killed in the middle of its work: what it accepted is on chain exactly once.</summary>
[Trait("needs", "services")]
public sealed class AppFailureTests(IsolatedStacks stacks) : IClassFixture<IsolatedStacks>
{
    private const string Send = "eth_sendRawTransaction";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_killed_app_accepted_is_on_chain_once_after_its_restart()
    {
        await using var stack = await stacks.SettleAsync();
        var world = stack.World;
        var (users, taken) = (Enumerable.Range(0, 60).Select(_ => new Wallet()).ToArray(), 0);
        var bodies = users.Select((user, i) => world.Post(i % 2 == 0 ? world.OpenZeppelin : world.Infinex, user)).ToArray();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var posts = bodies.Select(async body =>
        {
            try
            {
                var reply = await Reply.PostAsync(stack.Http, "api/relay", body);
                if (Interlocked.Increment(ref taken) == 10)
                {
                    enough.TrySetResult();
                }

                return reply;
            }
            catch (HttpRequestException)
            {
                return null; // The app was killed before it answered.
            }
        }).ToArray();
        await enough.Task.WaitAsync(TimeSpan.FromSeconds(90), Cancellation);
        await stack.App.KillAsync();
        var answers = await Task.WhenAll(posts);
        await stack.App.StartAsync(Cancellation);

        Assert.All(answers.OfType<Reply>(), reply => Assert.Equal(202, reply.Status));
        foreach (var reply in answers.OfType<Reply>())
        {
            Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, reply["id"]!))["state"]);
        }

        // Whoever had no answer asks again, and is never served twice.
        foreach (var body in bodies.Where((_, i) => answers[i] is null))
        {
            var reply = await stack.PostUntilTakenAsync(body);
            Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, reply["id"]!))["state"]);
        }

        foreach (var user in users)
        {
            Assert.Equal(1UL, await world.CountAsync(user.Address));
        }

        await stack.AssertLedgerIsTheChainAsync(users.Length);
    }

    [Fact]
    public async Task What_a_killed_app_had_not_sent_yet_is_on_chain_once_after_its_restart()
    {
        await using var stack = await stacks.SettleAsync();
        var (world, users) = (stack.World, Enumerable.Range(0, 5).Select(_ => new Wallet()).ToArray());
        stack.Node.Refuse(Send, abort: true);
        var replies = new List<Reply>();
        foreach (var user in users)
        {
            replies.Add(await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, user)));
            replies.Add(await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, user, 1)));
        }

        await stack.App.KillAsync();
        stack.Node.Heal();
        await stack.App.StartAsync(Cancellation);

        Assert.All(replies, reply => Assert.Equal((202, "accepted"), (reply.Status, reply["state"])));
        foreach (var reply in replies)
        {
            var done = await RelayWorld.WaitAsync(stack.Http, reply["id"]!);
            Assert.Equal(("confirmed", reply["transactionHash"]), (done["state"], done["transactionHash"])); // The very bytes.
        }

        Assert.All(await Task.WhenAll(users.Select(user => world.CountAsync(user.Address))), count => Assert.Equal(2UL, count));
        await stack.AssertLedgerIsTheChainAsync(replies.Count);
    }

    [Fact]
    public async Task What_a_killed_app_had_not_sent_yet_is_carried_out_by_another()
    {
        await using var stack = await stacks.SettleAsync();
        var (world, user) = (stack.World, new Wallet());
        stack.Node.Refuse(Send);
        var first = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, user));
        var second = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, user, 1));
        await stack.App.KillAsync();
        await using var other = await stack.StartAnotherAppAsync();
        stack.Node.Heal();

        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(other.Http, first["id"]!))["state"]);
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(other.Http, second["id"]!))["state"]);
        await stack.AssertOnceAsync(user, 2);
    }
}
