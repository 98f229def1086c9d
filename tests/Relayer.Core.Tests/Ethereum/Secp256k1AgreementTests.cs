using Relayer.Core.Ethereum;

namespace Relayer.Core.Tests.Ethereum;

/// <summary>Whatever is asked, the native library and the managed code say the same, byte for byte.</summary>
public sealed class Secp256k1AgreementTests
{
    private static readonly UInt256 N = Secp256k1.Order;
    private static readonly UInt256 P = UInt256.From(Reference.P);
    private static readonly UInt256 GeneratorX = UInt256.Parse("0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");

    private static readonly UInt256[] Edges =
    [
        0, 1, 2, 5, P - N - 1, P - N, P - N + 1, Secp256k1.HalfOrder - 1, Secp256k1.HalfOrder, Secp256k1.HalfOrder + 1,
        N - 2, N - 1, N, N + 1, P - 2, P - 1, P, P + 1, UInt256.MaxValue - 1, UInt256.MaxValue,
        GeneratorX, UInt128.MaxValue, new(1, 0), new(UInt128.MaxValue, 0),
    ];

    private readonly NativeSecp256k1 _native =
        NativeSecp256k1.TryLoad() ?? throw new InvalidOperationException("libsecp256k1 does not load on this platform");

    private readonly ManagedSecp256k1 _managed = new();

    [Fact]
    public void Five_thousand_made_up_signatures_recover_the_same_account_or_none()
    {
        var random = new Random(65);
        var recovered = 0;
        for (var i = 0; i < 5_000; i++)
        {
            // Without the top bits of s, which is then low, so that it is not refused before the curve is asked.
            var (digest, r, s) = (Word(random), Number(random), Number(random));
            var signature = new Signature(r, i % 10 == 0 ? s : s / 4, (byte)(i % 2));
            recovered += Recover(digest, signature) ? 1 : 0;
        }

        // Every second r is the x of a point.
        Assert.InRange(recovered, 2_250, 2_650);
    }

    [Fact]
    public void Five_thousand_strings_of_random_bytes_are_taken_or_refused_alike()
    {
        var random = new Random(66);
        var taken = 0;
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = new byte[i % 20 == 0 ? random.Next(200) : Signature.Size];
            random.NextBytes(bytes);
            bytes.AsSpan(^Math.Min(1, bytes.Length)..).Fill((byte)(i % 3 == 0 ? random.Next(256) : 27 + random.Next(2)));
            if (Signature.TryParse(bytes, out var signature, out _))
            {
                taken += Recover(Word(random), signature) ? 1 : 0;
            }
        }

        Assert.InRange(taken, 600, 1_025);
    }

    [Fact]
    public void Numbers_at_every_edge_recover_the_same_account_or_none()
    {
        var recovered = 0;
        foreach (var r in Edges)
        {
            foreach (var s in Edges)
            {
                foreach (byte v in (byte[])[0, 1, 2, 3, 4, 27, 28, 128, 255])
                {
                    foreach (var z in Edges)
                    {
                        recovered += Recover(Word(z), new Signature(r, s, v)) ? 1 : 0;
                    }
                }
            }
        }

        Assert.InRange(recovered, 1_000, 50_000);
    }

    [Fact]
    public void Each_bit_of_a_good_signature_matters_to_both_alike()
    {
        var key = new byte[32];
        key[31] = 9;
        var digest = Keccak256.Hash("digest"u8);
        var good = _native.Sign(key, digest).ToArray();
        for (var bit = 0; bit < good.Length * 8; bit++)
        {
            var bytes = good.ToArray();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            var changed = new Signature(
                UInt256.ReadBigEndian(bytes), UInt256.ReadBigEndian(bytes.AsSpan(32)), (byte)(bytes[64] - 27));
            Recover(digest, changed);
            Assert.False(_managed.TryRecover(digest, changed, out var address) && address == _managed.AddressOf(key));
        }
    }

    [Fact]
    public void A_thousand_random_keys_and_digests_give_the_same_signatures_and_accounts()
    {
        var random = new Random(67);
        for (var i = 0; i < 1_000; i++)
        {
            var key = Word(random).ToArray();
            key.AsSpan(0, i % 4).Clear();
            Sign(key, Word(random));
        }
    }

    [Fact]
    public void Keys_and_digests_at_every_edge_give_the_same_signatures_or_are_refused_by_both()
    {
        var signed = 0;
        foreach (var key in Edges)
        {
            foreach (var digest in Edges)
            {
                signed += Sign(Word(key).ToArray(), Word(digest)) ? 1 : 0;
            }
        }

        var keys = Edges.Count(key => !key.IsZero && key < N);
        Assert.Equal(keys * Edges.Length, signed);
    }

    [Fact]
    public void Keys_of_any_other_length_are_refused_by_both()
    {
        for (var length = 0; length <= 100; length++)
        {
            var key = new byte[length];
            key.AsSpan().Fill(1);
            Assert.Equal(length == 32, Sign(key, default));
        }
    }

    private bool Recover(Hash32 digest, Signature signature)
    {
        var expected = _native.TryRecover(digest, signature, out var account);
        Assert.Equal(expected, _managed.TryRecover(digest, signature, out var address));
        Assert.Equal(account, address);
        return expected;
    }

    private bool Sign(byte[] key, Hash32 digest)
    {
        var expected = Try(_native, key, digest);
        Assert.Equal(expected, Try(_managed, key, digest));
        return expected is not null;
    }

    private static (Signature Signature, Address Account)? Try(ISecp256k1 curve, byte[] key, Hash32 digest)
    {
        try
        {
            return (curve.Sign(key, digest), curve.AddressOf(key));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static UInt256 Number(Random random) => UInt256.ReadBigEndian(Word(random).Span);

    private static Hash32 Word(Random random)
    {
        var word = new byte[32];
        random.NextBytes(word);
        return new Hash32(word);
    }

    private static Hash32 Word(UInt256 number)
    {
        var word = new byte[32];
        number.WriteBigEndian(word);
        return new Hash32(word);
    }
}
