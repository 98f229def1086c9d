using System.Text.Json.Nodes;
using Functions.Tests.Relay;
using Npgsql;

namespace Functions.Tests.Bounds;

/// <summary>Floods against the app as it runs: it lives, and honest users are served.</summary>
[Trait("needs", "services")]
public sealed class FloodTests(IsolatedStacks stacks) : IClassFixture<IsolatedStacks>
{
    private static readonly string[] Attackers = [.. Enumerable.Range(2, 10).Select(i => $"127.0.0.{i}")];

    // As on a machine of 1 GiB: the runtime would give the heap three quarters of it. In hexadecimal, as the runtime reads it: 700 MiB.
    private static readonly Dictionary<string, string> Small = new() { ["DOTNET_GCHeapHardLimit"] = "2BC00000" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_thousand_connections_that_declare_a_megabyte_and_send_little_or_nearly_all_cost_little_and_an_honest_request_is_served()
    {
        await using var stack = await stacks.SettleAsync(Small);
        var world = stack.World;
        var slow = await Task.WhenAll(Enumerable.Range(0, 2_000).Select(async i =>
        {
            var call = await RawCall.OpenAsync(stack.App.Port, Attackers[i % Attackers.Length]);

            // One in ten sends all but the last byte: together two hundred megabytes.
            try
            {
                await call.PostAsync("/api/relay", 1024 * 1024, i % 10 == 0 ? (1024 * 1024) - 1 : 100);
            }
            catch (IOException)
            {
                // Refused and closed before all of it was sent.
            }

            return call;
        }));
        var answers = slow.Select(call => call.ReadAsync()).ToArray();
        for (var i = 0; i < 3; i++)
        {
            var posted = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, new Wallet()));
            Assert.True(posted.Status == 202, posted.Text);
        }

        Assert.Equal(200, (await Reply.GetAsync(stack.Http, "api/ready")).Status);
        var all = await Task.WhenAll(answers);
        Assert.All(all, answer => Assert.Matches("^HTTP/1.1 (408|429|503) |^$", answer)); // Empty: closed while it was still sending.
        Assert.Contains(all, answer => answer.Contains("request_timeout", StringComparison.Ordinal));
        Assert.True(stack.App.IsRunning);
        if (OperatingSystem.IsLinux())
        {
            var memory = await File.ReadAllLinesAsync($"/proc/{stack.App.ProcessId}/status", Cancellation);
            TestContext.Current.TestOutputHelper?.WriteLine(memory.Single(line => line.StartsWith("VmHWM", StringComparison.Ordinal)));
        }

