using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace DevChain;

/// <summary>
/// A JSON-RPC node on a loopback socket that answers as it is told, well or badly. For what a real node cannot be made to do:
/// rate limits, garbage, silence, the words of other clients.
/// </summary>
public sealed class NodeStandIn : IAsyncDisposable
{
    private readonly LoopbackServer _server;
    private readonly ConcurrentQueue<string> _bodies = new();
    private readonly ConcurrentQueue<string?> _authorizations = new();
    private int _probes;

    private NodeStandIn() => (_server, Answer) = (
        new LoopbackServer(ServeAsync), (method, _) => method == "eth_blockNumber" ? Quantity(Head) : "0x1");

    /// <summary>A path that stands for the key in a hosted provider's URL: it must never be seen in a log.</summary>
    public const string SecretPath = "v3-secret-5f1d";

    /// <summary>The URL to configure, with <see cref="SecretPath"/> in its path.</summary>
    public string Url => $"{_server.Url}/{SecretPath}";

    /// <summary>What it says its chain is.</summary>
    public long ChainId { get; set; } = 31337;

    /// <summary>The height it tells to whom asks how it is (together with its chain id).</summary>
    public long Head { get; set; } = 1;

    /// <summary>Set: it tells that height to whoever asks for it, whatever <see cref="Answer"/> says.</summary>
    public bool KnowsHeight { get; set; }

    /// <summary>Set: who asks how it is is treated as <see cref="Misbehave"/> says too.</summary>
    public bool MisbehavesToProbes { get; set; }

    /// <summary>Answers one call other than <c>eth_chainId</c>: a result, or an error made with <see cref="Error"/>.</summary>
    public Func<string, JsonElement, JsonNode?> Answer { get; set; }

    /// <summary>Takes the honest reply and does something else; <see langword="null"/> to be honest.</summary>
    public Func<HttpContext, JsonNode, Task>? Misbehave { get; set; }

    /// <summary>The bodies received, oldest first, the chain id's question left out.</summary>
    public IReadOnlyList<string> Bodies => [.. _bodies];

    /// <summary>How often it was asked how it is.</summary>
    public int Probes => Volatile.Read(ref _probes);

    /// <summary>The <c>Authorization</c> headers received.</summary>
    public IReadOnlyList<string?> Authorizations => [.. _authorizations];

    /// <summary>Listens on a free port.</summary>
    public static async Task<NodeStandIn> StartAsync(CancellationToken cancellation)
    {
        var node = new NodeStandIn();
        await node._server.StartAsync(cancellation);
        return node;
    }

    /// <summary>An error as a node words it.</summary>
    public static JsonNode Error(int code, string message, JsonNode? data = null)
    {
        var error = new JsonObject { ["code"] = code, ["message"] = message };
        if (data is not null)
        {
            error["data"] = data;
        }

        return new JsonObject { ["error"] = error };
    }

    /// <summary>A quantity as a node writes it.</summary>
    public static string Quantity(long value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>Misbehaviour: an HTTP status without a JSON-RPC reply.</summary>
    public static Func<HttpContext, JsonNode, Task> Status(int status, string? retryAfter = null) =>
        (context, _) => LoopbackServer.Status(status, retryAfter, $"<html>status {status}</html>")(context);

    /// <summary>Misbehaviour: this text instead of the reply.</summary>
    public static Func<HttpContext, JsonNode, Task> Text(string body) => (context, _) => context.Response.WriteAsync(body);

    /// <summary>Misbehaviour: the reply changed.</summary>
    public static Func<HttpContext, JsonNode, Task> Changed(Func<JsonNode, JsonNode> change) =>
        (context, reply) => context.Response.WriteAsync(change(reply).ToJsonString());

    /// <summary>Misbehaviour: nothing, until the caller gives up or the node stops.</summary>
    public Task HangAsync(HttpContext context) => _server.HangAsync(context);

    /// <summary>Misbehaviour: the connection breaks in the middle of the reply.</summary>
    public static async Task BreakOffAsync(HttpContext context, JsonNode reply)
    {
        var text = reply.ToJsonString();
        context.Response.ContentLength = text.Length;
        await context.Response.WriteAsync(text[..(text.Length / 2)]);
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    /// <summary>Stops listening and lets go of whom it kept waiting.</summary>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ServeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        using var document = JsonDocument.Parse(body);
        var isProbe = body.Contains("eth_chainId", StringComparison.Ordinal);
        if (isProbe)
        {
            Interlocked.Increment(ref _probes);
        }
        else
        {
            _bodies.Enqueue(body);
            _authorizations.Enqueue(context.Request.Headers.Authorization);
        }

        var root = document.RootElement;
        JsonNode reply = root.ValueKind == JsonValueKind.Array
            ? new JsonArray([.. root.EnumerateArray().Select(call => Reply(call, isProbe))])
            : Reply(root, isProbe);
        context.Response.ContentType = "application/json";
        await (Misbehave is { } misbehave && (!isProbe || MisbehavesToProbes)
            ? misbehave(context, reply)
            : context.Response.WriteAsync(reply.ToJsonString(), context.RequestAborted));
    }

    private JsonObject Reply(JsonElement call, bool isProbe)
    {
        var method = call.GetProperty("method").GetString()!;
        var answer = method switch
        {
            "eth_chainId" => Quantity(ChainId),
            "eth_blockNumber" when isProbe || KnowsHeight => Quantity(Head),
            _ => Answer(method, call.GetProperty("params")),
        };
        var reply = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = call.GetProperty("id").GetInt32() };
        if (answer is JsonObject { Count: 1 } refusal && refusal["error"] is { } error)
        {
            reply["error"] = error.DeepClone();
        }
        else
        {
            reply["result"] = answer;
        }

        return reply;
    }
}
