using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace DevChain;

/// <summary>Stands before a node, passes everything on, and notes what was asked: how many round trips, and which calls in them.</summary>
public sealed class RpcTap : IAsyncDisposable
{
    private readonly HttpClient _node = new(new SocketsHttpHandler { UseProxy = false });
    private readonly ConcurrentQueue<string> _bodies = new();
    private readonly Uri _target;
    private readonly LoopbackServer _server;

    private RpcTap(Uri target) => (_target, _server) = (target, new LoopbackServer(ServeAsync));

    /// <summary>Where it listens.</summary>
    public Uri Url => new(_server.Url);

    /// <summary>How much farther away the node is than it is.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Round trips since the start or <see cref="Clear"/>.</summary>
    public int RoundTrips => _bodies.Count;

    /// <summary>The calls of those round trips, oldest first.</summary>
    public IReadOnlyList<(string Method, JsonElement Parameters)> Calls => [.. _bodies.SelectMany(Read)];

    /// <summary>The methods of each round trip, oldest first.</summary>
    public IReadOnlyList<string[]> Bodies => [.. _bodies.Select(body => Read(body).Select(call => call.Method).ToArray())];

    /// <summary>Listens on a free port.</summary>
    public static async Task<RpcTap> StartAsync(Uri target)
    {
        var tap = new RpcTap(target);
        await tap._server.StartAsync(CancellationToken.None);
        return tap;
    }

    /// <summary>Forgets what was asked so far.</summary>
    public void Clear() => _bodies.Clear();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _node.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        _bodies.Enqueue(body);
        await Task.Delay(Delay, context.RequestAborted);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _node.PostAsync(_target, content, context.RequestAborted);
        (context.Response.StatusCode, context.Response.ContentType) = ((int)answer.StatusCode, "application/json");
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static IEnumerable<(string Method, JsonElement Parameters)> Read(string body)
    {
        var root = JsonElement.Parse(body);
        JsonElement[] calls = root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray()] : [root];
        return calls.Select(call => (call.GetProperty("method").GetString()!, call.GetProperty("params")));
    }
}
