using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Relayer.Core.Ethereum.Abi;

/// <summary>Reads a function's canonical signature into a flat list of types, the arguments as a tuple in front.</summary>
internal ref struct AbiNodeParser
{
    /// <summary>Larger arguments than this fit no transaction; and sums of them no <see cref="int"/>.</summary>
    private const int MaxBodySize = 1024 * 1024;

    private readonly ReadOnlySpan<char> _text;
    private readonly List<AbiNode> _nodes;
    private int _at;

    private AbiNodeParser(ReadOnlySpan<char> text)
    {
        _text = text;
        _nodes = [];
    }

    public static bool TryParse(string signature, [NotNullWhen(true)] out AbiNode[]? nodes)
    {
        nodes = null;
        var open = signature.IndexOf('(', StringComparison.Ordinal);
        if (open < 1)
        {
            return false;
        }

        var parser = new AbiNodeParser(signature.AsSpan(open));
        if (!parser.TryTuple(depth: 0) || parser._at != parser._text.Length)
        {
            return false;
        }

        nodes = [.. parser._nodes];
        return true;
    }

    /// <summary>A type with all its array suffixes; what stands before a suffix is its element, so its node goes in front.</summary>
    private bool TryType(int depth)
    {
        var start = _nodes.Count;
        if (depth > CalldataShape.MaxDepth || !(Peek() == '(' ? TryTuple(depth) : TryElementary()))
        {
            return false;
        }

        for (; Peek() == '['; depth++)
        {
            if (depth > CalldataShape.MaxDepth || !TryArray(start))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryTuple(int depth)
    {
        var start = _nodes.Count;
        _nodes.Add(default);
        _at++;
        while (Peek() != ')' || _nodes.Count > start + 1)
        {
            if (!TryType(depth + 1))
            {
                return false;
            }

            if (Peek() == ')')
            {
                break;
            }

            if (Peek() != ',')
            {
                return false;
            }

            _at++;
        }

        _at++;
        var (size, isDynamic) = (0L, false);
        for (var member = start + 1; member < _nodes.Count; member = _nodes[member].Next)
        {
            size += _nodes[member].HeadSize;
            isDynamic |= _nodes[member].IsDynamic;
        }

        // Only a call may have no arguments: no contract has a tuple without members.
        return (depth == 0 || size > 0) && TrySet(start, AbiKind.Tuple, 0, isDynamic, size);
    }

    private bool TryArray(int start)
    {
        var close = _text[_at..].IndexOf(']');
        if (close < 0)
        {
            return false;
        }

        var digits = _text.Slice(_at + 1, close - 1);
        _at += close + 1;
        var length = 0;
        if (digits.Length > 0 && !TryNumber(digits, MaxBodySize, out length))
        {
            return false;
        }

        // The element moves up by one, and so does what follows each part of it.
        var element = _nodes[start];
        _nodes.Insert(start, default);
        for (var i = start + 1; i < _nodes.Count; i++)
        {
            _nodes[i] = _nodes[i] with { Next = _nodes[i].Next + 1 };
        }

        return digits.Length == 0
            ? TrySet(start, AbiKind.Array, 0, true, AbiWriter.Word)
            : TrySet(start, AbiKind.FixedArray, length, element.IsDynamic, (long)length * element.HeadSize);
    }

    private bool TrySet(int index, AbiKind kind, int size, bool isDynamic, long bodySize)
    {
        if (bodySize > MaxBodySize)
        {
            return false;
        }

        _nodes[index] = new AbiNode(kind, size, isDynamic, isDynamic ? AbiWriter.Word : (int)bodySize, (int)bodySize, _nodes.Count);
        return true;
    }

    private bool TryElementary()
    {
        var start = _at;
        while (char.IsAsciiLetterOrDigit(Peek()))
        {
            _at++;
        }

        var word = _text[start.._at];
        var (kind, size) = word switch
        {
            "address" => (AbiKind.Unsigned, 160),
            "bool" => (AbiKind.Unsigned, 1),
            "function" => (AbiKind.FixedBytes, 24),
            "bytes" or "string" => (AbiKind.Tail, 0),
            _ when TryWidth(word, "uint", 256, out var bits) && bits % 8 == 0 => (AbiKind.Unsigned, bits),
            _ when TryWidth(word, "int", 256, out var bits) && bits % 8 == 0 => (AbiKind.Signed, bits),
            _ when TryWidth(word, "bytes", AbiWriter.Word, out var length) => (AbiKind.FixedBytes, length),
            _ => (AbiKind.Tuple, 0),
        };
        _nodes.Add(default);
        return kind != AbiKind.Tuple && TrySet(_nodes.Count - 1, kind, size, kind == AbiKind.Tail, AbiWriter.Word);
    }

    private static bool TryWidth(ReadOnlySpan<char> word, string prefix, int most, out int width)
    {
        width = 0;
        return word.StartsWith(prefix) && TryNumber(word[prefix.Length..], most, out width);
    }

    // Without a leading zero, so that each type has one text.
    private static bool TryNumber(ReadOnlySpan<char> digits, int most, out int number)
    {
        number = 0;
        return digits.Length is > 0 and < 9 && digits[0] != '0'
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most;
    }

    private readonly char Peek() => _at < _text.Length ? _text[_at] : '\0';
}
