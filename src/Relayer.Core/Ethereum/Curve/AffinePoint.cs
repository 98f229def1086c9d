namespace Relayer.Core.Ethereum.Curve;

/// <summary>A point of the curve y² = x³ + 7 by its coordinates; never the point at infinity.</summary>
internal readonly record struct AffinePoint(FieldElement X, FieldElement Y)
{
    private static readonly FieldElement Seven = new(7, 0, 0, 0);

    /// <summary>The generator.</summary>
    /// <remarks>Source: SEC 2, version 2.0, section 2.4.1.</remarks>
    internal static AffinePoint Generator => new(
        new FieldElement(0x59f2815b16f81798, 0x029bfcdb2dce28d9, 0x55a06295ce870b07, 0x79be667ef9dcbbac),
        new FieldElement(0x9c47d08ffb10d4b8, 0xfd17b448a6855419, 0x5da4fbfc0e1108a8, 0x483ada7726a3c465));

    /// <summary>The point with this x whose y is odd or even as asked.</summary>
    /// <returns><see langword="false"/> when no point has this x.</returns>
    internal static bool TryDecompress(UInt256 x, bool isOdd, out AffinePoint point)
    {
        point = default;
        var fieldX = FieldElement.From(x);
        if (x >= FieldElement.Modulus || !((fieldX.Square() * fieldX) + Seven).TrySquareRoot(out var y))
        {
            return false;
        }

        var isRootOdd = (y.Reduce().Low & 1) == 1;
        point = new AffinePoint(fieldX, isRootOdd == isOdd ? y : y.Negate());
        return true;
    }

    internal AffinePoint Negate() => new(X, Y.Negate());
}
