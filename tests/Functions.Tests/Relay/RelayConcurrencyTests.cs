using System.Globalization;
using System.Text.Json.Nodes;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Forwarders;

namespace Functions.Tests.Relay;

/// <summary>Many posts at once, to one app and to two on one database: nothing twice, nothing out of order, nothing above the quota.</summary>
public abstract class RelayConcurrencyTests(RelayFixture relay)
{
    private readonly RelayWorld _world = relay.World;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("OpenZeppelin")]
    [InlineData("Infinex")]
    public async Task The_same_request_50_times_at_once_is_one_transaction(string dialect)
    {
        await AssertOneTransactionAsync(dialect, relay.Http);
    }

    [Theory]
    [InlineData("OpenZeppelin")]
    [InlineData("Infinex")]
    public async Task The_same_request_50_times_at_once_to_two_apps_is_one_transaction(string dialect)
    {
        await using var other = await relay.Stack.StartAnotherAppAsync(cancellation: Cancellation);
        for (var round = 0; round < 3; round++)
        {
            await AssertOneTransactionAsync(dialect, relay.Http, other.Http);
        }
    }

    [Fact]
    public async Task The_same_request_many_times_in_one_batch_is_one_transaction()
    {
        var body = _world.Post(_world.OpenZeppelin, new Wallet());
        var requests = new JsonArray([.. Enumerable.Range(0, 100).Select(_ => body.DeepClone())]);
        var batch = await Reply.PostAsync(relay.Http, "api/relay/batch", new JsonObject { ["requests"] = requests });
        var outcomes = batch.Json["outcomes"]!.AsArray();

        Assert.Equal(202, (int)outcomes[0]!["status"]!);
        Assert.All(outcomes.Skip(1), outcome => Assert.Equal(200, (int)outcome!["status"]!));
        Assert.Single(outcomes.Select(outcome => (string?)outcome!["relay"]!["id"]).Distinct());
    }

    [Fact]
    public async Task Different_requests_with_one_nonce_at_once_are_one_transaction()
    {
        await using var other = await relay.Stack.StartAnotherAppAsync(cancellation: Cancellation);
        foreach (var forwarder in new[] { _world.OpenZeppelin, _world.Infinex })
        {
            var (user, nonce) = (new Wallet(), forwarder.HasSequentialNonces ? 0 : RelayWorld.RandomNonce());
            var replies = await AtOnceAsync(40, i => _world.Post(forwarder, user, nonce, gas: 100_000 + (ulong)i), relay.Http, other.Http);

            var accepted = Assert.Single(replies, reply => reply.Status == 202);
            Assert.All(replies.Where(reply => reply != accepted), reply => reply.AssertProblem(409, "nonce_used"));
            Assert.Equal("confirmed", (await RelayWorld.WaitAsync(relay.Http, accepted["id"]!))["state"]);
            Assert.Single(await _world.ExecutedAsync(user.Address));
            Assert.Equal(1, await _world.CountRowsAsync("relays", user.Address));
        }
    }

    [Fact]
    public async Task Relays_per_minute_hold_under_60_parallel_posts_to_two_apps()
    {
        const int Limit = 7;
        var settings = new Dictionary<string, string> { ["Chains__local__Policy__RelaysPerMinute"] = $"{Limit}" };
        await using var first = await relay.Stack.StartAnotherAppAsync(settings, Cancellation);
        await using var second = await relay.Stack.StartAnotherAppAsync(settings, Cancellation);
        var user = new Wallet();
        var replies = await AtOnceAsync(60, _ => _world.Post(_world.Infinex, user), first.Http, second.Http);
        var most = await _world.AskAsync(
            $"select max(n) from (select count(*) n from relays where {Is(user)} group by date_trunc('minute', created_at)) of_minute");

        var accepted = replies.Count(reply => reply.Status == 202);
        Assert.Equal(accepted, await _world.CountRowsAsync("relays", user.Address));
        Assert.InRange(accepted, Limit, 2 * Limit); // The minute may have turned meanwhile.
        Assert.Equal((long)Limit, most);
        Assert.All(replies.Where(reply => reply.Status != 202), reply => AssertQuotaExceeded(reply, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task Gas_per_day_holds_under_60_parallel_posts_to_two_apps()
    {
        // What one request's transaction may cost, all but a few bytes that happen to be zero.
        var message = _world.Message(_world.Infinex, new Wallet());
        var one = (long)OuterGas.For(_world.Infinex, [message], _world.Infinex.EncodeExecute(message, new Wallet().Sign(_world.Infinex, message)));
        var quota = one * 585 / 100;
        var settings = new Dictionary<string, string> { ["Chains__local__Policy__GasPerDay"] = $"{quota}" };
        await using var first = await relay.Stack.StartAnotherAppAsync(settings, Cancellation);
        await using var second = await relay.Stack.StartAnotherAppAsync(settings, Cancellation);
        var user = new Wallet();
        var replies = await AtOnceAsync(60, _ => _world.Post(_world.Infinex, user), first.Http, second.Http);
        var late = await Reply.PostAsync(first.Http, "api/relay", _world.Post(_world.Infinex, user));
        var small = await Reply.PostAsync(second.Http, "api/relay", _world.Post(_world.Infinex, user, gas: 50_000));
        var untilMidnight = TimeSpan.FromDays(1) - TimeProvider.System.GetUtcNow().TimeOfDay;

        Assert.Equal(5, replies.Count(reply => reply.Status == 202));
        Assert.Equal(202, small.Status);
        var charged = Convert.ToInt64(
            await _world.AskAsync($"select granted from quota_usage where \"user\" = '\\x{Convert.ToHexStringLower(user.Address.Span)}' and period = 1"),
            CultureInfo.InvariantCulture);
        Assert.InRange(charged, (5 * one) + 100_000, quota);
        foreach (var refused in replies.Where(reply => reply.Status != 202).Append(late))
        {
            AssertQuotaExceeded(refused, TimeSpan.FromDays(1));
            Assert.True(refused.RetryAfter > untilMidnight - TimeSpan.FromMinutes(1), $"{refused.RetryAfter}, but {untilMidnight} until midnight");
        }
    }

    [Fact]
    public async Task Another_user_is_not_touched_by_a_users_quota()
    {
        var settings = new Dictionary<string, string> { ["Chains__local__Policy__RelaysPerMinute"] = "1" };
        await using var app = await relay.Stack.StartAnotherAppAsync(settings, Cancellation);
        var replies = await AtOnceAsync(20, _ => _world.Post(_world.Infinex, new Wallet()), app.Http);

        Assert.All(replies, reply => Assert.Equal(202, reply.Status));
    }

    [Fact]
    public async Task Sequential_nonces_posted_quickly_keep_their_order()
    {
        await using var other = await relay.Stack.StartAnotherAppAsync(cancellation: Cancellation);
        HttpClient[] apps = [relay.Http, other.Http];
        var users = Enumerable.Range(0, 4).Select(_ => new Wallet()).ToArray();
        await Task.WhenAll(users.Select(async user =>
        {
            var ids = new List<string>();
            for (ulong nonce = 0; nonce < 8; nonce++)
            {
                var posted = await Reply.PostAsync(apps[nonce % 2], "api/relay", _world.Post(_world.OpenZeppelin, user, nonce));
                Assert.True(posted.Status == 202, posted.Text);
                ids.Add(posted["id"]!);
            }

            foreach (var id in ids)
            {
                Assert.Equal("confirmed", (await RelayWorld.WaitAsync(relay.Http, id))["state"]);
            }
        }));

        foreach (var user in users)
        {
            var executed = await _world.ExecutedAsync(user.Address);
            Assert.Equal(Enumerable.Range(0, 8).Select(nonce => (UInt256)(ulong)nonce), executed.Select(request => request.Nonce));
            Assert.All(executed, request => Assert.True(request.Success));
        }
    }

    [Fact]
    public async Task Sequential_nonces_posted_at_once_are_taken_or_told_to_wait_their_turn()
    {
        var user = new Wallet();
        JsonObject[] bodies = [.. Enumerable.Range(0, 6).Select(nonce => _world.Post(_world.OpenZeppelin, user, (ulong)nonce))];
        var open = bodies;
        while (open.Length > 0)
        {
            var replies = await Task.WhenAll(open.Select(body => Reply.PostAsync(relay.Http, "api/relay", body)));
            Assert.All(replies.Where(reply => reply.Status is not (200 or 202)), reply => reply.AssertProblem(409, "nonce_gap"));
            var rest = open.Zip(replies).Where(pair => pair.Second.Status == 409).Select(pair => pair.First).ToArray();
            Assert.True(rest.Length < open.Length, "none was taken");
            open = rest;
        }

        Assert.True(await RelayWorld.BecomesAsync(async () => (await _world.ExecutedAsync(user.Address)).Count == 6));
        Assert.Equal(6UL, await _world.CountAsync(user.Address));
    }

    private async Task AssertOneTransactionAsync(string dialect, params HttpClient[] apps)
    {
        var user = new Wallet();
        var body = _world.Post(_world.Of(dialect), user);
        var before = await _world.CountRowsAsync("transactions");
        var replies = await AtOnceAsync(50, _ => body, apps);

        Assert.All(replies, reply => Assert.True(reply.Status is 200 or 202, reply.Text));
        Assert.Single(replies, reply => reply.Status == 202);
        var id = Assert.Single(replies.Select(reply => reply["id"]).Distinct())!;
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(apps[^1], id))["state"]);
        Assert.Equal(1, await _world.CountRowsAsync("relays", user.Address));
        Assert.Equal(before + 1, await _world.CountRowsAsync("transactions"));
        Assert.Single(await _world.ExecutedAsync(user.Address));
        Assert.Equal(1UL, await _world.CountAsync(user.Address));
    }

    private static Task<Reply[]> AtOnceAsync(int count, Func<int, JsonObject> body, params HttpClient[] apps)
    {
        var bodies = Enumerable.Range(0, count).Select(body).ToArray(); // Signed beforehand, so that nothing stands between the posts.
        return Task.WhenAll(bodies.Select((item, i) => Reply.PostAsync(apps[i % apps.Length], "api/relay", item)));
    }

    private static void AssertQuotaExceeded(Reply reply, TimeSpan window)
    {
        reply.AssertProblem(429, "quota_exceeded");
        Assert.NotNull(reply.RetryAfter);
        Assert.InRange(reply.RetryAfter.Value, TimeSpan.FromSeconds(1), window);
    }

    private static string Is(Wallet user) => $"\"from\" = '\\x{Convert.ToHexStringLower(user.Address.Span)}'";
}
