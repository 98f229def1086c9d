using System.Text;
using System.Text.Json.Nodes;

namespace Functions.Tests.Relay;

/// <summary>Whatever is posted, the answer is the right refusal, and nothing of it is ever stored or sent.</summary>
public abstract class BadInputTests(RelayFixture relay) : IAsyncLifetime
{
    private const int MaxBatchBytes = 900_000;

    private static readonly Dictionary<string, BadCase> Cases =
        BadBodies.All.Concat(BadRequests.All).ToDictionary(bad => bad.Name, StringComparer.Ordinal);

    private BadInput _input = null!;
    private Records _before = null!;

    public static TheoryData<string> Names => [.. Cases.Keys];

    public async ValueTask InitializeAsync()
    {
        _input = await relay.SpendAsync();
        _before = await RecordsAsync();
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Is_refused(string name)
    {
        var bad = Cases[name];
        using var request = bad.Request(_input);
        var reply = await Reply.SendAsync(relay.Http, request);

        AssertRefused(bad, reply);
        Assert.Equal(_before, await RecordsAsync());
    }

    [Theory]
    [InlineData("OpenZeppelin")]
    [InlineData("Infinex")]
    public async Task What_the_table_spoils_would_be_taken_unspoilt(string dialect)
    {
        var reply = await Reply.PostAsync(relay.Http, "api/relay/simulate", _input.Good(_input.World.Of(dialect)));

        Assert.Equal(200, reply.Status);
    }

    [Fact]
    public async Task The_whole_table_at_once_leaves_nothing_that_is_stored_or_sent_later()
    {
        await Parallel.ForEachAsync(Cases.Values, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (bad, _) =>
        {
            using var request = bad.Request(_input);
            AssertRefused(bad, await Reply.SendAsync(relay.Http, request));
        });

        // Whatever had been stored would have been sent before, or with, what comes after it.
        var next = await Reply.PostAsync(relay.Http, "api/relay", _input.Good(_input.World.Infinex));
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(relay.Http, next["id"]!))["state"]);
        var own = (long[])(await _input.World.AskAsync($"""
            select array[(select count(*) from attempts a where a.transaction_id = r.transaction_id),
                (select sum(granted)::bigint from quota_usage u where u."user" = r."from")]
            from relays r where id = '\{next["id"]![1..]}'
            """))!;
        var expected = new Records(
            _before.Relays + 1, _before.Transactions + 1, _before.Attempts + own[0], _before.Granted + own[1], _before.Sent + 1, _before.Executed + 1);
        Assert.Equal(expected, await RecordsAsync());
    }

    [Fact]
    public async Task A_simulation_refuses_for_the_same_reasons()
    {
        foreach (var bad in Cases.Values.Where(bad => bad.Body is not null))
        {
            var reply = await Reply.PostAsync(relay.Http, "api/relay/simulate", bad.Body!(_input));

            AssertRefused(bad, reply);
        }

        Assert.Equal(_before, await RecordsAsync());
    }

    [Fact]
    public async Task In_a_batch_each_is_refused_as_it_is_alone()
    {
        foreach (var (cases, bodies) in Batches())
        {
            var reply = await Reply.PostAsync(relay.Http, "api/relay/batch", new JsonObject { ["requests"] = bodies });
            Assert.Equal(207, reply.Status);
            Reply.AssertTellsNothing(reply.Text);
            var outcomes = reply.Json["outcomes"]!.AsArray();
            Assert.Equal(
                cases.Select(bad => (bad.Name, bad.Status, (string?)bad.Code)),
                cases.Zip(outcomes, (bad, outcome) => (bad.Name, (int)outcome!["status"]!, (string?)outcome["problem"]?["code"])));
        }

        Assert.Equal(_before, await RecordsAsync());
    }

    [Fact]
    public async Task Random_damage_is_the_callers_fault_and_never_an_error_of_ours()
    {
        var random = new Random(2771);
        var good = Encoding.UTF8.GetBytes(_input.Good(_input.World.Infinex).ToJsonString());
        string[] paths = ["api/relay/simulate", "api/relay/batch", "api/relay"];
        (string Path, byte[] Body)[] posts = [.. Enumerable.Range(0, 600).Select(i => (paths[i % 3], Damage(good, random)))];
        await Parallel.ForEachAsync(posts, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (post, _) =>
        {
            using var content = new ByteArrayContent(post.Body);
            content.Headers.ContentType = new("application/json");
            using var request = new HttpRequestMessage(HttpMethod.Post, post.Path) { Content = content };
            var reply = await Reply.SendAsync(relay.Http, request);

            // Damage may be harmless, such as a letter of the signature in the other case.
            Assert.True(reply.Status < 500, $"{reply.Text} to {Convert.ToHexString(post.Body)}");
            Reply.AssertTellsNothing(reply.Text);
        });
    }

    /// <summary>A few bytes changed, left out, doubled or put in.</summary>
    private static byte[] Damage(byte[] good, Random random)
    {
        var bytes = good.ToList();
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var place = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0: bytes[place] = (byte)random.Next(256); break;
                case 1: bytes.RemoveRange(place, Math.Min(random.Next(1, 40), bytes.Count - place)); break;
                case 2: bytes.InsertRange(place, bytes.GetRange(0, place)); break;
                default: bytes.Insert(place, (byte)"{}[]\",:0-\\ "[random.Next(11)]); break;
            }
        }

        return [.. bytes];
    }

    /// <summary>What is nested too deeply for any request spoils the whole body; all else is each request's own.</summary>
    private IEnumerable<(IReadOnlyList<BadCase> Cases, JsonArray Bodies)> Batches()
    {
        var (cases, bodies, bytes) = (new List<BadCase>(), new JsonArray(), 0);
        foreach (var bad in Cases.Values.Where(bad => bad.Body is not null && bad.Name != "a member nested deeply"))
        {
            var body = bad.Body!(_input);
            var size = body.ToJsonString().Length;
            if (cases.Count == 100 || bytes + size > MaxBatchBytes)
            {
                yield return (cases, bodies);
                (cases, bodies, bytes) = ([], [], 0);
            }

            cases.Add(bad);
            bodies.Add(body);
            bytes += size;
        }

        yield return (cases, bodies);
    }

    private void AssertRefused(BadCase bad, Reply reply)
    {
        if (relay.IsHosted && bad.Code is ("method_not_allowed" or "not_found"))
        {
            // The Functions host's own answer, without a body: such a call never reaches the worker.
            Assert.Equal((404, null, ""), (reply.Status, reply.MediaType, reply.Text));
            return;
        }

        reply.AssertProblem(bad.Status, bad.Code);
        Assert.Equal(bad.RevertReason, reply["revertReason"]);
    }

    private async Task<Records> RecordsAsync()
    {
        var world = relay.World;
        var sent = 0L;
        foreach (var signer in relay.Stack.Signers)
        {
            sent += await world.NonceOnChainAsync(signer.Address);
        }

        var stored = (long[])(await world.AskAsync("""
            select array[(select count(*) from relays), (select count(*) from transactions), (select count(*) from attempts),
                (select coalesce(sum(granted), 0)::bigint from quota_usage)]
            """))!;
        return new Records(stored[0], stored[1], stored[2], stored[3], sent, (await world.ExecutedAsync()).Count);
    }

    /// <summary>All that a request may leave behind.</summary>
    private sealed record Records(long Relays, long Transactions, long Attempts, long Granted, long Sent, int Executed);
}
