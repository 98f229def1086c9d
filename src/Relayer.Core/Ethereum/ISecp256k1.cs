namespace Relayer.Core.Ethereum;

/// <summary>The curve operations, by the native library or in managed code; both give the same bytes.</summary>
public interface ISecp256k1
{
    /// <summary>What is in use, for the start-up message: <c>libsecp256k1</c> or <c>NBitcoin.Secp256k1</c>.</summary>
    string Name { get; }

    /// <summary>Signs a digest, with a low s.</summary>
    /// <remarks>
    /// Both take the nonce of RFC 6979 and so give the same bytes each time. Callers must not lean on that: a signer elsewhere may
    /// not, and what was stored is what counts.
    /// </remarks>
    /// <exception cref="ArgumentException">The key is not 32 bytes from 1 to n - 1.</exception>
    Signature Sign(ReadOnlySpan<byte> privateKey, Hash32 digest);

    /// <summary>The address whose key made the signature.</summary>
    /// <returns><see langword="false"/> for a value out of range, a high s or a point that is not on the curve.</returns>
    bool TryRecover(Hash32 digest, Signature signature, out Address address);

    /// <summary>The address of a private key.</summary>
    /// <exception cref="ArgumentException">The key is not 32 bytes from 1 to n - 1.</exception>
    Address AddressOf(ReadOnlySpan<byte> privateKey);
}
