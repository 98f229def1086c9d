using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Curve;

namespace Relayer.Core.Tests.Ethereum.Curve;

public sealed class FieldElementTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(5000);
    private static readonly BigInteger P = Reference.P;

    [Fact]
    public void Arithmetic_is_that_of_unbounded_integers_modulo_p() =>
        Prop.ForAll(Words(), Words(), (a, b) =>
        {
            var (x, y) = (FieldElement.From(UInt256.From(a)), FieldElement.From(UInt256.From(b)));
            return Is(x + y, a + b) && Is(x - y, a - b) && Is(x * y, a * b) && Is(x.Square(), a * a) && Is(x.Negate(), -a)
                && Is(x.Double(), 2 * a) && x.IsZero == (a % P).IsZero && (x - y).IsZero == ((a - b) % P).IsZero;
        }).Check(Runs);

    [Fact]
    public void Long_chains_stay_right()
    {
        var random = new Random(52);
        var (x, expected) = (FieldElement.One, BigInteger.One);
        var bytes = new byte[32];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            var by = i % 7 == 0 ? UInt256.MaxValue : UInt256.ReadBigEndian(bytes);
            var other = FieldElement.From(by);
            (x, expected) = (i % 4) switch
            {
                0 => (x * other, expected * by.ToBigInteger()),
                1 => (x + other, expected + by.ToBigInteger()),
                2 => (x - other, expected - by.ToBigInteger()),
                _ => (x.Square(), expected * expected),
            };
            expected = Modulo(expected);
            Assert.True(Is(x, expected));
        }
    }

    [Fact]
    public void Inverses_and_square_roots_are_such() =>
        Prop.ForAll(Words(), a =>
        {
            var x = FieldElement.From(UInt256.From(a));
            var isSquare = x.TrySquareRoot(out var root);
            return (x.IsZero || Is(x * x.Invert(), 1))
                && isSquare == (BigInteger.ModPow(a, (P - 1) / 2, P) <= 1)
                && (!isSquare || Is(root.Square(), a));
        }).Check(Runs.WithMaxTest(500));

    [Fact]
    public void Inverses_modulo_the_order_are_such() =>
        Prop.ForAll(Words(), a =>
        {
            var value = a % Reference.N;
            return value.IsZero
                || ModularInverse.Of(UInt256.From(value), Secp256k1.Order).ToBigInteger() * value % Reference.N == 1;
        }).Check(Runs.WithMaxTest(1000));

    [Fact]
    public void A_split_scalar_is_short_and_the_same() =>
        Prop.ForAll(Words(), a =>
        {
            var lambda = UInt256.Parse("0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72").ToBigInteger();
            var scalar = a % Reference.N;
            var (first, second) = Endomorphism.Split(scalar);
            return (first + (second * lambda) - scalar) % Reference.N == 0
                && BigInteger.Abs(first).GetBitLength() <= 128 && BigInteger.Abs(second).GetBitLength() <= 128;
        }).Check(Runs);

    [Fact]
    public void Signed_digits_add_up_and_are_odd_and_small() =>
        Prop.ForAll(Words(), Gen.Choose(2, 9).ToArbitrary(), Gen.Elements<int>(-1, 1).ToArbitrary(), (a, width, sign) =>
        {
            var number = sign * (a & UInt128.MaxValue);
            Span<short> digits = stackalloc short[SignedDigits.Count];
            SignedDigits.Write(number, width, digits);
            var sum = BigInteger.Zero;
            for (var i = digits.Length - 1; i >= 0; i--)
            {
                sum = (2 * sum) + digits[i];
                if (digits[i] != 0 && (digits[i] % 2 == 0 || Math.Abs((int)digits[i]) >= 1 << (width - 1)))
                {
                    return false;
                }
            }

            return sum == number;
        }).Check(Runs);

    /// <summary>All of 256 bits, more often close to where carries happen: 0, p, 2^256, and limbs of ones.</summary>
    private static Arbitrary<BigInteger> Words() =>
        Gen.OneOf(
            Gen.Choose(0, 3000).Select(i => (BigInteger)i),
            Gen.Choose(-3000, 3000).Select(i => P + i),
            Gen.Choose(1, 3000).Select(i => (BigInteger.One << 256) - i),
            Gen.Elements<ulong>(0, 1, ulong.MaxValue, ulong.MaxValue - 1, 1UL << 63, 0x1000003d1, ulong.MaxValue - 0x1000003d0).ArrayOf(4)
                .Select(limbs => limbs.Aggregate(BigInteger.Zero, (sum, limb) => (sum << 64) + limb)),
            Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(32).Select(bytes => new BigInteger(bytes, isUnsigned: true)))
            .ToArbitrary();

    private static bool Is(FieldElement element, BigInteger expected) => element.Reduce().ToBigInteger() == Modulo(expected);

    private static BigInteger Modulo(BigInteger number)
    {
        var rest = number % P;
        return rest.Sign < 0 ? rest + P : rest;
    }
}
