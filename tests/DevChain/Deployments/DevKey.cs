using System.Security.Cryptography;
using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Math;
using Relayer.Core.Ethereum;

namespace DevChain;

/// <summary>A key for development, and its account.</summary>
/// <param name="PrivateKey">32 bytes as <c>0x…</c>.</param>
/// <param name="Address">The account.</param>
public sealed record DevKey(string PrivateKey, Address Address)
{
    /// <summary>A fresh random key.</summary>
    public static DevKey Create()
    {
        var curve = SecNamedCurves.GetByName("secp256k1");
        while (true)
        {
            var bytes = RandomNumberGenerator.GetBytes(32);
            var scalar = new BigInteger(1, bytes);
            if (scalar.SignValue != 0 && scalar.CompareTo(curve.N) < 0)
            {
                var point = curve.G.Multiply(scalar).Normalize().GetEncoded(false);
                return new(Hex.Encode(bytes), new Address(Keccak256.Hash(point.AsSpan(1)).Span[12..]));
            }
        }
    }
}
