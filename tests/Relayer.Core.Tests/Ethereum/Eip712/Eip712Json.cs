using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text.Json;
using DevChain.Abi;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Tests.Ethereum.Eip712;

/// <summary>
/// Elementary values as wallets write them in JSON: numbers as decimal or <c>0x</c> text or as JSON integers, bytes as <c>0x</c> text.
/// </summary>
internal static class Eip712Json
{
    public static bool TryRead(AbiType type, JsonElement json, [NotNullWhen(true)] out AbiValue? value)
    {
        value = type switch
        {
            AbiType.Flag when json.ValueKind is JsonValueKind.True or JsonValueKind.False => json.GetBoolean(),
            AbiType.Number number when TryNumber(json, out var parsed) && AbiEncoder.Fits(number, parsed) => parsed,
            AbiType.Account when TryText(json, out var text) && Address.TryParse(text, out var address) => address,
            AbiType.FixedBytes fixedBytes when TryBytes(json, out var bytes) && bytes.Length == fixedBytes.Length => bytes,
            AbiType.Blob when TryBytes(json, out var bytes) => bytes,
            AbiType.Text when TryText(json, out var text) => text,
            _ => null,
        };
        return value is not null;
    }

    private static bool TryBytes(JsonElement json, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        return TryText(json, out var text) && Hex.TryDecode(text, out bytes);
    }

    private static bool TryNumber(JsonElement json, out BigInteger number)
    {
        number = default;
        var text = json.ValueKind == JsonValueKind.Number ? json.GetRawText() : TryText(json, out var written) ? written : "";
        var isNegative = text.StartsWith('-');
        if (!UInt256.TryParse(text.AsSpan(isNegative ? 1 : 0), out var magnitude))
        {
            return false;
        }

        number = isNegative ? -magnitude.ToBigInteger() : magnitude.ToBigInteger();
        return true;
    }

    internal static bool TryText(JsonElement json, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (json.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        try
        {
            text = json.GetString();
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair: valid JSON, but no text, and nothing tells beforehand.
        }

        return text is not null;
    }
}
