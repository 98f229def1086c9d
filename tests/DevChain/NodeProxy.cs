using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace DevChain;

/// <summary>Stands between a client and a real node, and fails as it is told.</summary>
public sealed class NodeProxy : IAsyncDisposable
{
    private readonly HttpClient _node = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Uri _url;
    private readonly LoopbackServer _server;
    private int _faults;

    private NodeProxy(Uri node) => (_url, _server) = (node, new LoopbackServer(ServeAsync));

    /// <summary>What happens instead of the honest answer to a body; null passes everything on.</summary>
    public Func<HttpContext, string, Func<Task<string>>, Task<bool>>? Fault { get; set; }

    /// <summary>How often something happened instead of the honest answer.</summary>
    public int Faults => Volatile.Read(ref _faults);

    /// <summary>The URL to configure.</summary>
    public string Url => _server.Url;

    /// <summary>Listens on a free port.</summary>
    /// <param name="node">The node behind it.</param>
    /// <param name="cancellation">Stops starting.</param>
    public static async Task<NodeProxy> StartAsync(Uri node, CancellationToken cancellation)
    {
        var proxy = new NodeProxy(node);
        await proxy._server.StartAsync(cancellation);
        return proxy;
    }

    /// <summary>Calls of a method never reach the node: 503, or a broken connection.</summary>
    public void Refuse(string method, bool abort = false) => Fault = (context, body, _) =>
    {
        if (!body.Contains(method, StringComparison.Ordinal))
        {
            return Task.FromResult(false);
        }

        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        if (abort)
        {
            context.Abort();
        }

        return Task.FromResult(true);
    };

    /// <summary>Calls of a method reach the node and are carried out, but the answer is lost.</summary>
    public void LoseAnswer(string method) => Fault = async (context, body, forward) =>
    {
        if (!body.Contains(method, StringComparison.Ordinal))
        {
            return false;
        }

        await forward();
        context.Abort();
        return true;
    };

    /// <summary>Every honest answer is changed.</summary>
    public void Garble(Func<string, string> change) => Fault = async (context, _, forward) =>
    {
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(change(await forward()));
        return true;
    };

    /// <summary>Single answers are changed, each by its call's method and parameters; one that becomes null is left out of its batch.</summary>
    public void Alter(Func<string, JsonArray, JsonObject, JsonObject?> change) => Fault = async (context, body, forward) =>
    {
        var (asked, honest) = (JsonNode.Parse(body)!, JsonNode.Parse(await forward())!);
        context.Response.ContentType = "application/json";
        if (asked is not JsonArray calls || honest is not JsonArray replies)
        {
            var altered = honest is JsonObject reply ? Change(asked, reply) : null;
            await context.Response.WriteAsync((altered ?? honest).ToJsonString());
            return true;
        }

        var byId = calls.ToDictionary(call => call!["id"]!.GetValue<int>(), call => call!);
        JsonObject[] kept = [.. replies.Select(reply => Change(byId[reply!["id"]!.GetValue<int>()], reply.AsObject())).OfType<JsonObject>()];
        await context.Response.WriteAsync($"[{string.Join(',', kept.Select(reply => reply.ToJsonString()))}]");
        return true;

        JsonObject? Change(JsonNode call, JsonObject reply) =>
            change(call["method"]!.GetValue<string>(), call["params"]!.AsArray(), (JsonObject)reply.DeepClone());
    };

    /// <summary>Bodies are answered by a backend that stands at a block, as far as they ask for the newest state, its height or receipts.</summary>
    /// <param name="block">Its newest block.</param>
    /// <param name="isMeant">Which bodies, by their number from 0; all, when it is left out. Those that ask for the chain's id, and broadcasts, never are.</param>
    public void LagAt(long block, Predicate<int>? isMeant = null)
    {
        var (newest, bodies) = (NodeStandIn.Quantity(block), -1);
        Fault = async (context, body, _) =>
        {
            if (body.Contains("eth_chainId", StringComparison.Ordinal) || body.Contains("eth_sendRawTransaction", StringComparison.Ordinal)
                || isMeant?.Invoke(Interlocked.Increment(ref bodies)) == false)
            {
                return false;
            }

            var asked = JsonNode.Parse(body)!;
            var honest = JsonNode.Parse(await ForwardAsync(body.Replace("\"latest\"", $"\"{newest}\"", StringComparison.Ordinal)))!;
            var calls = (asked as JsonArray ?? [asked.DeepClone()]).ToDictionary(call => call!["id"]!.GetValue<int>(), call => call!["method"]!.GetValue<string>());
            foreach (var reply in honest as JsonArray ?? [honest])
            {
                var method = calls[reply!["id"]!.GetValue<int>()];
                if (method == "eth_blockNumber")
                {
                    reply["result"] = newest;
                }
                else if (method == "eth_getTransactionReceipt" && reply["result"] is JsonObject receipt
                    && Convert.ToInt64(receipt["blockNumber"]!.GetValue<string>(), 16) > block)
                {
                    reply["result"] = null;
                }
            }

            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(honest.ToJsonString());
            return true;
        };
    }

    /// <summary>Nobody is there: every connection breaks.</summary>
    public void Break() => Fault = (context, _, _) =>
    {
        context.Abort();
        return Task.FromResult(true);
    };

    /// <summary>All is well again.</summary>
    public void Heal() => Fault = null;

    /// <summary>Stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _node.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        try
        {
            if (Fault is { } fault && await fault(context, body, () => ForwardAsync(body)))
            {
                Interlocked.Increment(ref _faults);
                return;
            }

            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(await ForwardAsync(body), context.RequestAborted);
        }
        catch (HttpRequestException)
        {
            context.Abort(); // The node is gone: so is the connection.
        }
    }

    private async Task<string> ForwardAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _node.PostAsync(_url, content);
        return await answer.Content.ReadAsStringAsync();
    }
}
