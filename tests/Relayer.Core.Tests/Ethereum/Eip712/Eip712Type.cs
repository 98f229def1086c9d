using System.Globalization;
using DevChain.Abi;

namespace Relayer.Core.Tests.Ethereum.Eip712;

/// <summary>A member's type, read from its text.</summary>
internal abstract record Eip712Type
{
    private const int MaxDimensions = 8;

    private Eip712Type()
    {
    }

    /// <summary>The struct it is of, at the bottom of any arrays.</summary>
    public string? StructName => this switch
    {
        Struct type => type.Name,
        Array type => type.Element.StructName,
        _ => null,
    };

    public static bool TryParse(string text, Func<string, bool> isStruct, out Eip712Type type)
    {
        var bracket = text.IndexOf('[', StringComparison.Ordinal);
        var name = bracket < 0 ? text : text[..bracket];
        type = new Struct(name);
        if (!isStruct(name))
        {
            if (!AbiType.TryParse(name, out var elementary) || elementary is AbiType.Tuple)
            {
                return false;
            }

            type = new Elementary(elementary);
        }

        return bracket < 0 || TryDimensions(text.AsSpan(bracket), ref type);
    }

    private static bool TryDimensions(ReadOnlySpan<char> text, ref Eip712Type type)
    {
        for (var i = 0; text.Length > 0; i++)
        {
            var end = text.IndexOf(']');
            if (i == MaxDimensions || text[0] != '[' || end < 0)
            {
                return false;
            }

            int? length = null;
            if (end > 1)
            {
                if (text[1] == '0' || !int.TryParse(text[1..end], NumberStyles.None, CultureInfo.InvariantCulture, out var n))
                {
                    return false;
                }

                length = n;
            }

            type = new Array(type, length);
            text = text[(end + 1)..];
        }

        return true;
    }

    public sealed record Elementary(AbiType Type) : Eip712Type;

    public sealed record Struct(string Name) : Eip712Type;

    public sealed record Array(Eip712Type Element, int? Length) : Eip712Type;
}
