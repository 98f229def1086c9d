using System.Text.Json;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Forwarders;

namespace Relayer.Core.Tests.Relay.Forwarders;

/// <summary>What viem made of random requests: <c>Vectors/forwarders.json</c>.</summary>
internal static class ForwarderVectors
{
    private static readonly JsonElement File = VectorFile.Read("forwarders.json");

    public static IReadOnlyList<JsonElement> Requests { get; } = [.. File.GetProperty("requests").EnumerateArray()];

    public static IReadOnlyList<JsonElement> Batches { get; } = [.. File.GetProperty("batches").EnumerateArray()];

    public static Forwarder Forwarder(JsonElement json)
    {
        var domain = json.GetProperty("domain");
        Assert.True(Core.Relay.Forwarders.Forwarder.TryCreate(
            json.Text("dialect"), new ChainId(domain.GetProperty("chainId").GetInt64()),
            Address.Parse(domain.Text("verifyingContract")), domain.Text("name"), domain.Text("version"), out var forwarder));
        return forwarder;
    }

    public static (ForwardRequest Request, Signature Signature) Signed(JsonElement json)
    {
        var request = json.GetProperty("request");
        return (
            new ForwardRequest(
                Address.Parse(request.Text("from")),
                Address.Parse(request.Text("to")),
                new Wei(UInt256.Parse(request.Text("value"))),
                (ulong)UInt256.Parse(request.Text("gas")),
                UInt256.Parse(request.Text("nonce")),
                request.TryGetProperty("deadline", out var deadline) ? deadline.GetUInt64() : null,
                Hex.Decode(request.Text("data"))),
            ReadSignature(json.Text("signature")));
    }

    public static Signature ReadSignature(string text)
    {
        Assert.True(Signature.TryParse(Hex.Decode(text), out var signature, out _));
        return signature;
    }
}
