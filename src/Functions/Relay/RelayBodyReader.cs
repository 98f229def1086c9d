using System.Text.Json;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;

namespace Functions.Relay;

/// <summary>Reads what callers post into the domain's types, and says which member is wrong.</summary>
internal static class RelayBodyReader
{
    /// <summary>Requests in one batch.</summary>
    public const int MaxBatch = 100;

    /// <summary>Reads one request.</summary>
    public static (RelayRequest? Request, Refusal? Refusal) Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, RelayBodyJson.Default.RelayBody) is { } body
                ? Read(body)
                : (null, Malformed("The body is null."));
        }
        catch (JsonException fault)
        {
            return (null, Malformed(JsonFault.Describe(fault)));
        }
    }

    /// <summary>Reads a batch into requests that are read one by one, so that a malformed one spoils only itself.</summary>
    /// <returns>Parts of <paramref name="json"/>, which has to stay as it is until they are read.</returns>
    public static (IReadOnlyList<ReadOnlyMemory<byte>>? Requests, Refusal? Refusal) ReadBatch(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json.Span, RelayBodyJson.Default.BatchBody) switch
            {
                { Requests: { Count: > 0 and <= MaxBatch } requests } => ([.. requests.Select(range => json[range])], null),
                _ => (null, Malformed($"requests must hold 1 to {MaxBatch} requests.")),
            };
        }
        catch (JsonException fault)
        {
            return (null, Malformed(JsonFault.Describe(fault)));
        }
    }

    private static (RelayRequest?, Refusal?) Read(RelayBody body)
    {
        var message = body.Request;
        if (body.ChainId <= 0)
        {
            return (null, Malformed("chainId must be positive."));
        }

        if (!Address.TryParse(body.Forwarder, out var forwarder))
        {
            return (null, WrongAddress("forwarder"));
        }

        if (!Address.TryParse(message.From, out var from))
        {
            return (null, WrongAddress("request.from"));
        }

        if (!Address.TryParse(message.To, out var to))
        {
            return (null, WrongAddress("request.to"));
        }

        if (!UInt256.TryParse(message.Value, out var value))
        {
            return (null, WrongNumber("request.value"));
        }

        if (!UInt256.TryParse(message.Gas, out var gas))
        {
            return (null, WrongNumber("request.gas"));
        }

        if (!UInt256.TryParse(message.Nonce, out var nonce))
        {
            return (null, WrongNumber("request.nonce"));
        }

        if (message.Deadline < 0)
        {
            return (null, Malformed("request.deadline must be in Unix seconds, not negative."));
        }

        if (!Hex.TryDecode(message.Data, out var data))
        {
            return (null, Malformed("request.data must be 0x and an even number of hexadecimal digits."));
        }

        if (gas > (UInt256)ulong.MaxValue)
        {
            return (null, new Refusal(RefusalCode.GasAboveLimit, "gas is above any limit."));
        }

        return ReadSignature(body.Signature, out var signature) is { } fault
            ? (null, fault.Code == RefusalCode.SignatureWrapped ? fault : fault with { Unsigned = new UnsignedRequest(new ChainId(body.ChainId), forwarder, from) })
            : (new RelayRequest(
                new ChainId(body.ChainId), forwarder,
                new ForwardRequest(from, to, new Wei(value), (ulong)gas, nonce, (ulong?)message.Deadline, data), signature), null);
    }

    private static Refusal? ReadSignature(string text, out Signature signature)
    {
        signature = default;
        if (!Hex.TryDecode(text, out var bytes))
        {
            return Malformed("signature must be 0x and 130 hexadecimal digits.");
        }

        if (Signature.IsWrapped(bytes))
        {
            return new Refusal(
                RefusalCode.SignatureWrapped,
                "signature is wrapped for a contract wallet that is not deployed yet (ERC-6492); the forwarder takes 65 bytes, r, s and v, of an account's own key. Put the account whose key signs as request.from.");
        }

        return Signature.TryParse(bytes, out signature, out var fault)
            ? null
            : Malformed(fault switch
            {
                SignatureFault.Compact => "signature has 64 bytes: compact signatures (EIP-2098) are not taken; 65 are needed, r, s and v.",
                SignatureFault.Length => $"signature has {bytes.Length} bytes; 65 are needed: r, s and v.",
                SignatureFault.RecoveryIdOutOfRange => $"signature ends with v = {bytes[^1]}; it must be 27 or 28 (0 and 1 are taken too).",
                SignatureFault.HighS => "signature has its s in the upper half of the order; forwarders take only the lower one (EIP-2).",
                _ => "signature is not one: r and s must be above 0 and below the order of secp256k1.",
            });
    }

    private static Refusal WrongAddress(string member) =>
        Malformed($"{member} must be 0x and 40 hexadecimal digits; in mixed case their EIP-55 checksum must be right.");

    private static Refusal WrongNumber(string member) =>
        Malformed($"{member} must be a string of decimal digits, or 0x and hexadecimal digits, below 2^256.");

    private static Refusal Malformed(string detail) => new(RefusalCode.MalformedRequest, detail);
}
