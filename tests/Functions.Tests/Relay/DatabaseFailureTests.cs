using System.Text.Json.Nodes;
using Relayer.Core.Ethereum;

namespace Functions.Tests.Relay;

/// <summary>The database goes away: callers are told to come back, and what was accepted is carried out once.</summary>
[Trait("needs", "services")]
public sealed class DatabaseFailureTests(IsolatedStacks stacks) : IClassFixture<IsolatedStacks>
{
    private const string Send = "eth_sendRawTransaction";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_the_database_is_down_callers_are_told_to_come_back()
    {
        await using var stack = await stacks.SettleAsync();
        var (world, user) = (stack.World, new Wallet());
        stack.Node.Refuse(Send);
        var accepted = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, user));
        var next = world.Post(world.OpenZeppelin, user, 1);
        await stacks.Stack.Postgres.StopAsync();
        try
        {
            stack.Node.Heal();
            IsolatedStack.AssertUnavailable(await Reply.PostAsync(stack.Http, "api/relay", next), "storage_unavailable");
            IsolatedStack.AssertUnavailable(await Reply.PostAsync(stack.Http, "api/relay/simulate", next), "storage_unavailable");
            IsolatedStack.AssertUnavailable(await Reply.GetAsync(stack.Http, $"api/relay/{accepted["id"]}"), "storage_unavailable");
            IsolatedStack.AssertUnavailable(await Reply.GetAsync(stack.Http, $"api/relay/{accepted["id"]}/events"), "storage_unavailable");
            IsolatedStack.AssertUnavailable(await Reply.GetAsync(stack.Http, $"api/relay?from={user.Address}"), "storage_unavailable");
            IsolatedStack.AssertUnavailable(
                await Reply.GetAsync(stack.Http, $"api/nonces/31337/{world.OpenZeppelin.Address}/{user.Address}"), "storage_unavailable");
            IsolatedStack.AssertUnavailable(await Reply.GetAsync(stack.Http, "api/ready"), "not_ready");
            IsolatedStack.AssertUnavailable(await Reply.GetAsync(stack.Http, "api/council"), "storage_unavailable");
            await AssertPageForPeopleAsync(stack.Http);
            Assert.Equal(200, (await Reply.GetAsync(stack.Http, "api/health")).Status);
            Assert.Equal(200, (await Reply.GetAsync(stack.Http, "api/chains")).Status);
            var batch = await Reply.PostAsync(stack.Http, "api/relay/batch", new JsonObject { ["requests"] = new JsonArray(next.DeepClone()) });
            Assert.Equal((207, 503), (batch.Status, (int)batch.Json["outcomes"]![0]!["status"]!));
        }
        finally
        {
            await stacks.Stack.Postgres.StartAsync(Cancellation);
        }

        Assert.Equal(202, accepted.Status);
        var posted = await stack.PostUntilTakenAsync(next);
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, accepted["id"]!))["state"]);
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, posted["id"]!))["state"]);
        Assert.Equal([UInt256.Zero, 1], (await world.ExecutedAsync(user.Address)).Select(executed => executed.Nonce));
    }

    [Fact]
    public async Task An_app_that_starts_before_its_database_finds_it_later()
    {
        await using var stack = await stacks.SettleAsync();
        await stack.App.StopAsync();
        await stacks.Stack.Postgres.StopAsync();
        try
        {
            await stack.App.StartAsync(Cancellation);
            IsolatedStack.AssertUnavailable(
                await Reply.PostAsync(stack.Http, "api/relay", stack.World.Post(stack.World.Infinex, new Wallet())), "storage_unavailable");
        }
        finally
        {
            await stacks.Stack.Postgres.StartAsync(Cancellation);
        }

        var posted = await stack.PostUntilTakenAsync(stack.World.Post(stack.World.Infinex, new Wallet()));
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, posted["id"]!))["state"]);
    }

    [Theory]
    [InlineData("alter role {0} password 'another'", "alter role {0} password 'first'", "it refuses the password of Database:ConnectionString (28P01)")]
    [InlineData("alter role {0} nologin", "alter role {0} login", "it does not let the role of Database:ConnectionString in")]
    [InlineData("alter role {0} set default_transaction_read_only = on", "alter role {0} reset default_transaction_read_only", "it takes no writes at present")]
    public async Task A_database_that_does_not_let_the_app_in_or_write_is_unavailable_is_said_once_and_heals_without_a_restart(string away, string back, string cause)
    {
        await using var stack = await stacks.SettleAsync();
        Assert.True(await RelayWorld.BecomesAsync(async () => (await Reply.GetAsync(stack.Http, "api/ready")).Status == 200));
        await stack.App.StopAsync();
        var role = $"app_{Guid.NewGuid():N}";
        var world = stack.World;
        await world.AskAsync($"create role {role} login password 'first'; grant relayer to {role}");
        var settings = new Dictionary<string, string>(stack.Settings)
        {
            ["Database__ConnectionString"] = new Npgsql.NpgsqlConnectionStringBuilder(world.Database) { Username = role, Password = "first" }.ConnectionString,
        };
        await using var app = await global::DevChain.FunctionApp.StartAsync(settings, cancellation: Cancellation);
        var first = await Reply.PostAsync(app.Http, "api/relay", world.Post(world.Infinex, new Wallet()));
        Assert.True(first.Status == 202, first.Text);
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(app.Http, first["id"]!))["state"]);

        await ChangeAsync(away);
        var length = app.Output.Length;
        for (var i = 0; i < 50; i++)
        {
            var refused = await Reply.PostAsync(app.Http, "api/relay", world.Post(world.Infinex, new Wallet()));
            IsolatedStack.AssertUnavailable(refused, "storage_unavailable");
        }

        await ChangeAsync(back, end: false);
        var healed = TimeProvider.System.GetTimestamp();
        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => UntilTakenAsync(app.Http, world.Post(world.Infinex, new Wallet()))));
        var took = TimeProvider.System.GetElapsedTime(healed);

        Assert.True(took < TimeSpan.FromSeconds(10), $"healed after {took}");
        foreach (var relay in taken)
        {
            Assert.Equal("confirmed", (await RelayWorld.WaitAsync(app.Http, relay["id"]!))["state"]);
        }

        var said = app.Output[length..];
        Assert.Equal(1, said.Split(cause).Length - 1);
        Assert.DoesNotContain("A request", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Timer ", said, StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine($"healed after {took.TotalSeconds:0.00} s; {said.Length} characters of log");

        // What the sessions that are there began with holds for them alone: they are ended as a failover would.
        async Task ChangeAsync(string how, bool end = true)
        {
            await world.AskAsync(how.Replace("{0}", role, StringComparison.Ordinal));
            if (end)
            {
                await world.AskAsync($"select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = '{role}'");
            }
        }
    }

    private static async Task<Reply> UntilTakenAsync(HttpClient http, JsonObject body)
    {
        Reply? reply = null;
        Assert.True(await RelayWorld.BecomesAsync(async () => (reply = await Reply.PostAsync(http, "api/relay", body)).Status is 200 or 202, seconds: 20), reply?.Text);
        return reply!;
    }

    [Fact]
    public async Task What_was_accepted_when_the_database_crashed_is_on_chain_once()
    {
        await using var stack = await stacks.SettleAsync();
        var (world, taken) = (stack.World, 0);
        var users = Enumerable.Range(0, 60).Select(_ => new Wallet()).ToArray();
        var bodies = users.Select((user, i) => world.Post(i % 2 == 0 ? world.OpenZeppelin : world.Infinex, user)).ToArray();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var posts = bodies.Select(async body =>
        {
            var reply = await Reply.PostAsync(stack.Http, "api/relay", body);
            if (Interlocked.Increment(ref taken) == 10)
            {
                enough.TrySetResult();
            }

            return reply;
        }).ToArray();
        await enough.Task.WaitAsync(TimeSpan.FromSeconds(90), Cancellation);
        await stacks.Stack.Postgres.CrashAsync();
        var answers = await Task.WhenAll(posts);
        await stacks.Stack.Postgres.StartAsync(Cancellation);

        Assert.All(answers.Where(reply => reply.Status != 202), reply => IsolatedStack.AssertUnavailable(reply, "storage_unavailable"));
        await stack.PostUntilTakenAsync(bodies[0]);
        foreach (var (body, answer) in bodies.Zip(answers))
        {
            var reply = answer.Status == 202 ? answer : await stack.PostUntilTakenAsync(body);
            Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, reply["id"]!))["state"]);
        }

        foreach (var user in users)
        {
            Assert.Equal(1UL, await world.CountAsync(user.Address));
        }

        await stack.AssertLedgerIsTheChainAsync(users.Length);
    }

    /// <summary>Whoever opens the council's page in a browser gets one, with a status and headers as a problem has.</summary>
    private static async Task AssertPageForPeopleAsync(HttpClient http)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/council");
        request.Headers.Add("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        using var answer = await http.SendAsync(request, Cancellation);
        Assert.Equal((503, "text/html"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.NotNull(answer.Headers.RetryAfter?.Delta);
        Assert.True(answer.Headers.Contains("Content-Security-Policy"));
        Assert.Contains("The records cannot be read", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }
}
