using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Relayer.Core.Ethereum.Curve;

/// <summary>A number modulo p = 2^256 - 2^32 - 977, the field that the curve's coordinates live in.</summary>
/// <remarks>
/// Four 64-bit limbs, the least significant first, holding any of the values below 2^256 that stand for the number; only
/// <see cref="Reduce"/> makes it the one below p. What passes 2^256 comes back in as a multiple of 2^32 + 977.
/// Timing depends on the values: for public ones only.
/// </remarks>
internal readonly struct FieldElement(ulong l0, ulong l1, ulong l2, ulong l3)
{
    /// <summary>2^256 - p.</summary>
    private const ulong Fold = 0x1000003d1;

    private readonly ulong _l0 = l0;
    private readonly ulong _l1 = l1;
    private readonly ulong _l2 = l2;
    private readonly ulong _l3 = l3;

    /// <summary>p itself.</summary>
    internal static UInt256 Modulus => new(UInt128.MaxValue, UInt128.MaxValue - Fold + 1);

    internal static FieldElement One => new(1, 0, 0, 0);

    internal static FieldElement From(UInt256 number) =>
        new((ulong)number.Low, (ulong)(number.Low >> 64), (ulong)number.High, (ulong)(number.High >> 64));

    /// <summary>The number below p.</summary>
    internal UInt256 Reduce()
    {
        var number = new UInt256(new UInt128(_l3, _l2), new UInt128(_l1, _l0));
        return number >= Modulus ? number - Modulus : number;
    }

    internal bool IsZero =>
        (_l0 | _l1 | _l2 | _l3) == 0 || (_l0 == unchecked(0 - Fold) && (_l1 & _l2 & _l3) == ulong.MaxValue);

    internal FieldElement Invert() => From(ModularInverse.Of(Reduce(), Modulus));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement operator +(in FieldElement a, in FieldElement b)
    {
        var r0 = a._l0 + b._l0;
        ulong carry = r0 < b._l0 ? 1UL : 0;
        var r1 = AddCarry(a._l1, b._l1, ref carry);
        var r2 = AddCarry(a._l2, b._l2, ref carry);
        var r3 = AddCarry(a._l3, b._l3, ref carry);
        return FoldOnce(r0, r1, r2, r3, carry * Fold);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement operator -(in FieldElement a, in FieldElement b)
    {
        ulong borrow = a._l0 < b._l0 ? 1UL : 0;
        var r0 = a._l0 - b._l0;
        var r1 = SubtractBorrow(a._l1, b._l1, ref borrow);
        var r2 = SubtractBorrow(a._l2, b._l2, ref borrow);
        var r3 = SubtractBorrow(a._l3, b._l3, ref borrow);

        // 2^256 was lent, which is Fold too much.
        var fold = borrow * Fold;
        if (r0 >= fold)
        {
            return new FieldElement(r0 - fold, r1, r2, r3);
        }

        return Borrowed(r0, r1, r2, r3, fold);
    }

    internal FieldElement Negate() => default(FieldElement) - this;

    internal FieldElement Double() => this + this;

    /// <summary>The product, by rows: 16 products of limbs, then the upper half folded in.</summary>
    public static FieldElement operator *(in FieldElement a, in FieldElement b)
    {
        var carry = Multiply(a._l0, b._l0, out var r0);
        carry = MultiplyAdd(a._l1, b._l0, carry, out var r1);
        carry = MultiplyAdd(a._l2, b._l0, carry, out var r2);
        var r4 = MultiplyAdd(a._l3, b._l0, carry, out var r3);

        carry = MultiplyAdd(a._l0, b._l1, r1, out r1);
        carry = MultiplyAdd(a._l1, b._l1, r2, carry, out r2);
        carry = MultiplyAdd(a._l2, b._l1, r3, carry, out r3);
        var r5 = MultiplyAdd(a._l3, b._l1, r4, carry, out r4);

        carry = MultiplyAdd(a._l0, b._l2, r2, out r2);
        carry = MultiplyAdd(a._l1, b._l2, r3, carry, out r3);
        carry = MultiplyAdd(a._l2, b._l2, r4, carry, out r4);
        var r6 = MultiplyAdd(a._l3, b._l2, r5, carry, out r5);

        carry = MultiplyAdd(a._l0, b._l3, r3, out r3);
        carry = MultiplyAdd(a._l1, b._l3, r4, carry, out r4);
        carry = MultiplyAdd(a._l2, b._l3, r5, carry, out r5);
        var r7 = MultiplyAdd(a._l3, b._l3, r6, carry, out r6);
        return FoldHigh(r0, r1, r2, r3, r4, r5, r6, r7);
    }

    /// <summary>The square: each mixed product once, doubled, and the four squares.</summary>
    internal FieldElement Square()
    {
        var carry = Multiply(_l0, _l1, out var r1);
        carry = MultiplyAdd(_l0, _l2, carry, out var r2);
        var r4 = MultiplyAdd(_l0, _l3, carry, out var r3);
        carry = MultiplyAdd(_l1, _l2, r3, out r3);
        var r5 = MultiplyAdd(_l1, _l3, r4, carry, out r4);
        var r6 = MultiplyAdd(_l2, _l3, r5, out r5);

        var r7 = r6 >> 63;
        r6 = (r6 << 1) | (r5 >> 63);
        r5 = (r5 << 1) | (r4 >> 63);
        r4 = (r4 << 1) | (r3 >> 63);
        r3 = (r3 << 1) | (r2 >> 63);
        r2 = (r2 << 1) | (r1 >> 63);
        r1 <<= 1;

        var high = Multiply(_l0, _l0, out var r0);
        ulong bit = 0;
        r1 = AddCarry(r1, high, ref bit);
        high = Multiply(_l1, _l1, out var low);
        r2 = AddCarry(r2, low, ref bit);
        r3 = AddCarry(r3, high, ref bit);
        high = Multiply(_l2, _l2, out low);
        r4 = AddCarry(r4, low, ref bit);
        r5 = AddCarry(r5, high, ref bit);
        high = Multiply(_l3, _l3, out low);
        r6 = AddCarry(r6, low, ref bit);
        r7 = AddCarry(r7, high, ref bit);
        return FoldHigh(r0, r1, r2, r3, r4, r5, r6, r7);
    }

    internal FieldElement Square(int times)
    {
        var result = this;
        for (var i = 0; i < times; i++)
        {
            result = result.Square();
        }

        return result;
    }

    /// <summary>A number whose square this is.</summary>
    /// <returns><see langword="false"/> when there is none.</returns>
    /// <remarks>p is 3 modulo 4, so it is this to the power (p + 1) / 4: blocks of 223, 22 and 2 ones with zeros between.</remarks>
    internal bool TrySquareRoot(out FieldElement root)
    {
        var x2 = Square() * this;
        var x3 = x2.Square() * this;
        var x6 = x3.Square(3) * x3;
        var x9 = x6.Square(3) * x3;
        var x11 = x9.Square(2) * x2;
        var x22 = x11.Square(11) * x11;
        var x44 = x22.Square(22) * x22;
        var x88 = x44.Square(44) * x44;
        var x176 = x88.Square(88) * x88;
        var x220 = x176.Square(44) * x44;
        var x223 = x220.Square(3) * x3;
        root = ((x223.Square(23) * x22).Square(6) * x2).Square(2);
        return (root.Square() - this).IsZero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FieldElement FoldHigh(
        ulong r0, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5, ulong r6, ulong r7)
    {
        var carry = MultiplyAdd(r4, Fold, r0, out r0);
        carry = MultiplyAdd(r5, Fold, r1, carry, out r1);
        carry = MultiplyAdd(r6, Fold, r2, carry, out r2);
        carry = MultiplyAdd(r7, Fold, r3, carry, out r3);

        // At most 34 bits are left over; their product with Fold needs up to 67.
        var high = MultiplyAdd(carry, Fold, r0, out r0);
        r1 += high;
        if (r1 >= high)
        {
            return new FieldElement(r0, r1, r2, r3);
        }

        r2++;
        ulong bit = r2 == 0 ? 1UL : 0;
        r3 += bit;
        return FoldOnce(r0, r1, r2, r3, (r3 < bit ? 1UL : 0) * Fold);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FieldElement FoldOnce(ulong r0, ulong r1, ulong r2, ulong r3, ulong fold)
    {
        r0 += fold;
        return r0 >= fold ? new FieldElement(r0, r1, r2, r3) : Carried(r0, r1, r2, r3);
    }

    /// <summary>Carries a bit out of the lowest limb; rare, and rarer still all the way around.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FieldElement Carried(ulong r0, ulong r1, ulong r2, ulong r3)
    {
        ulong carry = 1;
        r1 = AddCarry(r1, 0, ref carry);
        r2 = AddCarry(r2, 0, ref carry);
        r3 = AddCarry(r3, 0, ref carry);

        // After a full turn the rest is small: it cannot overflow again.
        return new FieldElement(r0 + (carry * Fold), r1, r2, r3);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FieldElement Borrowed(ulong r0, ulong r1, ulong r2, ulong r3, ulong fold)
    {
        ulong borrow = 1;
        r0 -= fold;
        r1 = SubtractBorrow(r1, 0, ref borrow);
        r2 = SubtractBorrow(r2, 0, ref borrow);
        r3 = SubtractBorrow(r3, 0, ref borrow);

        // After a full turn the rest is close to 2^256: it cannot underflow again.
        return new FieldElement(r0 - (borrow * Fold), r1, r2, r3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AddCarry(ulong a, ulong b, ref ulong carry)
    {
        var partial = a + carry;
        carry = partial < carry ? 1UL : 0;
        var sum = partial + b;
        carry += sum < b ? 1UL : 0;
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SubtractBorrow(ulong a, ulong b, ref ulong borrow)
    {
        var partial = a - borrow;
        borrow = a < borrow ? 1UL : 0;
        borrow += partial < b ? 1UL : 0;
        return partial - b;
    }

    /// <summary>Both halves of a product.</summary>
    /// <remarks><see cref="Math.BigMul(ulong, ulong, out ulong)"/> takes the lower half through memory on x64, at half the speed.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Multiply(ulong a, ulong b, out ulong low)
    {
        if (Bmi2.X64.IsSupported)
        {
            low = a * b;
            return Bmi2.X64.MultiplyNoFlags(a, b);
        }

        return Math.BigMul(a, b, out low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MultiplyAdd(ulong a, ulong b, ulong addend, out ulong low)
    {
        var high = Multiply(a, b, out low);
        low += addend;
        return high + (low < addend ? 1UL : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MultiplyAdd(ulong a, ulong b, ulong addend, ulong carry, out ulong low)
    {
        var high = Multiply(a, b, out low);
        low += addend;
        high += low < addend ? 1UL : 0;
        low += carry;
        return high + (low < carry ? 1UL : 0);
    }
}
