using System.Globalization;
using System.Text.Json.Nodes;
using DevChain;
using Microsoft.AspNetCore.Http;

namespace Relayer.Core.Tests.Providers;

/// <summary>What a node, or a gateway before it, may do instead of answering two balances.</summary>
internal static class Misbehaviour
{
    /// <summary>The name of the one that is over only when the client's timeout is.</summary>
    public const string Slow = "slow";

    /// <summary>What <see cref="BefallAsync"/> can do.</summary>
    public static TheoryData<string> Names =>
    [
        "429", "429 in json", "500", "503", "404", "401", "redirect", "garbage", "truncated", "empty", "html", "broken off", Slow, "refused",
        "oversized", "oversized without length", "wrong chain", "missing reply", "surplus reply", "doubled id", "foreign id", "id as text",
        "no version", "result and error", "neither", "error without code", "error as text", "null", "array for one", "wrong type",
        "quantity too long", "fraction", "one error for all", "half a character", "half a character in a name",
    ];

    /// <summary>Makes a node misbehave; a redirect leads to the other.</summary>
    public static async Task BefallAsync(NodeStandIn node, string fault, NodeStandIn other)
    {
        switch (fault)
        {
            case "refused":
                await node.DisposeAsync();
                break;
            case "wrong chain":
                node.ChainId = 1;
                break;
            case "429 in json":
                node.Answer = (_, _) => NodeStandIn.Error(-32005, "rate limit reached, upgrade your plan");
                break;
            case "wrong type":
                node.Answer = (_, _) => 5;
                break;
            case "quantity too long":
                node.Answer = (_, _) => "0x1" + new string('0', 64);
                break;
            case "fraction":
                node.Answer = (_, _) => "1.5";
                break;
            default:
                node.Misbehave = Of(node, fault, other);
                break;
        }
    }

    private static Func<HttpContext, JsonNode, Task> Of(NodeStandIn node, string fault, NodeStandIn other) => fault switch
    {
        "429" => NodeStandIn.Status(429, "10"),
        "redirect" => (context, _) =>
        {
            context.Response.Redirect(other.Url);
            return Task.CompletedTask;
        }
        ,
        "garbage" => NodeStandIn.Text("\u0001\u0002 not json"),
        "empty" => NodeStandIn.Text(""),
        "html" => NodeStandIn.Text("<html>Bad gateway</html>"),
        "null" => NodeStandIn.Text("null"),
        "truncated" => (context, reply) => context.Response.WriteAsync(reply.ToJsonString()[..^5]),
        "broken off" => NodeStandIn.BreakOffAsync,
        Slow => (context, _) => node.HangAsync(context),
        "oversized" => (context, _) => WriteMuchAsync(context, sayHowMuch: true),
        "oversized without length" => (context, _) => WriteMuchAsync(context, sayHowMuch: false),
        "missing reply" => Edited(answers => answers.RemoveAt(1)),
        "surplus reply" => Edited(answers => answers.Add(answers[0]!.DeepClone())),
        "doubled id" => Edited(answers => answers[1]!["id"] = 1),
        "foreign id" => Edited(answers => answers[1]!["id"] = 99),
        "id as text" => Edited(answers => answers[1]!["id"] = "2"),
        "no version" => Edited(answers => answers[1]!.AsObject().Remove("jsonrpc")),
        "result and error" => Edited(answers => answers[1]!["error"] = new JsonObject { ["code"] = 1, ["message"] = "no" }),
        "neither" => Edited(answers => answers[1]!.AsObject().Remove("result")),
        "error without code" => Edited(answers => answers[1] = new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = 2,
            ["error"] = new JsonObject { ["message"] = "no" },
        }),
        "error as text" => Edited(answers => answers[1] = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 2, ["error"] = "no" }),
        "array for one" => NodeStandIn.Changed(
            reply => reply is JsonArray ? new JsonObject { ["result"] = reply.DeepClone() } : new JsonArray(reply.DeepClone())),
        "half a character" => (context, reply) => context.Response.WriteAsync(
            reply.ToJsonString().Replace("\"0x1\"", "\"0x\\ud800\"", StringComparison.Ordinal)),
        "half a character in a name" => (context, reply) => context.Response.WriteAsync(
            reply.ToJsonString().Replace("\"result\"", "\"\\udc00\\ud800\"", StringComparison.Ordinal)),
        "one error for all" => NodeStandIn.Text("""{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"overloaded"}}"""),
        _ => NodeStandIn.Status(int.Parse(fault, CultureInfo.InvariantCulture)),
    };

    private static Func<HttpContext, JsonNode, Task> Edited(Action<JsonArray> edit) => NodeStandIn.Changed(reply =>
    {
        if (reply is JsonArray answers)
        {
            edit(answers);
        }

        return reply;
    });

    private static async Task WriteMuchAsync(HttpContext context, bool sayHowMuch)
    {
        const int Length = 17 * 1024 * 1024;
        context.Response.ContentLength = sayHowMuch ? Length : null;
        var chunk = new byte[1024 * 1024];
        Array.Fill(chunk, (byte)' ');
        try
        {
            for (var i = 0; i < 17; i++)
            {
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The client has heard enough, as it should.
        }
    }
}