        foreach (var call in slow)
        {
            await call.DisposeAsync();
        }
    }

    [Fact]
    public async Task Beside_24_endless_batches_of_requests_that_are_refused_honest_users_are_served_at_the_same_address_and_at_others()
    {
        await using var stack = await stacks.SettleAsync();
        var (world, forwarder) = (stack.World, stack.World.Infinex);
        using var attacker = RawCall.Client(stack.App.Url, Attackers[0]);
        using var neighbour = RawCall.Client(stack.App.Url, Attackers[0]);
        JsonObject[] batches = [.. Enumerable.Range(0, 2).Select(_ => new JsonObject
        {
            ["requests"] = new JsonArray([.. Enumerable.Range(0, 100).Select(_ => world.Post(forwarder, new Wallet(), data: Calls.Fail("no")))]),
        })];
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var refused = new Tally();
        var flood = Task.WhenAll(Enumerable.Range(0, 24).Select(i => FloodAsync(attacker, batches[i % batches.Length], refused, end.Token)));
        await refused.UntilAsync(1_200);
        var replies = (await Task.WhenAll(PostAsync(stack.Http, world, 10), PostAsync(neighbour, world, 10))).SelectMany(some => some).ToArray();
        await end.CancelAsync();
        await flood;

        Assert.True(replies.Count(reply => reply.Status == 202) >= 19, string.Join('\n', replies.Where(reply => reply.Status != 202).Select(reply => reply.Text)));
        Assert.Equal(200, (await Reply.GetAsync(stack.Http, "api/ready")).Status);
    }

    [Fact]
    public async Task A_call_that_waits_and_a_stream_count_until_they_end()
    {
        await using var stack = await stacks.SettleAsync(new Dictionary<string, string>
        {
            ["Admission__MaxWaitsPerAddress"] = "1",
            ["Admission__MaxStreams"] = "1",
        });
        await Mining.StopAsync(stack.Stack.Node);
        var posted = await Reply.PostAsync(stack.Http, "api/relay", stack.World.Post(stack.World.Infinex, new Wallet()));
        var path = $"api/relay/{posted["id"]}";
        var (wait, events) = ($"{path}?wait=25", $"{path}/events");
        await using var one = await RawCall.OpenAsync(stack.App.Port);
        await using var two = await RawCall.OpenAsync(stack.App.Port);
        await one.SendAsync($"GET /{wait} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await two.SendAsync($"GET /{wait} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Task<string>[] waits = [one.ReadAsync(), two.ReadAsync()];
        var refused = await Task.WhenAny(waits); // Whichever came second.
        Assert.Contains("\"code\":\"too_many_requests\"", await refused, StringComparison.Ordinal);
        Assert.Contains("Retry-After: 1", await refused, StringComparison.Ordinal);
        await using var stream = await RawCall.OpenAsync(stack.App.Port);
        await stream.SendAsync($"GET /{events} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Contains("text/event-stream", await stream.ReadAsync(), StringComparison.Ordinal);

        using var elsewhere = RawCall.Client(stack.App.Url, Attackers[0]);
        Assert.Equal(200, (await Reply.GetAsync(elsewhere, $"{path}?wait=1")).Status);
        IsolatedStack.AssertUnavailable(await Reply.GetAsync(elsewhere, events), "overloaded");

        await Mining.ResumeAsync(stack.Stack.Node);
        Assert.Contains("\"state\":\"confirmed\"", await waits.Single(call => call != refused), StringComparison.Ordinal);
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, posted["id"]!))["state"]);
        Assert.True(await RelayWorld.BecomesAsync(async () => (await Reply.GetAsync(elsewhere, events)).Status == 200));
    }

    [Fact]
    public async Task A_hundred_readers_of_the_councils_page_leave_relays_and_readiness_alone_however_long_their_figures_take()
    {
        await using var stack = await stacks.SettleAsync(connections: 12);
        var world = stack.World;
        await PostAsync(stack.Http, world, 1); // The tables are there from now on.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var readers = RawCall.Client(stack.App.Url, Attackers[0]);
        var statuses = new Tally();
        Task reading;
        await using (await HoldAsync(world, "deposits")) // Only the page reads it.
        {
            reading = Task.WhenAll(Enumerable.Range(0, 100).Select(i => ReadAsync(readers, i % 2 == 0, statuses, end.Token)));
            Assert.True(await RelayWorld.BecomesAsync(
                async () => await world.AskAsync("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") is > 0L));
            var probes = Enumerable.Range(0, 20).Select(_ => Reply.GetAsync(stack.Http, "api/ready")).ToArray();
            Assert.All(await PostAsync(stack.Http, world, 5), reply => Assert.True(reply.Status == 202, reply.Text));
            Assert.All(await Task.WhenAll(probes), probe => Assert.Equal(200, probe.Status));
            Assert.Empty(statuses.Seen);
        }

        await statuses.UntilAsync(1_000);
        await end.CancelAsync();
        await reading;
        Assert.Equal([200, 304], statuses.Seen.Keys.Order());
    }

    private static async Task<IAsyncDisposable> HoldAsync(RelayWorld world, string table)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(world.Database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand($"begin; lock table {table} in access exclusive mode", connection);
        await command.ExecuteNonQueryAsync(Cancellation);
        return connection; // Its end is the lock's.
    }

    /// <summary>Some users, one after the other.</summary>
    private static async Task<Reply[]> PostAsync(HttpClient http, RelayWorld world, int users)
    {
        var replies = new Reply[users];
        for (var i = 0; i < replies.Length; i++)
        {
            replies[i] = await Reply.PostAsync(http, "api/relay", world.Post(world.Infinex, new Wallet()));
        }

        return replies;
    }

    private static async Task FloodAsync(HttpClient http, JsonObject batch, Tally refused, CancellationToken end)
    {
        var body = batch.ToJsonString();
        try
        {
            while (true)
            {
                using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
                using var answer = await http.PostAsync(new Uri("api/relay/batch", UriKind.Relative), content, end);
                foreach (var outcome in JsonNode.Parse(await answer.Content.ReadAsStringAsync(end))!["outcomes"]!.AsArray())
                {
                    refused.Add((int)outcome!["status"]!);
                }
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Enough.
        }
    }

    private static async Task ReadAsync(HttpClient http, bool asksAgain, Tally statuses, CancellationToken end)
    {
        string? known = null;
        try
        {
            while (true)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "api/council");
                if (asksAgain && known is not null)
                {
                    request.Headers.TryAddWithoutValidation("If-None-Match", known);
                }

                using var answer = await http.SendAsync(request, end);
                await answer.Content.ReadAsByteArrayAsync(end);
                known = answer.Headers.ETag?.ToString();
                statuses.Add((int)answer.StatusCode);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Enough.
        }
    }

    /// <summary>How often something was seen.</summary>
    private sealed class Tally
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<int, int> _seen = [];

        public IReadOnlyDictionary<int, int> Seen => _seen;

        public void Add(int status)
        {
            lock (_gate)
            {
                _seen[status] = _seen.GetValueOrDefault(status) + 1;
            }
        }

        public async Task UntilAsync(int count) => Assert.True(await RelayWorld.BecomesAsync(() =>
        {
            lock (_gate)
            {
                return Task.FromResult(_seen.Values.Sum() >= count);
            }
        }));
    }
}
