using System.Numerics;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Tests.Ethereum;

/// <summary>Recovery straight from the definition, on unbounded integers and affine points: slow, short, and independent.</summary>
internal static class Reference
{
    public static readonly BigInteger P = (BigInteger.One << 256) - (BigInteger.One << 32) - 977;
    public static readonly BigInteger N = Secp256k1.Order.ToBigInteger();

    private static readonly (BigInteger X, BigInteger Y) G = (
        BigInteger.Parse("55066263022277343669578718895168534326250603453777594175500187360389116729240"),
        BigInteger.Parse("32670510020758816978083085130507043184471273380659243275938904335757337482424"));

    public static bool TryRecover(Hash32 digest, Signature signature, out Address address)
    {
        address = default;
        var x = signature.R.ToBigInteger();
        var y = BigInteger.ModPow((x * x * x) + 7, (P + 1) / 4, P);
        if (y * y % P != ((x * x * x) + 7) % P)
        {
            return false;
        }

        y = y.IsEven == (signature.RecoveryId == 0) ? y : P - y;
        var inverse = Inverse(x, N);
        var z = new BigInteger(digest.Span, isUnsigned: true, isBigEndian: true);
        var key = Add(
            Multiply((x, y), signature.S.ToBigInteger() * inverse % N), Multiply(G, (N - (z * inverse % N)) % N));
        if (key is not { } point)
        {
            return false;
        }

        var bytes = new byte[64];
        UInt256.From(point.X).WriteBigEndian(bytes);
        UInt256.From(point.Y).WriteBigEndian(bytes.AsSpan(32));
        address = new Address(Keccak256.Hash(bytes).Span[12..]);
        return true;
    }

    private static (BigInteger X, BigInteger Y)? Multiply((BigInteger X, BigInteger Y) point, BigInteger by)
    {
        (BigInteger X, BigInteger Y)? sum = null;
        (BigInteger X, BigInteger Y)? power = point;
        for (; !by.IsZero; by >>= 1)
        {
            sum = by.IsEven ? sum : Add(sum, power);
            power = Add(power, power);
        }

        return sum;
    }

    private static (BigInteger X, BigInteger Y)? Add((BigInteger X, BigInteger Y)? left, (BigInteger X, BigInteger Y)? right)
    {
        if (left is not { } a || right is not { } b)
        {
            return left ?? right;
        }

        if (a.X == b.X && (a.Y + b.Y) % P == 0)
        {
            return null;
        }

        var slope = a.X == b.X
            ? 3 * a.X * a.X * Inverse(2 * a.Y, P) % P
            : (b.Y - a.Y) * Inverse(Positive(b.X - a.X), P) % P;
        var x = Positive((slope * slope) - a.X - b.X);
        return (x, Positive((slope * (a.X - x)) - a.Y));
    }

    private static BigInteger Inverse(BigInteger number, BigInteger modulus)
    {
        var (rest, next) = (modulus, number % modulus);
        var (factor, nextFactor) = (BigInteger.Zero, BigInteger.One);
        while (!next.IsZero)
        {
            var quotient = rest / next;
            (rest, next) = (next, rest - (quotient * next));
            (factor, nextFactor) = (nextFactor, factor - (quotient * nextFactor));
        }

        return factor.Sign < 0 ? factor + modulus : factor;
    }

    private static BigInteger Positive(BigInteger number)
    {
        var rest = number % P;
        return rest.Sign < 0 ? rest + P : rest;
    }
}
