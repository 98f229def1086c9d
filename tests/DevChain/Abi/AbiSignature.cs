using System.Diagnostics.CodeAnalysis;
using System.Text;
using Relayer.Core.Ethereum;

namespace DevChain.Abi;

/// <summary>A function, an event or a custom error by its canonical signature, such as <c>transfer(address,uint256)</c>.</summary>
public sealed class AbiSignature
{
    /// <summary>Bytes in a selector.</summary>
    public const int SelectorSize = 4;

    private readonly string _text;

    private AbiSignature(string text, string name, AbiType.Tuple inputs)
    {
        (_text, Name, Inputs) = (text, name, inputs);
        Hash = Keccak256.Hash(Encoding.ASCII.GetBytes(text));
    }

    /// <summary>What stands before the parenthesis.</summary>
    public string Name { get; }

    /// <summary>The arguments' types.</summary>
    public AbiType.Tuple Inputs { get; }

    /// <summary>The hash of the signature: an event's first topic.</summary>
    public Hash32 Hash { get; }

    /// <summary>The first four bytes of the hash, which begin a call's or a custom error's data.</summary>
    public byte[] Selector() => Hash.Span[..SelectorSize].ToArray();

    /// <summary>Reads a canonical signature: no spaces, no names of arguments.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out AbiSignature? signature)
    {
        signature = null;
        var at = text.IndexOf('(', StringComparison.Ordinal);
        if (at < 1 || !IsName(text.AsSpan(0, at)) || !AbiTypeParser.TryParseArguments(text.AsSpan(at), out var inputs))
        {
            return false;
        }

        signature = new AbiSignature(text, text[..at], inputs);
        return true;
    }

    /// <summary>Reads a constant.</summary>
    /// <exception cref="FormatException">As <see cref="TryParse"/> refuses.</exception>
    public static AbiSignature Parse(string text) =>
        TryParse(text, out var signature) ? signature : throw new FormatException($"'{text}' is not a canonical signature");

    /// <summary>The selector and the encoded arguments.</summary>
    /// <exception cref="ArgumentException">A value is not of its type.</exception>
    public byte[] Encode(params IReadOnlyList<AbiValue> values) => AbiEncoder.Encode(Hash.Span[..SelectorSize], Inputs, values);

    /// <summary>True when the data begins with this selector.</summary>
    public bool Begins(ReadOnlySpan<byte> data) => data.StartsWith(Hash.Span[..SelectorSize]);

    /// <summary>Reads data that begins with this selector.</summary>
    /// <returns><see langword="false"/> for another selector or arguments that are not in strict encoding.</returns>
    public bool TryDecode(ReadOnlySpan<byte> data, [NotNullWhen(true)] out IReadOnlyList<AbiValue>? values)
    {
        values = null;
        return Begins(data) && AbiDecoder.TryDecode(Inputs, data[SelectorSize..], out values);
    }

    /// <summary>The canonical text.</summary>
    public override string ToString() => _text;

    private static bool IsName(ReadOnlySpan<char> name) =>
        !char.IsAsciiDigit(name[0]) && !name.ContainsAnyExcept(NameCharacters);

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_$");
}
