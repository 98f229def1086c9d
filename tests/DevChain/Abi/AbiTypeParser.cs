using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace DevChain.Abi;

/// <summary>Reads canonical types by recursive descent, one character ahead.</summary>
internal ref struct AbiTypeParser
{
    private readonly ReadOnlySpan<char> _text;
    private int _at;

    private AbiTypeParser(ReadOnlySpan<char> text) => _text = text;

    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out AbiType? type)
    {
        var parser = new AbiTypeParser(text);
        return parser.TryType(1, out type) && parser._at == text.Length;
    }

    /// <summary>Reads <c>(…)</c>, possibly empty, and no array of it: a function's arguments.</summary>
    public static bool TryParseArguments(ReadOnlySpan<char> text, [NotNullWhen(true)] out AbiType.Tuple? arguments)
    {
        var parser = new AbiTypeParser(text);
        if (text is "()")
        {
            arguments = new AbiType.Tuple([]);
            return true;
        }

        return parser.TryTuple(1, out arguments) && parser._at == text.Length;
    }

    private bool TryType(int depth, [NotNullWhen(true)] out AbiType? type)
    {
        type = null;
        if (depth > AbiType.MaxDepth)
        {
            return false;
        }

        if (_at < _text.Length && _text[_at] == '(')
        {
            if (!TryTuple(depth, out var tuple))
            {
                return false;
            }

            type = tuple;
        }
        else if (!TryElementary(TakeWord(), out type))
        {
            return false;
        }

        while (_at < _text.Length && _text[_at] == '[')
        {
            depth++;
            if (depth > AbiType.MaxDepth || !TryArray(ref type))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryTuple(int depth, [NotNullWhen(true)] out AbiType.Tuple? tuple)
    {
        tuple = null;
        if (!TryTake('('))
        {
            return false;
        }

        var members = new List<AbiType>();
        var bytes = 0L;
        do
        {
            if (!TryType(depth + 1, out var member))
            {
                return false;
            }

            members.Add(member);
            bytes += member.HeadSize;
        }
        while (TryTake(','));

        if (!TryTake(')') || bytes > AbiType.MaxStaticSize)
        {
            return false;
        }

        tuple = new AbiType.Tuple(members);
        return true;
    }

    private bool TryArray(ref AbiType type)
    {
        _at++;
        int? length = null;
        var digits = TakeWord();
        if (digits.Length > 0)
        {
            if (!TryNumber(digits, out var n) || n < 1
                || (!type.IsDynamic && (long)n * type.HeadSize > AbiType.MaxStaticSize))
            {
                return false;
            }

            length = n;
        }

        type = new AbiType.Array(type, length);
        return TryTake(']');
    }

    private static bool TryElementary(ReadOnlySpan<char> word, [NotNullWhen(true)] out AbiType? type)
    {
        type = word switch
        {
            "address" => new AbiType.Account(),
            "bool" => new AbiType.Flag(),
            "bytes" => new AbiType.Blob(),
            "string" => new AbiType.Text(),
            _ when TryWidth(word, "uint", 256, out var bits) && bits % 8 == 0 => new AbiType.Number(bits, false),
            _ when TryWidth(word, "int", 256, out var bits) && bits % 8 == 0 => new AbiType.Number(bits, true),
            _ when TryWidth(word, "bytes", 32, out var length) => new AbiType.FixedBytes(length),
            _ => null,
        };
        return type is not null;
    }

    private static bool TryWidth(ReadOnlySpan<char> word, string prefix, int max, out int width)
    {
        width = 0;
        return word.StartsWith(prefix) && TryNumber(word[prefix.Length..], out width) && width >= 1 && width <= max;
    }

    // No leading zero, so that each type has one text.
    private static bool TryNumber(ReadOnlySpan<char> digits, out int number)
    {
        number = 0;
        return digits.Length is > 0 and < 9 && digits[0] != '0'
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private bool TryTake(char expected)
    {
        if (_at >= _text.Length || _text[_at] != expected)
        {
            return false;
        }

        _at++;
        return true;
    }

    private ReadOnlySpan<char> TakeWord()
    {
        var start = _at;
        while (_at < _text.Length && char.IsAsciiLetterOrDigit(_text[_at]))
        {
            _at++;
        }

        return _text[start.._at];
    }
}
