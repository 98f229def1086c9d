using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Math.EC.Multiplier;
using Relayer.Core.Ethereum.Curve;
using CryptographicOperations = System.Security.Cryptography.CryptographicOperations;

namespace Relayer.Core.Ethereum;

/// <summary>The curve operations in managed code, for machines without the native library: keys go through BouncyCastle.</summary>
/// <remarks>
/// Safe for concurrent use. The byte copies of a key that this class makes are zeroed; BouncyCastle's own big integers, which
/// cannot be, live until they are collected. That is one reason why the native library comes first.
/// </remarks>
public sealed class ManagedSecp256k1 : ISecp256k1
{
    private static readonly Org.BouncyCastle.Asn1.X9.X9ECParameters Curve = CustomNamedCurves.GetByName("secp256k1");

    /// <inheritdoc/>
    public string Name => "BouncyCastle";

    /// <inheritdoc/>
    public Signature Sign(ReadOnlySpan<byte> privateKey, Hash32 digest)
    {
        var key = ReadKey(privateKey);
        var message = digest.ToArray();
        var z = new BigInteger(1, message);
        var nonces = new HMacDsaKCalculator(new Sha256Digest());
        nonces.Init(Curve.N, key, message);
        while (true)
        {
            var k = nonces.NextK();
            var point = MultiplyGenerator(k);
            var x = point.AffineXCoord.ToBigInteger();
            var s = k.ModInverse(Curve.N).Multiply(z.Add(key.Multiply(x))).Mod(Curve.N);

            // An x of n or more would need a recovery id above 1: one nonce in 2^127, passed over like s = 0.
            if (x.SignValue != 0 && x.CompareTo(Curve.N) < 0 && s.SignValue != 0)
            {
                var isOdd = point.AffineYCoord.TestBitZero();
                var isHigh = s.CompareTo(Curve.N.ShiftRight(1)) > 0;
                return new Signature(ToUInt256(x), ToUInt256(isHigh ? Curve.N.Subtract(s) : s), (byte)(isOdd != isHigh ? 1 : 0));
            }
        }
    }

    /// <inheritdoc/>
    public bool TryRecover(Hash32 digest, Signature signature, out Address address)
    {
        address = default;
        if (signature.Check() != SignatureFault.None
            || !PublicKeyRecovery.TryRecover(digest, signature, out var x, out var y))
        {
            return false;
        }

        address = ToAddress(x, y);
        return true;
    }

    /// <inheritdoc/>
    public Address AddressOf(ReadOnlySpan<byte> privateKey)
    {
        var point = MultiplyGenerator(ReadKey(privateKey));
        return ToAddress(ToUInt256(point.AffineXCoord.ToBigInteger()), ToUInt256(point.AffineYCoord.ToBigInteger()));
    }

    private static ECPoint MultiplyGenerator(BigInteger scalar) =>
        new FixedPointCombMultiplier().Multiply(Curve.G, scalar).Normalize();

    private static Address ToAddress(UInt256 x, UInt256 y)
    {
        Span<byte> point = stackalloc byte[64];
        x.WriteBigEndian(point);
        y.WriteBigEndian(point[32..]);
        Span<byte> hash = stackalloc byte[Hash32.Size];
        Keccak256.Hash(point, hash);
        return new Address(hash[12..]);
    }

    private static BigInteger ReadKey(ReadOnlySpan<byte> privateKey)
    {
        if (privateKey.Length == 32)
        {
            var copy = privateKey.ToArray();
            var key = new BigInteger(1, copy);
            CryptographicOperations.ZeroMemory(copy);
            if (key.SignValue > 0 && key.CompareTo(Curve.N) < 0)
            {
                return key;
            }
        }

        throw new ArgumentException("a private key is 32 bytes from 1 to n - 1", nameof(privateKey));
    }

    private static UInt256 ToUInt256(BigInteger number)
    {
        Span<byte> word = stackalloc byte[32];
        word.Clear();
        var bytes = number.ToByteArrayUnsigned();
        bytes.CopyTo(word[(32 - bytes.Length)..]);
        return UInt256.ReadBigEndian(word);
    }
}
