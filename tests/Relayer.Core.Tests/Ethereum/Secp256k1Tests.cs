using System.Diagnostics;
using System.Security.Cryptography;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Tests.Ethereum;

/// <summary>What either implementation must do.</summary>
public abstract class Secp256k1Tests
{
    /// <summary>The implementation under test.</summary>
    protected abstract ISecp256k1 Curve { get; }

    [Fact]
    public void It_passes_the_start_up_self_test() => Assert.True(Secp256k1SelfTest.Passes(Curve));

    [Fact]
    public void Signatures_and_accounts_are_those_of_viem() =>
        Assert.All(PrimitiveVectors.Of("signatures", 350), each =>
        {
            var expected = new Signature(each.Number("r"), each.Number("s"), each.GetProperty("yParity").GetByte());
            Assert.Equal(expected, Curve.Sign(each.Bytes("key"), Hash32.Parse(each.Text("hash"))));
            Assert.Equal(each.Text("address"), Curve.AddressOf(each.Bytes("key")).ToString());
        });

    [Fact]
    public void Signers_are_recovered_as_by_viem() =>
        Assert.All(PrimitiveVectors.Of("signatures", 350), each =>
        {
            var signature = new Signature(each.Number("r"), each.Number("s"), each.GetProperty("yParity").GetByte());
            Assert.True(Curve.TryRecover(Hash32.Parse(each.Text("hash")), signature, out var address));
            Assert.Equal(each.Text("address"), address.ToString());
        });

    [Fact]
    public void A_changed_signature_or_digest_recovers_somebody_else_or_nobody()
    {
        var random = new Random(19);
        foreach (var each in PrimitiveVectors.Of("signatures", 350))
        {
            var signature = new Signature(each.Number("r"), each.Number("s"), each.GetProperty("yParity").GetByte());
            var digest = Hash32.Parse(each.Text("hash"));
            var other = digest.ToArray();
            other[random.Next(32)] ^= (byte)(1 << random.Next(8));
            AssertNot(each.Text("address"), new Hash32(other), signature);
            AssertNot(each.Text("address"), digest, signature with { RecoveryId = (byte)(1 - signature.RecoveryId) });
            AssertNot(each.Text("address"), digest, signature with { R = signature.R + 1 });
            AssertNot(each.Text("address"), digest, signature with { S = signature.S - 1 });
        }
    }

    [Fact]
    public void Values_out_of_range_recover_nobody()
    {
        var digest = Keccak256.Hash("digest"u8);
        var key = Key(7);
        var good = Curve.Sign(key, digest);
        Assert.True(Curve.TryRecover(digest, good, out _));
        Signature[] bad =
        [
            good with { R = UInt256.Zero },
            good with { R = Secp256k1.Order },
            good with { R = UInt256.MaxValue },
            good with { S = UInt256.Zero },
            good with { S = Secp256k1.Order },
            good with { S = Secp256k1.Order - good.S },
            good with { S = UInt256.MaxValue },
            good with { RecoveryId = 2 },
            good with { RecoveryId = 3 },
            good with { RecoveryId = 27 },
            good with { RecoveryId = 255 },
        ];
        Assert.All(bad, each =>
        {
            Assert.False(Curve.TryRecover(digest, each, out var address));
            Assert.True(address.IsZero);
        });
    }

    [Fact]
    public void An_r_that_is_no_points_x_recovers_nobody()
    {
        // 5³ + 7 is not a square modulo p; 1³ + 7 is.
        var digest = Keccak256.Hash("digest"u8);
        Assert.False(Curve.TryRecover(digest, new Signature(5, 1, 0), out _));
        Assert.True(Curve.TryRecover(digest, new Signature(1, 1, 0), out _));
    }

