using System.Numerics;

namespace Relayer.Core.Ethereum.Curve;

/// <summary>
/// The map (x, y) → (βx, y), which multiplies a point by λ: it turns one multiplication by 256 bits into two by 128, which share
/// their doublings.
/// </summary>
/// <remarks>
/// Source: Gallant, Lambert and Vanstone, "Faster point multiplication on elliptic curves with efficient endomorphisms" (2001);
/// the short lattice vectors (A1, -B1) and (A2, A1) come from their algorithm for this λ and n.
/// </remarks>
internal static class Endomorphism
{
    private static readonly BigInteger Order = Secp256k1.Order.ToBigInteger();
    private static readonly BigInteger HalfOrder = Secp256k1.HalfOrder.ToBigInteger();
    private static readonly BigInteger A1 = new UInt128(0x3086d221a7d46bcd, 0xe86c90e49284eb15);
    private static readonly BigInteger B1 = new UInt128(0xe4437ed6010e8828, 0x6f547fa90abfe4c3);
    private static readonly BigInteger A2 = A1 + B1;

    /// <summary>A third root of one modulo p.</summary>
    internal static FieldElement Beta { get; } =
        new(0xc1396c28719501ee, 0x9cf0497512f58995, 0x6e64479eac3434e9, 0x7ae96a2b657c0710);

    /// <summary>Two numbers of at most 128 bits, of either sign, with first + second × λ = <paramref name="scalar"/> modulo n.</summary>
    internal static (BigInteger First, BigInteger Second) Split(BigInteger scalar)
    {
        var c1 = ((A1 * scalar) + HalfOrder) / Order;
        var c2 = ((B1 * scalar) + HalfOrder) / Order;
        return (scalar - (c1 * A1) - (c2 * A2), (c1 * B1) - (c2 * A1));
    }
}
