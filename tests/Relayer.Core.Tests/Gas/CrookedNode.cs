using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using DevChain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Relayer.Core.Tests.Gas;

/// <summary>A second provider of a real node that lies about some calls, or stands still.</summary>
internal sealed class CrookedNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly AnvilNode _node;

    private CrookedNode(AnvilNode node, WebApplication app) => (_node, _app) = (node, app);

    public Uri Url => new(_app.Urls.Single());

    /// <summary>What is answered to a call instead; null passes it on.</summary>
    public Func<string, JsonArray, JsonNode?> Lie { get; set; } = (_, _) => null;

    public static async Task<CrookedNode> StartAsync(AnvilNode node)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var crooked = new CrookedNode(node, app);
        app.Run(crooked.ServeAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
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

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

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
