using System.Text.Json.Nodes;
using Functions.Tests.Relay;

namespace Functions.Tests.Bounds;

/// <summary>Floods against the app as it runs: it lives, and honest users are served.</summary>
[Trait("needs", "services")]
public sealed class FloodTests(IsolatedStacks stacks) : IClassFixture<IsolatedStacks>
{
    private const string Elsewhere = "127.0.0.1";
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Beside_24_endless_batches_of_requests_that_are_refused_honest_users_are_served(bool areNeighbours)
    {
        await using var stack = await stacks.SettleAsync();
        var (world, forwarder) = (stack.World, stack.World.Infinex);
        using var attacker = RawCall.Client(stack.App.Url, areNeighbours ? Elsewhere : Attackers[0]);
        JsonObject[] batches = [.. Enumerable.Range(0, 4).Select(_ => new JsonObject
        {
            ["requests"] = new JsonArray([.. Enumerable.Range(0, 100).Select(_ => world.Post(forwarder, new Wallet(), data: Calls.Fail("no")))]),
        })];
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var refused = new Tally();
        var flood = Task.WhenAll(Enumerable.Range(0, 24).Select(i => FloodAsync(attacker, batches[i % batches.Length], refused, end.Token)));
        await refused.UntilAsync(2_400);
        var replies = await PostInTurnAsync(stack, world, users: 24, atOnce: 6);
        await end.CancelAsync();
        await flood;

        Assert.True(replies.Count(reply => reply.Status == 202) >= 23, string.Join('\n', replies.Where(reply => reply.Status != 202).Select(reply => reply.Text)));
        Assert.Equal(200, (await Reply.GetAsync(stack.Http, "api/ready")).Status);
    }

    [Fact]
    public async Task A_hundred_readers_of_the_councils_page_leave_relays_and_readiness_alone()
    {
        await using var stack = await stacks.SettleAsync();
        var world = stack.World;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var readers = RawCall.Client(stack.App.Url, Attackers[0]);
        var statuses = new Tally();
        var reading = Task.WhenAll(Enumerable.Range(0, 100).Select(i => ReadAsync(readers, i % 2 == 0, statuses, end.Token)));
        await statuses.UntilAsync(100);
        var ready = Enumerable.Range(0, 20).Select(_ => Reply.GetAsync(stack.Http, "api/ready")).ToArray();
        var replies = await PostInTurnAsync(stack, world, users: 20, atOnce: 5);
        var probes = await Task.WhenAll(ready);
        await end.CancelAsync();
        await reading;

        Assert.All(probes, probe => Assert.Equal(200, probe.Status));
        Assert.All(replies, reply => Assert.True(reply.Status == 202, reply.Text));
        Assert.All(statuses.Seen.Keys, status => Assert.Contains(status, new[] { 200, 304 }));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", statuses.Seen.Select(one => $"{one.Key}: {one.Value}")));
    }

    private static async Task<Reply[]> PostInTurnAsync(IsolatedStack stack, RelayWorld world, int users, int atOnce)
    {
        var replies = new Reply[users];
        await Parallel.ForAsync(0, users, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = Cancellation }, async (i, _) =>
            replies[i] = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, new Wallet())));
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
