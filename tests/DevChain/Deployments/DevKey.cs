using System.Security.Cryptography;
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
        while (true)
        {
            var bytes = RandomNumberGenerator.GetBytes(32);
            var number = UInt256.ReadBigEndian(bytes);
            if (!number.IsZero && number < Secp256k1.Order)
            {
                return new(Hex.Encode(bytes), Secp256k1.Default.AddressOf(bytes));
            }
        }
    }
}
