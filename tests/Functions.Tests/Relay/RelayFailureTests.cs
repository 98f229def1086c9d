using System.Text.Json.Nodes;
using Relayer.Core.Ethereum;

namespace Functions.Tests.Relay;

/// <summary>The database, the node or the app itself goes away: callers are told to come back, and what was accepted is carried out once.</summary>
public sealed class RelayFailureTests(Islands islands) : IClassFixture<Islands>
{
    private const string Send = "eth_sendRawTransaction";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static readonly Dictionary<string, Func<string, string>> Garblings = new(StringComparer.Ordinal)
    {
        ["nothing"] = _ => "",
        ["a web page"] = _ => "<html><body>502 Bad Gateway</body></html>",
        ["null"] = _ => "null",
        ["an empty object"] = _ => "{}",
        ["an empty list"] = _ => "[]",
        ["half an answer"] = answer => answer[..(answer.Length / 2)],
        ["answers without results"] = answer => Each(answer, reply => reply.Remove("result")),
        ["null results"] = answer => Each(answer, reply => reply["result"] = null),
        ["empty results"] = answer => Each(answer, reply => reply["result"] = "0x"),
        ["results that are no hex"] = answer => Each(answer, reply => reply["result"] = "0xzz"),
        ["results that are numbers"] = answer => Each(answer, reply => reply["result"] = 12),
        ["results that are lists"] = answer => Each(answer, reply => reply["result"] = new JsonArray()),
        ["results of 2^256"] = answer => Each(answer, reply => reply["result"] = "0x1" + new string('0', 64)),
        ["other ids"] = answer => Each(answer, reply => reply["id"] = 77_000),
        ["errors of its own"] = answer => Each(answer, reply =>
        {
            reply.Remove("result");
            reply["error"] = new JsonObject { ["code"] = -32603, ["message"] = "Internal error" };
        }),
        ["another chain"] = answer => Each(answer, reply => reply["result"] = "0x1"),
    };

