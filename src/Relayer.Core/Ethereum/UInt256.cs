using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Relayer.Core.Ethereum;

/// <summary>An unsigned 256-bit integer, the EVM's word. Arithmetic is checked: it throws rather than wraps.</summary>
public readonly record struct UInt256 : IComparable<UInt256>
{
    // Words and not UInt128, whose layout is left open until run time: what takes one of those by value is not compiled ahead.
    private readonly ulong _third;
    private readonly ulong _second;
    private readonly ulong _first;
    private readonly ulong _zeroth;

    /// <summary>From two halves, the more significant first.</summary>
    public UInt256(UInt128 high, UInt128 low)
    {
        (_third, _second) = ((ulong)(high >> 64), (ulong)high);
        (_first, _zeroth) = ((ulong)(low >> 64), (ulong)low);
    }

    /// <summary>The more significant half.</summary>
    internal UInt128 High => new(_third, _second);

    /// <summary>The less significant half.</summary>
    internal UInt128 Low => new(_first, _zeroth);

    /// <summary>Zero.</summary>
    public static UInt256 Zero => default;

    /// <summary>One.</summary>
    public static UInt256 One => new(0, 1);

    /// <summary>2^256 - 1.</summary>
    public static UInt256 MaxValue => new(UInt128.MaxValue, UInt128.MaxValue);

    /// <summary>True for zero.</summary>
    public bool IsZero => this == default;

    /// <summary>Bits up to the highest one that is set; 0 for zero.</summary>
    public int BitLength => 256 - (High == 0 ? 128 + (int)UInt128.LeadingZeroCount(Low) : (int)UInt128.LeadingZeroCount(High));

    /// <summary>Reads 32 bytes, big-endian.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 32.</exception>
    public static UInt256 ReadBigEndian(ReadOnlySpan<byte> word) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(word), BinaryPrimitives.ReadUInt128BigEndian(word[16..]));

    /// <summary>Writes 32 bytes, big-endian, as the ABI does.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no room for 32.</exception>
    public void WriteBigEndian(Span<byte> word)
    {
        BinaryPrimitives.WriteUInt128BigEndian(word, High);
        BinaryPrimitives.WriteUInt128BigEndian(word[16..], Low);
    }

    /// <summary>Reads decimal digits, or <c>0x</c> and 1 to 64 hexadecimal digits; no sign, space or separator.</summary>
    /// <returns><see langword="false"/> for anything else and above 2^256 - 1.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out UInt256 value)
    {
        value = default;
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            var digits = text[2..];
            if (digits.Length is 0 or > 64 || digits.ContainsAnyExcept(HexDigits))
            {
                return false;
            }

            Span<char> padded = stackalloc char[64];
            padded.Fill('0');
            digits.CopyTo(padded[(64 - digits.Length)..]);
            value = new UInt256(
                UInt128.Parse(padded[..32], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                UInt128.Parse(padded[32..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            return true;
        }

        // 78 digits hold 2^256 - 1; the bound keeps a hostile number from costing quadratic time.
        return text.Length is > 0 and <= 78 && !text.ContainsAnyExceptInRange('0', '9')
            && TryFrom(BigInteger.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture), out value);
    }

    /// <summary>Reads a constant or a value the program itself wrote.</summary>
    /// <exception cref="FormatException">As <see cref="TryParse"/> refuses.</exception>
    public static UInt256 Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var value) ? value : throw new FormatException($"'{text}' is not an unsigned 256-bit integer");

    /// <summary>Converts when <paramref name="number"/> is from 0 to 2^256 - 1.</summary>
    public static bool TryFrom(BigInteger number, out UInt256 value)
    {
        Span<byte> word = stackalloc byte[32];
        word.Clear();
        var fits = number.Sign >= 0 && number.TryWriteBytes(word, out _, isUnsigned: true);
        value = fits ? new UInt256(BinaryPrimitives.ReadUInt128LittleEndian(word[16..]), BinaryPrimitives.ReadUInt128LittleEndian(word)) : default;
        return fits;
    }

    /// <summary>Converts a number from 0 to 2^256 - 1.</summary>
    /// <exception cref="OverflowException">It is negative or too large.</exception>
    public static UInt256 From(BigInteger number) =>
        TryFrom(number, out var value) ? value : throw new OverflowException("the number does not fit in 256 bits");

    /// <summary>The same number, for arithmetic that may leave 256 bits.</summary>
    public BigInteger ToBigInteger()
    {
        if (IsWord)
        {
            return _zeroth;
        }

        Span<byte> word = stackalloc byte[32];
        BinaryPrimitives.WriteUInt128LittleEndian(word, Low);
        BinaryPrimitives.WriteUInt128LittleEndian(word[16..], High);
        return new BigInteger(word, isUnsigned: true);
    }

    /// <summary>True when it fits in 64 bits.</summary>
    private bool IsWord => (_third | _second | _first) == 0;

    /// <summary>Decimal digits.</summary>
    public override string ToString() =>
        High == 0 ? Low.ToString(CultureInfo.InvariantCulture) : ToBigInteger().ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public int CompareTo(UInt256 other)
    {
        var high = High.CompareTo(other.High);
        return high != 0 ? high : Low.CompareTo(other.Low);
    }

    /// <summary>Widens.</summary>
    public static implicit operator UInt256(ulong value) => new(0, value);

    /// <summary>Widens.</summary>
    public static implicit operator UInt256(UInt128 value) => new(0, value);

    /// <summary>Narrows.</summary>
    /// <exception cref="OverflowException">The value is above 2^64 - 1.</exception>
    public static explicit operator ulong(UInt256 value) =>
        value.High == 0 ? checked((ulong)value.Low) : throw new OverflowException("the number does not fit in 64 bits");

    /// <summary>Adds.</summary>
    /// <exception cref="OverflowException">The sum is above 2^256 - 1.</exception>
    public static UInt256 operator +(UInt256 left, UInt256 right)
    {
        var low = unchecked(left.Low + right.Low);
        var carry = low < left.Low ? UInt128.One : UInt128.Zero;
        return new UInt256(checked(left.High + right.High + carry), low);
    }

    /// <summary>Subtracts.</summary>
    /// <exception cref="OverflowException">The difference is below zero.</exception>
    public static UInt256 operator -(UInt256 left, UInt256 right)
    {
        var borrow = left.Low < right.Low ? UInt128.One : UInt128.Zero;
        return new UInt256(checked(left.High - right.High - borrow), unchecked(left.Low - right.Low));
    }

    /// <summary>Multiplies.</summary>
    /// <exception cref="OverflowException">The product is above 2^256 - 1.</exception>
    public static UInt256 operator *(UInt256 left, UInt256 right) =>
        left.High != 0 || right.High != 0 ? From(left.ToBigInteger() * right.ToBigInteger())
        : right.IsWord ? Multiply(left, right._zeroth)
        : left.IsWord ? Multiply(right, left._zeroth)
        : From(left.ToBigInteger() * right.ToBigInteger());

    // Prices and amounts times gas, on each relay's way: 128 bits times 64 fit in 192.
    private static UInt256 Multiply(UInt256 left, ulong right)
    {
        var low = Math.BigMul(left._zeroth, right);
        var high = Math.BigMul(left._first, right) + (low >> 64);
        return new UInt256(high >> 64, (high << 64) | (ulong)low);
    }

    /// <summary>Divides, rounding down.</summary>
    /// <exception cref="DivideByZeroException">The divisor is zero.</exception>
    public static UInt256 operator /(UInt256 left, UInt256 right) =>
        left.IsWord && right.IsWord ? left._zeroth / right._zeroth
        : left.High == 0 && right.High == 0 ? left.Low / right.Low
        : From(left.ToBigInteger() / right.ToBigInteger());

    /// <summary>The remainder of the division.</summary>
    /// <exception cref="DivideByZeroException">The divisor is zero.</exception>
    public static UInt256 operator %(UInt256 left, UInt256 right) =>
        left.IsWord && right.IsWord ? left._zeroth % right._zeroth
        : left.High == 0 && right.High == 0 ? left.Low % right.Low
        : From(left.ToBigInteger() % right.ToBigInteger());

    /// <summary>Compares.</summary>
    public static bool operator <(UInt256 left, UInt256 right) => left.CompareTo(right) < 0;

    /// <summary>Compares.</summary>
    public static bool operator >(UInt256 left, UInt256 right) => left.CompareTo(right) > 0;

    /// <summary>Compares.</summary>
    public static bool operator <=(UInt256 left, UInt256 right) => left.CompareTo(right) <= 0;

    /// <summary>Compares.</summary>
    public static bool operator >=(UInt256 left, UInt256 right) => left.CompareTo(right) >= 0;

    private static readonly System.Buffers.SearchValues<char> HexDigits =
        System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");
}
