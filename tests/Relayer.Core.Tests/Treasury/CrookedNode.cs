using System.Text.Json;
using System.Text.Json.Nodes;
using DevChain;
using Microsoft.AspNetCore.Http;

namespace Relayer.Core.Tests.Treasury;

/// <summary>A second provider of a real node that lies about some calls, or stands still.</summary>
internal sealed class CrookedNode : IAsyncDisposable
{
    private readonly LoopbackServer _server;
    private readonly AnvilNode _node;

    private CrookedNode(AnvilNode node) => (_node, _server) = (node, new LoopbackServer(ServeAsync));

    public Uri Url => new(_server.Url);

    /// <summary>What is answered to a call instead; null passes it on.</summary>
    public Func<string, JsonArray, JsonNode?> Lie { get; set; } = (_, _) => null;

    public static async Task<CrookedNode> StartAsync(AnvilNode node)
    {
        var crooked = new CrookedNode(node);
        await crooked._server.StartAsync(TestContext.Current.CancellationToken);
        return crooked;
    }

    /// <summary>It never heard of blocks above this one.</summary>
    public void StandStillAt(long block)
    {
        var quantity = $"0x{block:x}";
        Lie = (method, parameters) => method switch
        {
            "eth_blockNumber" => quantity,
            "eth_getBlockByNumber" or "eth_getBalance" or "eth_getTransactionCount" =>
                Rewrite(method, parameters, quantity, block),
            _ => null,
        };
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static JsonNode? Rewrite(string method, JsonArray parameters, string quantity, long block)
    {
        var place = method == "eth_getBlockByNumber" ? 0 : 1;
        var asked = (string)parameters[place]!;
        if (asked == "latest")
        {
            parameters[place] = quantity;
        }

        return asked.StartsWith("0x", StringComparison.Ordinal) && Convert.ToInt64(asked, 16) > block
            ? new JsonObject { ["error"] = new JsonObject { ["code"] = -32000, ["message"] = "header not found" } }
            : null;
    }

    private async Task ServeAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        JsonNode reply = body is JsonArray calls
            ? new JsonArray([.. await Task.WhenAll(calls.Select(call => AnswerAsync(call!.AsObject())))])
            : await AnswerAsync(body.AsObject());
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(reply.ToJsonString());
    }

    private async Task<JsonNode> AnswerAsync(JsonObject call)
    {
        var reply = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = call["id"]!.DeepClone() };
        var (method, parameters) = ((string)call["method"]!, call["params"]!.AsArray());
        var lie = Lie(method, parameters);
        if (lie is JsonObject { Count: 1 } refusal && refusal["error"] is { } error)
        {
            reply["error"] = error.DeepClone();
        }
        else
        {
            reply["result"] = lie ?? JsonNode.Parse(
                (await _node.Rpc.SendAsync(method, [.. parameters.Select(item => item.Deserialize<object?>())])).GetRawText());
        }

        return reply;
    }
}
