using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using DevChain.Abi;
using Microsoft.AspNetCore.Http;
using Relayer.Core.Ethereum;

namespace DevChain;

/// <summary>Circle's attestation service on a loopback socket: messages of a transaction, pending and complete; well or badly, as it is told.</summary>
/// <remarks>It reads the transaction from the chain, as Circle does, and signs alone where Circle's attesters are several.</remarks>
public sealed class CircleStandIn : IAsyncDisposable
{
    private static readonly AbiSignature MessageSent = AbiSignature.Parse("MessageSent(bytes)");

    private readonly LoopbackServer _server;
    private readonly AnvilNode _node;
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentDictionary<Hash32, bool> _ordered = new();

    private CircleStandIn(AnvilNode node) => (_node, _server) = (node, new LoopbackServer(ServeAsync));

    /// <summary>The base URL to configure.</summary>
    public Uri Url => new(_server.Url);

    /// <summary>Who attests.</summary>
    public DevKey Attester { get; private init; } = DevKey.Create();

    /// <summary>Shows messages, and does not attest them yet.</summary>
    public bool IsPending { get; set; }

    /// <summary>Attests messages of version 2 before they are final, to be redeemed before this block of the destination; zero attests them as final.</summary>
    public long ExpiresAt { get; set; }

    /// <summary>Takes orders to attest again, and does not carry them out yet.</summary>
    public bool IsSlow { get; set; }

    /// <summary>Takes over a request and does something else; <see langword="null"/> to be honest.</summary>
    public Func<HttpContext, Task>? Misbehave { get; set; }

    /// <summary>The same for orders to attest again alone.</summary>
    public Func<HttpContext, Task>? MisbehaveOrders { get; set; }

    /// <summary>Changes an honest answer; <see langword="null"/> leaves it.</summary>
    public Func<JsonObject, JsonObject>? Change { get; set; }

    /// <summary>Paths and queries asked for, oldest first.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Listens on a free port.</summary>
    public static Task<CircleStandIn> StartAsync(AnvilNode node, CancellationToken cancellation = default) =>
        StartAsync(node, DevKey.Create(), cancellation);

    /// <summary>The same with an attester whom contracts know already.</summary>
    public static async Task<CircleStandIn> StartAsync(AnvilNode node, DevKey attester, CancellationToken cancellation = default)
    {
        var circle = new CircleStandIn(node) { Attester = attester };
        await circle._server.StartAsync(cancellation);
        return circle;
    }

    /// <summary>Misbehaviour: nothing, until the caller gives up.</summary>
    public Task HangAsync(HttpContext context) => _server.HangAsync(context);

    /// <summary>What the attester signs for a message.</summary>
    public byte[] Sign(byte[] message)
    {
        var signature = Secp256k1.Default.Sign(Hex.Decode(Attester.PrivateKey), Keccak256.Hash(message)).ToArray();
        signature[^1] = signature[^1] < 27 ? (byte)(signature[^1] + 27) : signature[^1];
        return signature;
    }

    /// <summary>The messages of a transaction as they are attested.</summary>
    public async Task<IReadOnlyList<byte[]>> MessagesAsync(string transaction)
    {
        var receipt = await _node.Rpc.SendAsync("eth_getTransactionReceipt", [transaction]);
        return receipt.ValueKind != JsonValueKind.Object
            ? []
            : [.. receipt.GetProperty("logs").EnumerateArray()
                .Where(log => log.GetProperty("topics")[0].GetString() == MessageSent.Hash.ToString())
                .Select(log => Fill(Hex.Decode(log.GetProperty("data").GetString()!), transaction))];
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    // Version 2 is told without nonce, finality and expiry; Circle gives them.
    private byte[] Fill(byte[] data, string transaction)
    {
        var message = AbiDecoder.TryDecode(MessageSent.Inputs, data, out var values) ? values[0].AsBytes().ToArray() : [];
        if (message[3] == 1)
        {
            Keccak256.Hash([.. Hex.Decode(transaction), .. message]).Span.CopyTo(message.AsSpan(12));
            var nonce = new Hash32(message.AsSpan(12, Hash32.Size));
            var isFast = ExpiresAt > 0 && (IsSlow || !_ordered.GetValueOrDefault(nonce));
            _ordered.TryAdd(nonce, false);
            BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(144), isFast ? 1_000u : 2_000u);
            BinaryPrimitives.WriteInt64BigEndian(message.AsSpan(148 + 220), isFast ? ExpiresAt : 0);
        }

        return message;
    }

    private async Task ServeAsync(HttpContext context)
    {
        _requests.Enqueue($"{context.Request.Path}{context.Request.QueryString}");
        if (Misbehave is { } misbehave)
        {
            await misbehave(context);
            return;
        }

        if (context.Request.Method == HttpMethods.Post)
        {
            await (MisbehaveOrders ?? ReattestAsync)(context);
            return;
        }

        var transaction = context.Request.Query["transactionHash"].ToString();
        var messages = context.Request.Path.Value!.StartsWith("/v2/messages/", StringComparison.Ordinal) ? await MessagesAsync(transaction) : [];
        if (messages.Count == 0)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            await context.Response.WriteAsync("""{"code":404,"error":"Message hash not found"}""");
            return;
        }

        var answer = new JsonObject { ["messages"] = new JsonArray([.. messages.Select(Describe)]) };
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync((Change?.Invoke(answer) ?? answer).ToJsonString());
    }

    // What it has not shown it does not know; what is attested as final is not attested again.
    private async Task ReattestAsync(HttpContext context)
    {
        const string Path = "/v2/reattest/";
        var path = context.Request.Path.Value!;
        var isKnown = path.StartsWith(Path, StringComparison.Ordinal) && Hash32.TryParse(path.AsSpan(Path.Length), out var nonce)
            && ExpiresAt > 0 && _ordered.TryUpdate(nonce, true, false);
        context.Response.StatusCode = isKnown || IsSlow ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
        await context.Response.WriteAsync(isKnown || IsSlow
            ? """{"message":"Re-attestation successfully requested for nonce."}"""
            : """{"code":404,"error":"Nonce not found"}""");
    }

    private JsonNode Describe(byte[] message) => new JsonObject
    {
        ["message"] = Hex.Encode(message),
        ["eventNonce"] = "1",
        ["attestation"] = IsPending ? "PENDING" : Hex.Encode(Sign(message)),
        ["cctpVersion"] = message[3] + 1,
        ["status"] = IsPending ? "pending_confirmations" : "complete",
    };
}
