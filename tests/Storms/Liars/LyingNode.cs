using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DevChain;
using Microsoft.AspNetCore.Http;

namespace Storms.Liars;

/// <summary>Stands before a real node as several providers, some of which lie about one method while they are told to.</summary>
internal sealed class LyingNode : IAsyncDisposable
{
    private readonly HttpClient _node = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 256 });
    private readonly ConcurrentDictionary<string, int> _seen = new();
    private readonly Uri _url;
    private readonly IReadOnlyList<string> _lacking;
    private readonly LoopbackServer _server;
    private volatile Episode? _episode;

    private LyingNode(Uri node, IReadOnlyList<string> lacking) => (_url, _lacking, _server) = (node, lacking, new LoopbackServer(ServeAsync));

    /// <summary>How often each method was asked for, of all providers.</summary>
    public IReadOnlyDictionary<string, int> Seen => _seen;

    /// <summary>How many bodies were lied to since <see cref="Begin"/>.</summary>
    public int Told => _episode?.Told ?? 0;

    /// <param name="node">The real one.</param>
    /// <param name="lacking">Methods that all of them refuse, as many nodes do.</param>
    /// <param name="cancellation">Stops starting.</param>
    public static async Task<LyingNode> StartAsync(Uri node, IReadOnlyList<string> lacking, CancellationToken cancellation)
    {
        var lying = new LyingNode(node, lacking);
        await lying._server.StartAsync(cancellation);
        return lying;
    }

    /// <summary>The URL of the provider in a place.</summary>
    public string UrlOf(int place) => string.Create(CultureInfo.InvariantCulture, $"{_server.Url}/{place}");

    /// <summary>From now on they lie.</summary>
    public void Begin(Combination combination) => _episode = new Episode(combination);

    /// <summary>They are honest again; who was kept waiting is let go.</summary>
    /// <returns>How many bodies were lied to.</returns>
    public int Heal()
    {
        var episode = _episode;
        _episode = null;
        episode?.Heal();
        return episode?.Told ?? 0;
    }

    public async ValueTask DisposeAsync()
    {
        Heal();
        await _server.DisposeAsync();
        _node.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var root = JsonNode.Parse(body)!;
        JsonObject[] calls = root is JsonArray list ? [.. list.Select(item => item!.AsObject())] : [root.AsObject()];
        foreach (var call in calls)
        {
            _seen.AddOrUpdate(LieContext.MethodOf(call), 1, (_, count) => count + 1);
        }

        var place = int.Parse(context.Request.Path.Value.AsSpan(1), CultureInfo.InvariantCulture);
        try
        {
            if (_episode is { } episode && episode.Combination.LiesAt(place) && Array.Exists(calls, episode.IsMeant))
            {
                await LieAsync(context, episode, calls, root is JsonArray);
            }
            else if (Array.Exists(calls, IsLacking))
            {
                await WriteAsync(context, Body((await AnswerAsync(calls)).Values, root is JsonArray));
            }
            else
            {
                await WriteAsync(context, await ForwardAsync(body));
            }
        }
        catch (Exception gone) when (gone is HttpRequestException or OperationCanceledException)
        {
            context.Abort(); // The node is gone, or whoever asked.
        }
    }

    private async Task LieAsync(HttpContext context, Episode episode, JsonObject[] calls, bool isBatch)
    {
        var lie = episode.Combination.Lie;
        var now = new LieContext(episode.Next(), lie is Lie.Stale or Lie.Orphaned or Lie.Contradictory ? await HeadAsync() : 0);
        var fate = Lies.FateOf(lie, now);
        switch (fate)
        {
            case BodyFate.Hung:
                episode.Count();
                await WaitAsync(context, episode, Timeout.InfiniteTimeSpan);
                context.Abort();
                return;
            case BodyFate.Refused:
                episode.Count();
                (context.Response.StatusCode, context.Response.Headers.RetryAfter) = (StatusCodes.Status429TooManyRequests, "1");
                return;
            case BodyFate.Delayed:
                episode.Count();
                await WaitAsync(context, episode, Lies.DelayOf(now)); // Healed, it answers at once.
                break;
        }

        JsonObject[] asked = [.. calls.Select(call => episode.IsMeant(call) ? Lies.Ask(lie, call, now) : call)];
        var honest = await AnswerAsync(asked);
        if (lie == Lie.Duplicated)
        {
            await AnswerAsync(calls);
        }

        var told = new List<JsonObject>();
        var isLie = fate != BodyFate.Answered || !calls.Zip(asked).All(pair => JsonNode.DeepEquals(pair.First, pair.Second));
        foreach (var call in calls)
        {
            var reply = honest[(int)call["id"]!];
            var replies = episode.IsMeant(call) && fate == BodyFate.Answered ? Lies.Tell(lie, call, reply, now) : [reply];
            isLie |= replies.Count != 1 || !JsonNode.DeepEquals(replies[0], reply);
            told.AddRange(replies);
        }

        if (isLie && fate != BodyFate.Delayed)
        {
            episode.Count();
        }

        if (told.Count == 0)
        {
            await WaitAsync(context, episode, Timeout.InfiniteTimeSpan);
            context.Abort();
            return;
        }

        var text = Body(told, isBatch);
        await WriteAsync(context, fate == BodyFate.Cut ? text[..(text.Length / 2)] : text);
    }

    private async Task WaitAsync(HttpContext context, Episode episode, TimeSpan time)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _server.Stopping);
        await Task.WhenAny(Task.Delay(time, gone.Token), episode.Healed);
        await gone.CancelAsync();
    }

    /// <summary>The honest replies, by their ids.</summary>
    private async Task<Dictionary<int, JsonObject>> AnswerAsync(JsonObject[] calls)
    {
        var replies = calls.Where(IsLacking).ToDictionary(
            call => (int)call["id"]!,
            call => LieContext.Refusal(call, -32601, $"the method {LieContext.MethodOf(call)} does not exist/is not available"));
        var asked = calls.Where(call => !IsLacking(call)).Select(call => call.DeepClone()).ToArray();
        if (asked.Length > 0)
        {
            foreach (var reply in JsonNode.Parse(await ForwardAsync(new JsonArray(asked).ToJsonString()))!.AsArray())
            {
                replies[(int)reply!["id"]!] = reply.AsObject();
            }
        }

        return replies;
    }

    private async Task<long> HeadAsync()
    {
        var answer = await ForwardAsync("""{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}""");
        return LieContext.NumberOf(JsonNode.Parse(answer)!["result"])!.Value;
    }

    private bool IsLacking(JsonObject call) => _lacking.Contains(LieContext.MethodOf(call));

    // Two replies to a call that stood alone come one behind the other.
    private static string Body(IEnumerable<JsonObject> replies, bool isBatch)
    {
        var texts = replies.Select(reply => reply.ToJsonString());
        return isBatch ? $"[{string.Join(',', texts)}]" : string.Join('\n', texts);
    }

    private static async Task WriteAsync(HttpContext context, string text)
    {
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(text, context.RequestAborted);
    }

    // What was begun is done, whoever still waits for it.
    private async Task<string> ForwardAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _node.PostAsync(_url, content, _server.Stopping);
        return await answer.Content.ReadAsStringAsync(_server.Stopping);
    }

    /// <summary>A time in which they lie.</summary>
    private sealed class Episode(Combination combination)
    {
        private readonly TaskCompletionSource _healed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _number = -1;
        private int _told;

        public Combination Combination => combination;

        public Task Healed => _healed.Task;

        public int Told => Volatile.Read(ref _told);

        public int Next() => Interlocked.Increment(ref _number);

        public void Heal() => _healed.TrySetResult();

        public void Count() => Interlocked.Increment(ref _told);

        public bool IsMeant(JsonObject call) => LieContext.MethodOf(call) == combination.Method.Name;
    }
}