    [Fact]
    public async Task While_the_database_is_down_callers_are_told_to_come_back()
    {
        await using var island = await islands.SettleAsync();
        var (world, user) = (island.World, new Wallet());
        island.Node.Refuse(Send);
        var accepted = await Reply.PostAsync(island.Http, "api/relay", world.Post(world.OpenZeppelin, user));
        var next = world.Post(world.OpenZeppelin, user, 1);
        await islands.Stack.Postgres.StopAsync();
        try
        {
            island.Node.Heal();
            AssertUnavailable(await Reply.PostAsync(island.Http, "api/relay", next), "storage_unavailable");
            AssertUnavailable(await Reply.PostAsync(island.Http, "api/relay/simulate", next), "storage_unavailable");
            AssertUnavailable(await Reply.GetAsync(island.Http, $"api/relay/{accepted["id"]}"), "storage_unavailable");
            AssertUnavailable(await Reply.GetAsync(island.Http, $"api/relay/{accepted["id"]}/events"), "storage_unavailable");
            AssertUnavailable(await Reply.GetAsync(island.Http, $"api/relay?from={user.Address}"), "storage_unavailable");
            AssertUnavailable(
                await Reply.GetAsync(island.Http, $"api/nonces/31337/{world.OpenZeppelin.Address}/{user.Address}"), "storage_unavailable");
            AssertUnavailable(await Reply.GetAsync(island.Http, "api/ready"), "not_ready");
            Assert.Equal(200, (await Reply.GetAsync(island.Http, "api/health")).Status);
            Assert.Equal(200, (await Reply.GetAsync(island.Http, "api/chains")).Status);
            var batch = await Reply.PostAsync(island.Http, "api/relay/batch", new JsonObject { ["requests"] = new JsonArray(next.DeepClone()) });
            Assert.Equal((207, 503), (batch.Status, (int)batch.Json["outcomes"]![0]!["status"]!));
        }
        finally
        {
            await islands.Stack.Postgres.StartAsync(Cancellation);
        }

        Assert.Equal(202, accepted.Status);
        var posted = await PostUntilTakenAsync(island, next);
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(island.Http, accepted["id"]!))["state"]);
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(island.Http, posted["id"]!))["state"]);
        Assert.Equal([UInt256.Zero, 1], (await world.ExecutedAsync(user.Address)).Select(executed => executed.Nonce));
    }

    [Fact]
    public async Task An_app_that_starts_before_its_database_finds_it_later()
    {
        await using var island = await islands.SettleAsync();
        await island.App.StopAsync();
        await islands.Stack.Postgres.StopAsync();
        try
        {
            await island.App.StartAsync(Cancellation);
            AssertUnavailable(
                await Reply.PostAsync(island.Http, "api/relay", island.World.Post(island.World.Infinex, new Wallet())), "storage_unavailable");
        }
        finally
        {
            await islands.Stack.Postgres.StartAsync(Cancellation);
        }

        var posted = await PostUntilTakenAsync(island, island.World.Post(island.World.Infinex, new Wallet()));
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(island.Http, posted["id"]!))["state"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_the_node_is_down_or_silent_callers_are_told_to_come_back(bool isSilent)
    {
        var node = islands.Stack.Node;
        await using var island = await islands.SettleAsync(new Dictionary<string, string> { ["Chains__local__RpcTimeout"] = "00:00:01" });
        var (world, user) = (island.World, new Wallet());
        var done = await Reply.PostAsync(island.Http, "api/relay", world.Post(world.Infinex, user));
        await RelayWorld.WaitAsync(island.Http, done["id"]!);
        var body = world.Post(world.OpenZeppelin, user);
        await AwayAsync();
        try
        {
            AssertUnavailable(await Reply.PostAsync(island.Http, "api/relay", body), "chain_unavailable");
            AssertUnavailable(await Reply.PostAsync(island.Http, "api/relay/simulate", body), "chain_unavailable");
            AssertUnavailable(
                await Reply.GetAsync(island.Http, $"api/nonces/31337/{world.OpenZeppelin.Address}/{user.Address}"), "chain_unavailable");
            AssertUnavailable(await Reply.GetAsync(island.Http, "api/ready"), "not_ready");
            Assert.Equal("confirmed", (await Reply.GetAsync(island.Http, $"api/relay/{done["id"]}"))["state"]); // Needs no chain.
            Assert.Single((await Reply.GetAsync(island.Http, $"api/relay?from={user.Address}")).Json["relays"]!.AsArray());
        }
        finally
        {
            await BackAsync();
        }

        var posted = await PostUntilTakenAsync(island, body);
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(island.Http, posted["id"]!))["state"]);

        Task AwayAsync()
        {
            if (!isSilent)
            {
                return node.StopAsync();
            }

            node.Freeze();
            return Task.CompletedTask;
        }

        Task BackAsync()
        {
            if (!isSilent)
            {
                return node.StartAsync(Cancellation);
            }

            node.Thaw();
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_node_that_answers_garbage_is_as_good_as_none()
    {
        await using var island = await islands.SettleAsync();
        var world = island.World;
        var user = new Wallet();
        foreach (var (name, garble) in Garblings.Where(pair => pair.Key != "another chain"))
        {
            island.Node.Garble(garble);
            foreach (var forwarder in new[] { world.OpenZeppelin, world.Infinex })
            {
                var reply = await Reply.PostAsync(island.Http, "api/relay", world.Post(forwarder, user));
                Assert.True(reply.Status == 503, $"{name}: {reply.Text}");
                AssertUnavailable(reply, "chain_unavailable");
            }

            AssertUnavailable(
                await Reply.GetAsync(island.Http, $"api/nonces/31337/{world.OpenZeppelin.Address}/{user.Address}"), "chain_unavailable");
        }

        island.Node.Heal();
        var posted = await PostUntilTakenAsync(island, world.Post(world.OpenZeppelin, user));
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(island.Http, posted["id"]!))["state"]);
        Assert.Single(await world.ExecutedAsync(user.Address));
    }

    [Fact]
    public async Task A_known_forwarder_that_answers_garbage_later_is_no_reason_to_refuse()
    {
        await using var island = await islands.SettleAsync();
        var (world, user) = (island.World, new Wallet());
        Assert.Equal(200, (await Reply.PostAsync(island.Http, "api/relay/simulate", world.Post(world.OpenZeppelin, user))).Status);
        foreach (var garble in Garblings.Values)
        {
            island.Node.Garble(garble);
            AssertUnavailable(await Reply.PostAsync(island.Http, "api/relay", world.Post(world.OpenZeppelin, user)), "chain_unavailable");
        }

        Assert.Equal(0, await world.CountRowsAsync("relays"));
        Assert.Equal(0, await world.CountRowsAsync("transactions"));
    }

    [Fact]
    public async Task A_node_of_another_chain_is_never_used()
    {
        await using var island = await islands.SettleAsync(before: node => node.Garble(Garblings["another chain"]));
        AssertUnavailable(
            await Reply.PostAsync(island.Http, "api/relay", island.World.Post(island.World.Infinex, new Wallet())), "chain_unavailable");
    }

    [Theory]
    [InlineData("refused")]
    [InlineData("broken off")]
    [InlineData("answer lost")]
    public async Task What_is_accepted_while_broadcasts_fail_is_carried_out_once_when_they_work(string how)
    {
        await using var island = await islands.SettleAsync();
        var (world, user) = (island.World, new Wallet());
        Fail(island.Node, how);
        var body = world.Post(world.OpenZeppelin, user);
        var nonce = RelayWorld.RandomNonce();
        var first = await Reply.PostAsync(island.Http, "api/relay", body);
        var behind = await Reply.PostAsync(island.Http, "api/relay", world.Post(world.OpenZeppelin, user, 1));
        var unordered = await Reply.PostAsync(island.Http, "api/relay", world.Post(world.Infinex, user, nonce));

        Assert.All([first, behind, unordered], reply => Assert.Equal((202, "accepted"), (reply.Status, reply["state"])));
        Assert.True(island.Node.Faults > 0);
        var again = await Reply.PostAsync(island.Http, "api/relay", body);
        Assert.Equal((200, first["id"], first["transactionHash"]), (again.Status, again["id"], again["transactionHash"]));

        // Others cannot have the nonces that are held.
        foreach (var other in new[] { world.Post(world.OpenZeppelin, user, gas: 90_000), world.Post(world.Infinex, user, nonce, gas: 90_000) })
        {
            (await Reply.PostAsync(island.Http, "api/relay", other)).AssertProblem(409, "nonce_used");
        }

        var free = await Reply.GetAsync(island.Http, $"api/nonces/31337/{world.OpenZeppelin.Address}/{user.Address}");
        Assert.Equal("2", free["nonce"]);

        island.Node.Heal();
        foreach (var reply in new[] { first, behind, unordered })
        {
            Assert.Equal("confirmed", (await RelayWorld.WaitAsync(island.Http, reply["id"]!))["state"]);
        }

        await AssertOnceAsync(island, user, 3);
    }

    [Fact]
    public async Task A_request_that_expires_before_it_can_be_sent_ends_and_blocks_nobody()
    {
        await using var island = await islands.SettleAsync(new Dictionary<string, string> { ["Chains__local__Policy__MinDeadline"] = "00:00:01" });
        var (world, late, next) = (island.World, new Wallet(), new Wallet());
        island.Node.Refuse(Send);
        var message = world.Message(world.OpenZeppelin, late) with { Deadline = RelayWorld.InSeconds(4) };
        var expiring = await Reply.PostAsync(
            island.Http, "api/relay", RelayWorld.Body(world.OpenZeppelin, message, late.Sign(world.OpenZeppelin, message).ToString()));
        var other = await Reply.PostAsync(island.Http, "api/relay", world.Post(world.Infinex, next));
        await Task.Delay(TimeSpan.FromSeconds(6), Cancellation);
        island.Node.Heal();

        var ended = await RelayWorld.WaitAsync(island.Http, expiring["id"]!);
        Assert.Contains(ended["state"], new[] { "expired", "failed" });
        Assert.False(string.IsNullOrEmpty(ended["reason"]));
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(island.Http, other["id"]!))["state"]);
        Assert.Empty(await world.ExecutedAsync(late.Address));
        Assert.Equal(202, (await Reply.PostAsync(island.Http, "api/relay", world.Post(world.OpenZeppelin, late))).Status);
    }

    [Fact]
    public async Task A_call_that_fails_after_all_is_told_with_its_reason_and_frees_its_nonce()
    {
        var node = islands.Stack.Node;
        await using var island = await islands.SettleAsync();
        var (world, user) = (island.World, new Wallet());
        var target = world.Target.ToString();
        var code = (await node.Rpc.SendAsync("eth_getCode", [target, "latest"], Cancellation)).GetString()!;
        island.Node.Refuse(Send);
        var ordered = await Reply.PostAsync(island.Http, "api/relay", world.Post(world.OpenZeppelin, user));
        var unordered = await Reply.PostAsync(island.Http, "api/relay", world.Post(world.Infinex, user));
        await node.SetCodeAsync(target, Reverting("closed\0 since noon"), Cancellation);
        try
        {
            island.Node.Heal();
            foreach (var reply in new[] { ordered, unordered })
            {
                var failed = await RelayWorld.WaitAsync(island.Http, reply["id"]!);
                Assert.Equal(("failed", "closed since noon"), (failed["state"], failed["reason"]));
                Assert.False(failed.Json["success"]!.GetValue<bool>());
                Assert.True(UInt256.Parse(failed["feeWei"]) > UInt256.Zero);
            }
        }
        finally
        {
            await node.SetCodeAsync(target, code, Cancellation);
        }

        var repaired = await PostUntilTakenAsync(island, world.Post(world.OpenZeppelin, user, gas: 120_000));
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(island.Http, repaired["id"]!))["state"]);
        Assert.Single(await world.ExecutedAsync(user.Address));
    }

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
        await enough.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
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
            var reply = await PostUntilTakenAsync(island, body);
            Assert.Equal("confirmed", (await RelayWorld.WaitAsync(island.Http, reply["id"]!))["state"]);
        }

        foreach (var user in users)
        {
            Assert.Equal(1UL, await world.CountAsync(user.Address));
        }

        await AssertLedgerIsTheChainAsync(island, users.Length);
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
        await AssertLedgerIsTheChainAsync(island, replies.Count);
    }

    private static async Task AssertOnceAsync(Island island, Wallet user, int count)
    {
        Assert.Equal(count, (await island.World.ExecutedAsync(user.Address)).Count);
        Assert.Equal((ulong)count, await island.World.CountAsync(user.Address));
        await AssertLedgerIsTheChainAsync(island, count);
    }

    /// <summary>As many transactions in the ledger as the signer sent, each with one relay.</summary>
    private static async Task AssertLedgerIsTheChainAsync(Island island, long count)
    {
        Assert.Equal(count, await island.World.CountRowsAsync("relays"));
        Assert.Equal(count, await island.World.CountRowsAsync("transactions"));
        Assert.Equal(count, await island.World.NonceOnChainAsync(island.Signer.Address));
    }

    private static void AssertUnavailable(Reply reply, string code)
    {
        reply.AssertProblem(503, code);
        Assert.NotNull(reply.RetryAfter);
        Assert.InRange(reply.RetryAfter.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
    }

    /// <summary>Posts as a frontend does that is told to come back.</summary>
    private static async Task<Reply> PostUntilTakenAsync(Island island, JsonObject body)
    {
        Reply? reply = null;
        Assert.True(
            await RelayWorld.BecomesAsync(async () =>
            {
                reply = await Reply.PostAsync(island.Http, "api/relay", body);
                return reply.Status is 200 or 202;
            }),
            reply?.Text);
        return reply!;
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

    private static string Each(string answer, Action<JsonObject> spoil)
    {
        var root = JsonNode.Parse(answer)!;
        foreach (var reply in root is JsonArray list ? list.Select(item => item!.AsObject()) : [root.AsObject()])
        {
            spoil(reply);
        }

        return root.ToJsonString();
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
