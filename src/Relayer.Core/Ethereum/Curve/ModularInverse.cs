using System.Runtime.CompilerServices;

namespace Relayer.Core.Ethereum.Curve;

/// <summary>The inverse modulo an odd number, by the binary extended Euclidean algorithm.</summary>
/// <remarks>Source: Handbook of Applied Cryptography, algorithm 14.61, for an odd modulus. Timing depends on the value: for public ones only.</remarks>
internal static class ModularInverse
{
    /// <summary>The x below <paramref name="modulus"/> with x × <paramref name="value"/> = 1.</summary>
    /// <param name="value">From 1 to the modulus less one, and prime to it.</param>
    /// <param name="modulus">Odd.</param>
    internal static UInt256 Of(UInt256 value, UInt256 modulus)
    {
        // Throughout: a × value = u and b × value = v, modulo the modulus.
        var m = new Limbs(modulus);
        var u = new Limbs(value);
        var v = m;
        var a = new Limbs(UInt256.One);
        var b = default(Limbs);
        while (!u.IsOne && !v.IsOne)
        {
            while (u.IsEven)
            {
                u.Halve(0);
                a.HalveModulo(in m);
            }

            while (v.IsEven)
            {
                v.Halve(0);
                b.HalveModulo(in m);
            }

            if (u.IsAtLeast(in v))
            {
                u.Subtract(in v);
                a.SubtractModulo(in b, in m);
            }
            else
            {
                v.Subtract(in u);
                b.SubtractModulo(in a, in m);
            }
        }

        return (u.IsOne ? a : b).ToUInt256();
    }

    /// <summary>Four 64-bit limbs, the least significant first, changed in place.</summary>
    private struct Limbs(UInt256 number)
    {
        private ulong _l0 = (ulong)number.Low;
        private ulong _l1 = (ulong)(number.Low >> 64);
        private ulong _l2 = (ulong)number.High;
        private ulong _l3 = (ulong)(number.High >> 64);

        internal readonly bool IsOne => (_l0 ^ 1 | _l1 | _l2 | _l3) == 0;

        internal readonly bool IsEven => (_l0 & 1) == 0;

        internal readonly UInt256 ToUInt256() => new(new UInt128(_l3, _l2), new UInt128(_l1, _l0));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly bool IsAtLeast(in Limbs other) =>
            _l3 != other._l3 ? _l3 > other._l3
            : _l2 != other._l2 ? _l2 > other._l2
            : _l1 != other._l1 ? _l1 > other._l1
            : _l0 >= other._l0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void Halve(ulong top)
        {
            _l0 = (_l0 >> 1) | (_l1 << 63);
            _l1 = (_l1 >> 1) | (_l2 << 63);
            _l2 = (_l2 >> 1) | (_l3 << 63);
            _l3 = (_l3 >> 1) | (top << 63);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void HalveModulo(in Limbs modulus) => Halve(IsEven ? 0 : Add(in modulus));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void SubtractModulo(in Limbs other, in Limbs modulus)
        {
            if (Subtract(in other) != 0)
            {
                _ = Add(in modulus);
            }
        }

        /// <summary>Subtracts; 1 when it went below zero.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal ulong Subtract(in Limbs other)
        {
            ulong borrow = 0;
            Step(ref _l0, other._l0, ref borrow);
            Step(ref _l1, other._l1, ref borrow);
            Step(ref _l2, other._l2, ref borrow);
            Step(ref _l3, other._l3, ref borrow);
            return borrow;

            static void Step(ref ulong limb, ulong less, ref ulong borrow)
            {
                var partial = limb - borrow;
                var next = (limb < borrow ? 1UL : 0) + (partial < less ? 1UL : 0);
                limb = partial - less;
                borrow = next;
            }
        }

        /// <summary>Adds; 1 when it passed 2^256.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private ulong Add(in Limbs other)
        {
            ulong carry = 0;
            Step(ref _l0, other._l0, ref carry);
            Step(ref _l1, other._l1, ref carry);
            Step(ref _l2, other._l2, ref carry);
            Step(ref _l3, other._l3, ref carry);
            return carry;

            static void Step(ref ulong limb, ulong more, ref ulong carry)
            {
                var partial = limb + carry;
                var next = partial < carry ? 1UL : 0;
                limb = partial + more;
                carry = next + (limb < more ? 1UL : 0);
            }
        }
    }
}
