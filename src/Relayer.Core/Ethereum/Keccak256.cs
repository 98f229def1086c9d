using Org.BouncyCastle.Crypto.Digests;

namespace Relayer.Core.Ethereum;

/// <summary>Keccak-256 as Ethereum uses it (the padding of the original submission, not of FIPS 202).</summary>
public static class Keccak256
{
    /// <summary>Hashes <paramref name="data"/> into the first 32 bytes of <paramref name="hash"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="hash"/> has no room for 32 bytes.</exception>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        var digest = new KeccakDigest(256);
        digest.BlockUpdate(data.ToArray(), 0, data.Length);
        var output = new byte[Hash32.Size];
        digest.DoFinal(output, 0);
        output.CopyTo(hash);
    }

    /// <summary>Hashes <paramref name="data"/>.</summary>
    public static Hash32 Hash(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Hash32.Size];
        Hash(data, hash);
        return new Hash32(hash);
    }
}
