using System.Text;
using Relayer.Core.Ethereum;

namespace DevChain;

/// <summary>Constructor arguments by hand: 32-byte words, without leaning on the encoder that is under test.</summary>
internal static class Words
{
    public static string Of(Address address) => Convert.ToHexStringLower(address.Span).PadLeft(64, '0');

    /// <summary>A single string of at most 32 bytes: where it starts, how long it is, what it is.</summary>
    public static string OfShort(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, 32, nameof(text));
        return $"{32:x64}{bytes.Length:x64}{Convert.ToHexStringLower(bytes).PadRight(64, '0')}";
    }
}
