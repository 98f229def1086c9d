using FsCheck;
using FsCheck.Fluent;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Tests.Ethereum;

public sealed class SignatureTests
{
    private static readonly UInt256 Order = Secp256k1.Order;
    private static readonly UInt256 Half = Secp256k1.HalfOrder;

    public static TheoryData<string, byte, SignatureFault> Edges => new()
    {
        { Show(UInt256.One, UInt256.One), 27, SignatureFault.None },
        { Show(Order - 1, Half), 28, SignatureFault.None },
        { Show(UInt256.One, UInt256.One), 0, SignatureFault.None },
        { Show(UInt256.One, UInt256.One), 1, SignatureFault.None },
        { Show(UInt256.One, UInt256.One), 2, SignatureFault.RecoveryIdOutOfRange },
        { Show(UInt256.One, UInt256.One), 26, SignatureFault.RecoveryIdOutOfRange },
        { Show(UInt256.One, UInt256.One), 29, SignatureFault.RecoveryIdOutOfRange },
        { Show(UInt256.One, UInt256.One), 35, SignatureFault.RecoveryIdOutOfRange },
        { Show(UInt256.One, UInt256.One), 255, SignatureFault.RecoveryIdOutOfRange },
        { Show(UInt256.Zero, UInt256.One), 27, SignatureFault.RIsZero },
        { Show(Order, UInt256.One), 27, SignatureFault.ROutOfRange },
        { Show(UInt256.MaxValue, UInt256.One), 27, SignatureFault.ROutOfRange },
        { Show(UInt256.One, UInt256.Zero), 27, SignatureFault.SIsZero },
        { Show(UInt256.One, Half + 1), 27, SignatureFault.HighS },
        { Show(UInt256.One, Order - 1), 27, SignatureFault.HighS },
        { Show(UInt256.One, Order), 27, SignatureFault.SOutOfRange },
        { Show(UInt256.One, UInt256.MaxValue), 27, SignatureFault.SOutOfRange },
    };

    [Theory]
    [MemberData(nameof(Edges))]
    public void Each_bound_is_kept_with_its_own_reason(string proof, byte v, SignatureFault expected)
    {
        var bytes = Hex.Decode(proof + v.ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(expected == SignatureFault.None, Signature.TryParse(bytes, out var signature, out var fault));
        Assert.Equal(expected, fault);
        Assert.Equal(expected == SignatureFault.None ? v % 27 : 0, signature.RecoveryId);
        Assert.Equal(expected != SignatureFault.None, signature.R.IsZero);
    }

    [Theory]
    [InlineData(0, SignatureFault.Length)]
    [InlineData(1, SignatureFault.Length)]
    [InlineData(63, SignatureFault.Length)]
    [InlineData(64, SignatureFault.Compact)]
    [InlineData(66, SignatureFault.Length)]
    [InlineData(130, SignatureFault.Length)]
    public void Another_length_is_refused(int length, SignatureFault expected)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, (byte)1);
        Assert.False(Signature.TryParse(bytes, out _, out var fault));
        Assert.Equal(expected, fault);
    }

    [Fact]
    public void What_is_written_is_read_back_with_v_as_27_or_28() =>
        Prop.ForAll(
            Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(64).ToArbitrary(), Gen.Choose(0, 1).ToArbitrary(), (proof, parity) =>
            {
                byte[] bytes = [.. proof, (byte)parity];
                bytes[32] &= 0x3f;
                return !Signature.TryParse(bytes, out var signature, out _)
                    || (signature.ToArray()[64] == 27 + parity
                        && signature.ToArray().AsSpan(0, 64).SequenceEqual(bytes.AsSpan(0, 64))
                        && Signature.TryParse(signature.ToArray(), out var again, out _) && again == signature);
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void There_must_be_room_for_the_65_bytes() =>
        Assert.Throws<ArgumentException>(() => new Signature(UInt256.One, UInt256.One, 0).WriteTo(new byte[64]));

    private static string Show(UInt256 r, UInt256 s)
    {
        var bytes = new byte[64];
        r.WriteBigEndian(bytes);
        s.WriteBigEndian(bytes.AsSpan(32));
        return Hex.Encode(bytes);
    }
}
