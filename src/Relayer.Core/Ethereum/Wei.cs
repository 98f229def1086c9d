using System.Numerics;

namespace Relayer.Core.Ethereum;

/// <summary>An amount of a chain's native coin in wei (10^-18 ether), or a price in wei per gas. Checked arithmetic.</summary>
public readonly record struct Wei(UInt256 Value) : IComparable<Wei>
{
    /// <summary>Nothing.</summary>
    public static Wei Zero => default;

    /// <summary>True for nothing.</summary>
    public bool IsZero => Value.IsZero;

    /// <summary>Takes gwei (10^9 wei).</summary>
    public static Wei FromGwei(ulong gwei) => new((UInt128)gwei * 1_000_000_000);

    /// <summary>Reads decimal digits or <c>0x</c> hexadecimal, in wei.</summary>
    /// <returns><see langword="false"/> as <see cref="UInt256.TryParse"/>.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out Wei wei)
    {
        var read = UInt256.TryParse(text, out var value);
        wei = new Wei(value);
        return read;
    }

    /// <summary>Reads a constant or a value that was checked before.</summary>
    /// <exception cref="FormatException">As <see cref="TryParse"/> refuses.</exception>
    public static Wei Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var wei) ? wei : throw new FormatException($"'{text}' is not an amount of wei");

    /// <summary>The number of wei, for arithmetic that may be negative.</summary>
    public BigInteger ToBigInteger() => Value.ToBigInteger();

    /// <summary>Decimal digits, in wei.</summary>
    public override string ToString() => Value.ToString();

    /// <inheritdoc/>
    public int CompareTo(Wei other) => Value.CompareTo(other.Value);

    /// <summary>The lesser of two.</summary>
    public static Wei Min(Wei left, Wei right) => left <= right ? left : right;

    /// <summary>The greater of two.</summary>
    public static Wei Max(Wei left, Wei right) => left >= right ? left : right;

    /// <summary>Adds.</summary>
    /// <exception cref="OverflowException">Above 2^256 - 1.</exception>
    public static Wei operator +(Wei left, Wei right) => new(left.Value + right.Value);

    /// <summary>Subtracts.</summary>
    /// <exception cref="OverflowException">Below zero.</exception>
    public static Wei operator -(Wei left, Wei right) => new(left.Value - right.Value);

    /// <summary>A price times an amount of gas, or an amount times a count.</summary>
    /// <exception cref="OverflowException">Above 2^256 - 1.</exception>
    public static Wei operator *(Wei left, ulong right) => new(left.Value * right);

    /// <summary>Divides, rounding down.</summary>
    /// <exception cref="DivideByZeroException">The divisor is zero.</exception>
    public static Wei operator /(Wei left, ulong right) => new(left.Value / right);

    /// <summary>Compares.</summary>
    public static bool operator <(Wei left, Wei right) => left.Value < right.Value;

    /// <summary>Compares.</summary>
    public static bool operator >(Wei left, Wei right) => left.Value > right.Value;

    /// <summary>Compares.</summary>
    public static bool operator <=(Wei left, Wei right) => left.Value <= right.Value;

    /// <summary>Compares.</summary>
    public static bool operator >=(Wei left, Wei right) => left.Value >= right.Value;
}
