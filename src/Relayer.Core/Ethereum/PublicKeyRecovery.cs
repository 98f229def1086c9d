using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;

namespace Relayer.Core.Ethereum;

/// <summary>Recovers a public key.</summary>
internal static class PublicKeyRecovery
{
    internal static bool TryRecover(Hash32 digest, Signature signature, out UInt256 x, out UInt256 y)
    {
        (x, y) = (default, default);
        var curve = CustomNamedCurves.GetByName("secp256k1");
        var n = curve.N;
        var bytes = new byte[33];
        bytes[0] = (byte)(2 + signature.RecoveryId);
        signature.R.WriteBigEndian(bytes.AsSpan(1));
        ECPoint point;
        try
        {
            point = curve.Curve.DecodePoint(bytes);
        }
        catch (ArgumentException)
        {
            return false;
        }

        var r = new BigInteger(signature.R.ToString());
        var inverse = r.ModInverse(n);
        var z = new BigInteger(1, digest.ToArray());
        var key = ECAlgorithms.SumOfTwoMultiplies(
            curve.G, n.Subtract(z.Multiply(inverse).Mod(n)), point, inverse.Multiply(new BigInteger(signature.S.ToString())).Mod(n)).Normalize();
        if (key.IsInfinity)
        {
            return false;
        }

        var encoded = key.GetEncoded(false);
        x = UInt256.ReadBigEndian(encoded.AsSpan(1));
        y = UInt256.ReadBigEndian(encoded.AsSpan(33));
        return true;
    }
}
