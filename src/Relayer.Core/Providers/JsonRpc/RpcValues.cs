using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Relayer.Core.Ethereum;
using static Relayer.Core.Providers.JsonRpc.RpcShape;

namespace Relayer.Core.Providers.JsonRpc;

/// <summary>
/// Single values between our types and the execution API's JSON (<see href="https://ethereum.github.io/execution-apis/"/>). Reading is
/// strict: what is not of the right form is a <see cref="FormatException"/>, which becomes the provider's fault.
/// </summary>
internal static class RpcValues
{
    /// <summary>Writes no parameters.</summary>
    public static void WriteNothing(Utf8JsonWriter writer)
    {
    }

    /// <summary>Bytes as <c>0x…</c>, without a string between.</summary>
    public static void WriteBytes(Utf8JsonWriter writer, ReadOnlySpan<byte> bytes)
    {
        // Raw: hexadecimal needs no escaping, and the writer would look for what does.
        var length = (bytes.Length * 2) + 4;
        var text = ArrayPool<byte>.Shared.Rent(length);
        "\"0x"u8.CopyTo(text);
        Convert.TryToHexStringLower(bytes, text.AsSpan(3), out _);
        text[length - 1] = (byte)'"';
        writer.WriteRawValue(text.AsSpan(0, length), skipInputValidation: true);
        ArrayPool<byte>.Shared.Return(text);
    }

    public static string Quantity(ulong value) => string.Create(CultureInfo.InvariantCulture, $"0x{value:x}");

    public static string Quantity(Wei value)
    {
        Span<byte> word = stackalloc byte[32];
        value.Value.WriteBigEndian(word);
        var digits = Convert.ToHexStringLower(word).TrimStart('0');
        return digits.Length == 0 ? "0x0" : "0x" + digits;
    }

    /// <summary><c>0x</c> and an even number of digits.</summary>
    public static byte[] ReadBytes(JsonElement element)
    {
        var digits = HexDigits(element);
        if (digits.Length % 2 != 0)
        {
            throw Misshapen("bytes", element);
        }

        var bytes = digits.IsEmpty ? [] : new byte[digits.Length / 2];
        return Decode(digits, bytes) ? bytes : throw Misshapen("bytes", element);
    }

    /// <summary>A quantity that fits 64 bits.</summary>
    public static ulong ReadQuantity(JsonElement element)
    {
        var digits = HexDigits(element);
        return digits.Length is > 0 and <= 16
            && ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Misshapen("a quantity", element);
    }

    /// <summary>A quantity that PostgreSQL's <c>bigint</c> holds: heights, times, chain ids.</summary>
    public static long ReadNumber(JsonElement element)
    {
        var value = ReadQuantity(element);
        return value <= long.MaxValue ? (long)value : throw Misshapen("a number", element);
    }

    public static Wei ReadWei(JsonElement element) =>
        element.ValueKind == JsonValueKind.String && element.GetString() is ['0', 'x', ..] text && UInt256.TryParse(text, out var value)
            ? new Wei(value)
            : throw Misshapen("an amount", element);

    public static Hash32 ReadHash(JsonElement element)
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        return Decode(HexDigits(element), bytes) ? new Hash32(bytes) : throw Misshapen("a hash", element);
    }

    public static Address ReadAddress(JsonElement element)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        return Decode(HexDigits(element), bytes) ? new Address(bytes) : throw Misshapen("an address", element);
    }

    /// <summary>The digits after <c>0x</c>, as they stand in the reply; an escaped character fails as a digit.</summary>
    private static ReadOnlySpan<byte> HexDigits(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            var raw = JsonMarshal.GetRawUtf8Value(element)[1..^1];
            if (raw.StartsWith("0x"u8))
            {
                return raw[2..];
            }
        }

        throw Misshapen("hexadecimal", element);
    }

    private static bool Decode(ReadOnlySpan<byte> digits, Span<byte> bytes) =>
        digits.Length == bytes.Length * 2
        && Convert.FromHexString(digits, bytes, out _, out var written) == OperationStatus.Done
        && written == bytes.Length;
}
