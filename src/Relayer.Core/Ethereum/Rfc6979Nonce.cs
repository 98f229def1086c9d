using System.Security.Cryptography;
using NBitcoin.Secp256k1;
using HMACSHA256 = System.Security.Cryptography.HMACSHA256;

namespace Relayer.Core.Ethereum;

/// <summary>The nonce of RFC 6979, section 3.2, with HMAC-SHA-256.</summary>
/// <remarks>
/// NBitcoin's own leaves the key behind in buffers that it neither clears nor gives back, and takes a digest of n or more as it is,
/// where the RFC and libsecp256k1 reduce it. Here the key is on the stack only, and zeroed.
/// </remarks>
internal sealed class Rfc6979Nonce : INonceFunction
{
    private const int Size = 32;

    internal static Rfc6979Nonce Instance { get; } = new();

    /// <inheritdoc/>
    public bool TryGetNonce(
        Span<byte> nonce32, ReadOnlySpan<byte> msg32, ReadOnlySpan<byte> key32, ReadOnlySpan<byte> algo16, uint counter)
    {
        // What is hashed is V, then V, a byte, key and digest: V stands at the front of one buffer.
        Span<byte> k = stackalloc byte[Size];
        Span<byte> input = stackalloc byte[Size + 1 + Size + Size];
        var v = input[..Size];
        k.Clear();
        v.Fill(1);
        key32.CopyTo(input[(Size + 1)..]);
        new Scalar(msg32, out _).WriteToSpan(input[(Size + 1 + Size)..]);
        Update(k, input, 0);
        Update(k, input, 1);
        Hash(k, v, v);
        for (; counter > 0; counter--)
        {
            Update(k, input[..(Size + 1)], 0);
            Hash(k, v, v);
        }

        v.CopyTo(nonce32);
        CryptographicOperations.ZeroMemory(k);
        CryptographicOperations.ZeroMemory(input);
        return true;
    }

    private static void Update(Span<byte> k, Span<byte> input, byte separator)
    {
        input[Size] = separator;
        Hash(k, input, k);
        Hash(k, input[..Size], input);
    }

    private static void Hash(ReadOnlySpan<byte> k, ReadOnlySpan<byte> input, Span<byte> output)
    {
        Span<byte> hash = stackalloc byte[Size];
        HMACSHA256.HashData(k, input, hash);
        hash.CopyTo(output);
        CryptographicOperations.ZeroMemory(hash);
    }
}
