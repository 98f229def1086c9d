using System.Numerics;

namespace Relayer.Core.Ethereum.Curve;

/// <summary>
/// A number of at most 128 bits as odd digits far apart (width-w non-adjacent form): one addition for w + 1 bits on average, and
/// subtracting costs no more than adding.
/// </summary>
/// <remarks>Source: Guide to Elliptic Curve Cryptography, algorithm 3.35.</remarks>
internal static class SignedDigits
{
    /// <summary>Digits to make room for: a carry may pass the highest bit.</summary>
    internal const int Count = 130;

    /// <summary>Writes the digits, the least significant first: zero, or odd and below 2^(width - 1) either way.</summary>
    internal static void Write(BigInteger number, int width, Span<short> digits)
    {
        digits.Clear();
        var sign = number.Sign;
        var rest = (UInt128)BigInteger.Abs(number);
        var carry = 0;
        for (var position = 0; position < Count; position++)
        {
            var bit = (int)(ulong)(position < 128 ? (rest >> position) & 1 : 0);
            if (bit == carry)
            {
                continue;
            }

            var mask = (1 << width) - 1;
            var digit = (position < 128 ? (int)(ulong)(rest >> position) & mask : 0) + carry;
            carry = digit >> (width - 1);
            digits[position] = (short)(sign * (digit - (carry << width)));
            position += width - 1;
        }
    }
}
