using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Tests.Ethereum;

public sealed class UInt256Tests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(2000);
    private static readonly BigInteger Bound = BigInteger.One << 256;

    [Fact]
    public void Arithmetic_is_that_of_unbounded_integers_or_overflows() =>
        Prop.ForAll(Numbers(), Numbers(), (a, b) =>
            Agrees(a + b, () => UInt256.From(a) + UInt256.From(b))
            && Agrees(a - b, () => UInt256.From(a) - UInt256.From(b))
            && Agrees(a * b, () => UInt256.From(a) * UInt256.From(b))
            && (b.IsZero || (Agrees(a / b, () => UInt256.From(a) / UInt256.From(b))
                && Agrees(a % b, () => UInt256.From(a) % UInt256.From(b)))))
            .Check(Runs);

    [Fact]
    public void Wei_arithmetic_is_that_of_unbounded_integers_or_overflows() =>
        Prop.ForAll(Numbers(), Numbers(), ArbMap.Default.ArbFor<ulong>(), (a, b, count) =>
        {
            var (left, right) = (new Wei(UInt256.From(a)), new Wei(UInt256.From(b)));
            return Agrees(a + b, () => (left + right).Value)
                && Agrees(a - b, () => (left - right).Value)
                && Agrees(a * count, () => (left * count).Value)
                && (count == 0 || Agrees(a / count, () => (left / count).Value))
                && Wei.Min(left, right).ToBigInteger() == BigInteger.Min(a, b)
                && Wei.Max(left, right).ToBigInteger() == BigInteger.Max(a, b)
                && left.ToString() == a.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }).Check(Runs);

    [Fact]
    public void Order_and_equality_are_those_of_unbounded_integers() =>
        Prop.ForAll(Numbers(), Numbers(), (a, b) =>
        {
            var (left, right) = (UInt256.From(a), UInt256.From(b));
            return left < right == a < b && left <= right == a <= b && left > right == a > b && left >= right == a >= b
                && left == right == (a == b) && left.CompareTo(right) == a.CompareTo(b)
                && left.BitLength == (int)a.GetBitLength();
        }).Check(Runs);

    [Fact]
    public void Text_words_and_unbounded_integers_come_back() =>
        Prop.ForAll(Numbers(), a =>
        {
            var number = UInt256.From(a);
            var word = new byte[32];
            number.WriteBigEndian(word);
            return number.ToBigInteger() == a
                && UInt256.ReadBigEndian(word) == number
                && new BigInteger(word, isUnsigned: true, isBigEndian: true) == a
                && UInt256.Parse(number.ToString()) == number
                && UInt256.Parse(Hex.Encode(word)) == number;
        }).Check(Runs);

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("1_000")]
    [InlineData("0x")]
    [InlineData("0xg")]
    [InlineData("-0x1")]
    [InlineData("٣")]
    [InlineData("115792089237316195423570985008687907853269984665640564039457584007913129639936")]
    [InlineData("9999999999999999999999999999999999999999999999999999999999999999999999999999999")]
    [InlineData("0x10000000000000000000000000000000000000000000000000000000000000000")]
    public void What_is_no_number_of_256_bits_is_refused(string text)
    {
        Assert.False(UInt256.TryParse(text, out _));
        Assert.False(Wei.TryParse(text, out _));
        Assert.Throws<FormatException>(() => UInt256.Parse(text));
    }

    [Fact]
    public void The_bounds_are_kept()
    {
        Assert.Equal(Bound - 1, UInt256.MaxValue.ToBigInteger());
        Assert.Throws<OverflowException>(() => UInt256.From(Bound));
        Assert.Throws<OverflowException>(() => UInt256.From(BigInteger.MinusOne));
        Assert.Throws<OverflowException>(() => (ulong)new UInt256(0, (UInt128)ulong.MaxValue + 1));
        Assert.Throws<OverflowException>(() => (ulong)new UInt256(1, 0));
        Assert.Throws<DivideByZeroException>(() => UInt256.One / UInt256.Zero);
        Assert.Throws<DivideByZeroException>(() => UInt256.One % UInt256.Zero);
        Assert.Equal(0, UInt256.Zero.BitLength);
        Assert.Equal(256, UInt256.MaxValue.BitLength);
        Assert.Equal(new Wei(2_000_000_000UL), Wei.FromGwei(2));
    }

    /// <summary>Random widths, and the neighbours of powers of two, where carries happen.</summary>
    private static Arbitrary<BigInteger> Numbers() =>
        Gen.OneOf(
            Gen.Choose(0, 255).SelectMany(bits => Gen.Choose(-1, 1).Select(by => (BigInteger.One << bits) + by)),
            Gen.Choose(1, 2).Select(below => Bound - below),
            Gen.Choose(0, 32).SelectMany(size => Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(size))
                .Select(bytes => new BigInteger(bytes, isUnsigned: true)))
            .ToArbitrary();

    private static bool Agrees(BigInteger expected, Func<UInt256> compute)
    {
        if (expected >= 0 && expected < Bound)
        {
            return compute().ToBigInteger() == expected;
        }

        Assert.Throws<OverflowException>(() => compute());
        return true;
    }
}
