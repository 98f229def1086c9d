using System.Diagnostics.CodeAnalysis;

namespace Relayer.Core.Ethereum;

/// <summary>Hexadecimal text as JSON-RPC writes it: <c>0x</c> and an even number of digits for bytes.</summary>
public static class Hex
{
    /// <summary>Bytes as <c>0x</c> and lower-case digits; no bytes are <c>0x</c>.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <summary>Reads <c>0x</c> and an even number of digits of either case.</summary>
    /// <returns><see langword="false"/> without a prefix, with an odd length or with a foreign character.</returns>
    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text.Length < 2 || text[0] != '0' || text[1] is not ('x' or 'X') || text.Length % 2 != 0)
        {
            return false;
        }

        var result = text.Length == 2 ? [] : new byte[(text.Length - 2) / 2];
        if (!TryDecode(text, result))
        {
            return false;
        }

        bytes = result;
        return true;
    }

    /// <summary>Reads exactly <paramref name="bytes"/>.Length bytes, with the prefix.</summary>
    /// <returns><see langword="false"/> when the text is not of that length or has a foreign character.</returns>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes) =>
        text.Length == (bytes.Length * 2) + 2 && text[0] == '0' && text[1] is ('x' or 'X')
        && Convert.FromHexString(text[2..], bytes, out _, out var written) == System.Buffers.OperationStatus.Done
        && written == bytes.Length;

    /// <summary>Reads text that the program itself wrote or that is a constant.</summary>
    /// <exception cref="FormatException">The text is not <c>0x</c> and an even number of digits.</exception>
    public static byte[] Decode(ReadOnlySpan<char> text) =>
        TryDecode(text, out var bytes) ? bytes : throw new FormatException("expected 0x and an even number of hexadecimal digits");
}