    [Fact]
    public void A_signature_whose_key_would_be_the_point_at_infinity_recovers_nobody()
    {
        // With R = G and s = z the key is (z G - z G) / r.
        var generatorX = UInt256.Parse("0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
        var z = UInt256.Parse("0x1234");
        Assert.False(Curve.TryRecover(Word(z), new Signature(generatorX, z, 0), out _));
        Assert.True(Curve.TryRecover(Word(z), new Signature(generatorX, z, 1), out _));
        Assert.True(Curve.TryRecover(Word(z), new Signature(generatorX, z + 1, 0), out _));
    }

    [Fact]
    public void Sums_that_meet_the_generator_on_their_way_are_right()
    {
        // The nonce point is a small multiple of the generator, so that tables of both hold the same points and their opposites.
        foreach (var (x, parity) in SmallMultiples())
        {
            for (byte z = 0; z < 8; z++)
            {
                var signature = new Signature(x, z + 1UL, parity);
                Assert.Equal(
                    Reference.TryRecover(Word(z), signature, out var expected), Curve.TryRecover(Word(z), signature, out var address));
                Assert.Equal(expected, address);
            }
        }
    }

    [Fact]
    public void Keys_out_of_range_are_refused()
    {
        byte[][] bad =
        [
            [], new byte[31], new byte[32], new byte[33], Word(Secp256k1.Order).ToArray(), Word(UInt256.MaxValue).ToArray(),
            [.. Key(1), 0], [0, .. Key(1)], Key(1)[1..],
        ];
        Assert.All(bad, key =>
        {
            Assert.Throws<ArgumentException>(() => Curve.Sign(key, default));
            Assert.Throws<ArgumentException>(() => Curve.AddressOf(key));
        });
    }

    [Fact]
    public void A_refused_key_is_not_in_the_message()
    {
        var key = Word(UInt256.MaxValue).ToArray();
        var refusal = Assert.Throws<ArgumentException>(() => Curve.Sign(key, default));
        Assert.DoesNotContain("ffff", refusal.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("255, 255", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_threads_sign_and_recover_at_once()
    {
        var key = Key(3);
        var account = Curve.AddressOf(key);
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var digest = Keccak256.Hash(BitConverter.GetBytes(i));
            var signature = Curve.Sign(key, digest);
            Assert.Equal(SignatureFault.None, signature.Check());
            Assert.True(Curve.TryRecover(digest, signature, out var address) && address == account);
        });
    }

    [Fact]
    public void Random_signatures_agree_with_the_reference()
    {
        var random = new Random(256);
        var key = new byte[32];
        var digest = new byte[32];
        for (var i = 0; i < 60; i++)
        {
            random.NextBytes(key);
            random.NextBytes(digest);
            var signature = Curve.Sign(key, new Hash32(digest));
            Assert.True(Reference.TryRecover(new Hash32(digest), signature, out var account));
            Assert.Equal(account, Curve.AddressOf(key));
            Assert.True(Curve.TryRecover(new Hash32(digest), signature, out var recovered));
            Assert.Equal(account, recovered);
        }
    }

    [Fact]
    public void Keys_that_begin_with_zeros_are_keys()
    {
        var random = new Random(32);
        for (var zeros = 1; zeros < 32; zeros++)
        {
            var key = new byte[32];
            random.NextBytes(key.AsSpan(zeros));
            var digest = Keccak256.Hash(key);
            var signature = Curve.Sign(key, digest);
            Assert.True(Reference.TryRecover(digest, signature, out var account));
            Assert.Equal(account, Curve.AddressOf(key));
        }
    }

    private static IEnumerable<(UInt256 X, byte Parity)> SmallMultiples()
    {
        for (byte k = 1; k <= 5; k++)
        {
            using var curve = ECDsa.Create(new ECParameters { Curve = ECCurve.CreateFromFriendlyName("secP256k1"), D = Key(k) });
            var x = UInt256.ReadBigEndian(curve.ExportParameters(false).Q.X);
            yield return (x, 0);
            yield return (x, 1);
        }
    }

    private static byte[] Key(byte number)
    {
        var key = new byte[32];
        key[31] = number;
        return key;
    }

    private static Hash32 Word(UInt256 number)
    {
        var word = new byte[32];
        number.WriteBigEndian(word);
        return new Hash32(word);
    }

    private void AssertNot(string account, Hash32 digest, Signature signature)
    {
        if (Curve.TryRecover(digest, signature, out var address))
        {
            Assert.NotEqual(account, address.ToString());
        }
    }
}

public sealed class ManagedSecp256k1Tests : Secp256k1Tests
{
    protected override ISecp256k1 Curve { get; } = new ManagedSecp256k1();

    [Fact]
    public void It_says_what_it_is() => Assert.Equal("NBitcoin.Secp256k1", Curve.Name);
}

public sealed class NativeSecp256k1Tests : Secp256k1Tests
{
    protected override ISecp256k1 Curve { get; } =
        NativeSecp256k1.TryLoad() ?? throw new InvalidOperationException("libsecp256k1 does not load on this platform");

    [Fact]
    public void It_says_what_it_is() => Assert.Equal("libsecp256k1", Curve.Name);

    [Fact]
    public void The_library_is_the_one_that_comes_with_the_app()
    {
        using var process = Process.GetCurrentProcess();
        var loaded = process.Modules.Cast<ProcessModule>().Select(module => module.FileName)
            .Where(file => file.Contains("secp256k1", StringComparison.Ordinal) && !file.EndsWith("NBitcoin.Secp256k1.dll", StringComparison.Ordinal));
        Assert.StartsWith(AppContext.BaseDirectory, Assert.Single(loaded), StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_the_one_in_use() => Assert.Same(Curve, Secp256k1.Default);

    [Fact]
    public void Signing_and_recovering_allocate_nothing()
    {
        var curve = Curve;
        Span<byte> key = stackalloc byte[32];
        key.Fill(5);
        var signature = curve.Sign(key, default);
        curve.TryRecover(default, signature, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50; i++)
        {
            signature = curve.Sign(key, default);
            curve.TryRecover(default, signature, out _);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
