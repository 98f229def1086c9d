namespace Functions.Tests.Relay;

/// <summary>The app is killed in the middle of its work: what it accepted is on chain exactly once.</summary>
[Trait("needs", "services")]
public sealed class AppFailureTests(Islands islands) : IClassFixture<Islands>
{
    private const string Send = "eth_sendRawTransaction";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_killed_app_accepted_is_on_chain_once_after_its_restart()
    {
        await using var island = await islands.SettleAsync();
        var world = island.World;
        var (users, taken) = (Enumerable.Range(0, 60).Select(_ => new Wallet()).ToArray(), 0);
        var bodies = users.Select((user, i) => world.Post(i % 2 == 0 ? world.OpenZeppelin : world.Infinex, user)).ToArray();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var posts = bodies.Select(async body =>
        {
            try
            {
                var reply = await Reply.PostAsync(island.Http, "api/relay", body);
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
        await island.App.KillAsync();
        var answers = await Task.WhenAll(posts);
        await island.App.StartAsync(Cancellation);

        Assert.All(answers.OfType<Reply>(), reply => Assert.Equal(202, reply.Status));
        foreach (var reply in answers.OfType<Reply>())
        {
            Assert.Equal("confirmed", (await RelayWorld.WaitAsync(island.Http, reply["id"]!))["state"]);
        }

        // Whoever had no answer asks again, and is never served twice.
        foreach (var body in bodies.Where((_, i) => answers[i] is null))
        {
            var reply = await island.PostUntilTakenAsync(body);
            Assert.Equal("confirmed", (await RelayWorld.WaitAsync(island.Http, reply["id"]!))["state"]);
        }

        foreach (var user in users)
        {
            Assert.Equal(1UL, await world.CountAsync(user.Address));
        }

        await island.AssertLedgerIsTheChainAsync(users.Length);
    }

    [Fact]
    public async Task What_a_killed_app_had_not_sent_yet_is_on_chain_once_after_its_restart()
    {
        await using var island = await islands.SettleAsync();
        var (world, users) = (island.World, Enumerable.Range(0, 5).Select(_ => new Wallet()).ToArray());
        island.Node.Refuse(Send, abort: true);
        var replies = new List<Reply>();
        foreach (var user in users)
        {
            replies.Add(await Reply.PostAsync(island.Http, "api/relay", world.Post(world.OpenZeppelin, user)));
            replies.Add(await Reply.PostAsync(island.Http, "api/relay", world.Post(world.OpenZeppelin, user, 1)));
        }

        await island.App.KillAsync();
        island.Node.Heal();
        await island.App.StartAsync(Cancellation);

        Assert.All(replies, reply => Assert.Equal((202, "accepted"), (reply.Status, reply["state"])));
        foreach (var reply in replies)
        {
            var done = await RelayWorld.WaitAsync(island.Http, reply["id"]!);
            Assert.Equal(("confirmed", reply["transactionHash"]), (done["state"], done["transactionHash"])); // The very bytes.
        }

        Assert.All(await Task.WhenAll(users.Select(user => world.CountAsync(user.Address))), count => Assert.Equal(2UL, count));
        await island.AssertLedgerIsTheChainAsync(replies.Count);
    }

    [Fact]
    public async Task What_a_killed_app_had_not_sent_yet_is_carried_out_by_another()
    {
        await using var island = await islands.SettleAsync();
        var (world, user) = (island.World, new Wallet());
        island.Node.Refuse(Send);
        var first = await Reply.PostAsync(island.Http, "api/relay", world.Post(world.OpenZeppelin, user));
        var second = await Reply.PostAsync(island.Http, "api/relay", world.Post(world.OpenZeppelin, user, 1));
        await island.App.KillAsync();
        await using var other = await island.StartAnotherAppAsync();
        island.Node.Heal();

        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(other.Http, first["id"]!))["state"]);
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(other.Http, second["id"]!))["state"]);
        await island.AssertOnceAsync(user, 2);
    }
}
