using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using DevChain.Abi;
using Microsoft.AspNetCore.Http;
using Relayer.Core.Ethereum;

namespace DevChain;

/// <summary>Pyth's price service on a loopback socket: the newest price, the one at a time, and a stream; well or badly, as it is told.</summary>
/// <remarks>Updates are those that <c>PythStandIn</c> takes: sealed with a constant instead of the guardians' signatures.</remarks>
public sealed class HermesStandIn : IAsyncDisposable
{
    private const int Exponent = -8;

    private static readonly AbiType.Tuple Update = AbiSignature.Parse("u(bytes32,bytes32,int64,uint64,int32,uint256,uint256)").Inputs;
    private static readonly Hash32 Seal = Keccak256.Hash("pyth stand-in"u8);

    private readonly LoopbackServer _server;
    private readonly ConcurrentQueue<string> _requests = new();

    private HermesStandIn() => _server = new LoopbackServer(ServeAsync);

    /// <summary>The base URL to configure.</summary>
    public Uri Url => new(_server.Url);

    /// <summary>What each feed is worth at a time, in units of 10^-8; a feed without an entry is unknown.</summary>
    public ConcurrentDictionary<Hash32, Func<long, long>> Prices { get; } = new();

    /// <summary>The newest second that there is a price of.</summary>
    public Func<long> Now { get; set; } = () => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>The key that has to come as a bearer token; empty asks for none.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>Takes over a request and does something else; <see langword="null"/> to be honest.</summary>
    public Func<HttpContext, Task>? Misbehave { get; set; }

    /// <summary>Paths whose price it does not have; <see langword="null"/> when it has all.</summary>
    public Func<string, bool>? Hides { get; set; }

    /// <summary>Changes an honest answer; <see langword="null"/> leaves it.</summary>
    public Func<JsonObject, JsonObject>? Change { get; set; }

    /// <summary>Seconds that the update given for a time is too late by: then it is not the first one after it.</summary>
    public long LateBy { get; set; }

    /// <summary>Paths and queries asked for, oldest first.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Listens on a free port.</summary>
    public static async Task<HermesStandIn> StartAsync(CancellationToken cancellation = default)
    {
        var hermes = new HermesStandIn();
        await hermes._server.StartAsync(cancellation);
        return hermes;
    }

    /// <summary>Misbehaviour: nothing, until the caller gives up.</summary>
    public Task HangAsync(HttpContext context) => _server.HangAsync(context);

    /// <summary>An update as the chain takes it.</summary>
    public byte[] Sign(Hash32 feed, long time, long previous) => AbiEncoder.Encode(
        Update, Seal, feed, new BigInteger(Prices[feed](time)), 1UL, new BigInteger(Exponent), (ulong)time, (ulong)previous);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ServeAsync(HttpContext context)
    {
        _requests.Enqueue($"{context.Request.Path}{context.Request.QueryString}");
        if (Misbehave is { } misbehave)
        {
            await misbehave(context);
            return;
        }

        if (ApiKey.Length > 0 && context.Request.Headers.Authorization != $"Bearer {ApiKey}")
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        var path = context.Request.Path.Value ?? "";
        var last = path[(path.LastIndexOf('/') + 1)..];
        Hash32[] feeds = [.. context.Request.Query["ids[]"].Select(id => Hash32.Parse(id!.StartsWith("0x", StringComparison.Ordinal) ? id : "0x" + id))];
        if (!path.StartsWith("/v2/updates/price/", StringComparison.Ordinal) || Hides?.Invoke(path) == true || feeds.Length == 0 || !feeds.All(Prices.ContainsKey))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            await context.Response.WriteAsync("Price ids not found");
        }
        else if (last == "stream")
        {
            await StreamAsync(context, feeds);
        }
        else
        {
            await AnswerAsync(context, feeds, last == "latest" ? Now() : long.Parse(last, CultureInfo.InvariantCulture) + LateBy);
        }
    }

    private async Task AnswerAsync(HttpContext context, Hash32[] feeds, long time)
    {
        if (time > Now())
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            await context.Response.WriteAsync("Update data not found");
            return;
        }

        var answer = Describe(feeds, time);
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync((Change?.Invoke(answer) ?? answer).ToJsonString());
    }

    private async Task StreamAsync(HttpContext context, Hash32[] feeds)
    {
        context.Response.ContentType = "text/event-stream";
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _server.Stopping);
        for (var last = 0L; !either.IsCancellationRequested;)
        {
            if (Now() > last)
            {
                last = Now();
                await context.Response.WriteAsync($"data:{Describe(feeds, last).ToJsonString()}\n\n", either.Token);
                await context.Response.Body.FlushAsync(either.Token);
            }

            await Task.Delay(50, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private JsonObject Describe(Hash32[] feeds, long time) => new()
    {
        ["binary"] = new JsonObject
        {
            ["encoding"] = "hex",
            ["data"] = new JsonArray([.. feeds.Select(feed => (JsonNode)Convert.ToHexStringLower(Sign(feed, time, time - 1)))]),
        },
        ["parsed"] = new JsonArray([.. feeds.Select(feed => new JsonObject
        {
            ["id"] = feed.ToString()[2..],
            ["price"] = new JsonObject
            {
                ["price"] = Prices[feed](time).ToString(CultureInfo.InvariantCulture),
                ["conf"] = "1",
                ["expo"] = Exponent,
                ["publish_time"] = time,
            },
        })]),
    };
}
