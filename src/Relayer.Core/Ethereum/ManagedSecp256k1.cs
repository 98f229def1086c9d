using System.Security.Cryptography;
using NBitcoin.Secp256k1;

namespace Relayer.Core.Ethereum;

/// <summary>The curve operations in managed code, by NBitcoin's port of libsecp256k1: for platforms that the native one does not serve.</summary>
/// <remarks>
/// Safe for concurrent use: the context is blinded once, before anything uses it, and only read afterwards. Multiplications by a
/// secret take the same steps and reads whatever the secret. The one copy of a key on the heap is zeroed after use; the collector may
/// have moved it by then, and its words stay in dead stack frames until those are written over, which is one reason why the
/// native library comes first.
/// </remarks>
public sealed class ManagedSecp256k1 : ISecp256k1
{
    private const int UncompressedSize = 65;
    private static readonly Lazy<Context> Blinded = new(CreateContext);

    /// <inheritdoc/>
    public string Name => "NBitcoin.Secp256k1";

    /// <inheritdoc/>
    public Signature Sign(ReadOnlySpan<byte> privateKey, Hash32 digest)
    {
        using var key = ReadKey(privateKey);
        if (!key.TrySignRecoverable(digest.Span, Rfc6979Nonce.Instance, out var signed))
        {
            throw new CryptographicException("NBitcoin.Secp256k1 could not sign");
        }

        Span<byte> bytes = stackalloc byte[64];
        signed!.WriteToSpanCompact(bytes, out var recoveryId);
        return new Signature(UInt256.ReadBigEndian(bytes), UInt256.ReadBigEndian(bytes[32..]), (byte)recoveryId);
    }

    /// <inheritdoc/>
    public bool TryRecover(Hash32 digest, Signature signature, out Address address)
    {
        address = default;
        if (signature.Check() != SignatureFault.None)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[64];
        signature.R.WriteBigEndian(bytes);
        signature.S.WriteBigEndian(bytes[32..]);
        if (!SecpRecoverableECDSASignature.TryCreateFromCompact(bytes, signature.RecoveryId, out var parsed)
            || !ECPubKey.TryRecover(Blinded.Value, parsed, digest.Span, out var publicKey))
        {
            return false;
        }

        address = ToAddress(publicKey);
        return true;
    }

    /// <inheritdoc/>
    public Address AddressOf(ReadOnlySpan<byte> privateKey)
    {
        using var key = ReadKey(privateKey);
        return ToAddress(key.CreatePubKey());
    }

    private static Address ToAddress(ECPubKey publicKey)
    {
        Span<byte> point = stackalloc byte[UncompressedSize];
        publicKey.WriteToSpan(compressed: false, point, out _);
        Span<byte> hash = stackalloc byte[Hash32.Size];
        Keccak256.Hash(point[1..], hash);
        return new Address(hash[12..]);
    }

    // The length is looked at here: the library reads the first 32 bytes of whatever it is given.
    private static ECPrivKey ReadKey(ReadOnlySpan<byte> privateKey) =>
        privateKey.Length == 32 && ECPrivKey.TryCreate(privateKey, Blinded.Value, out var key)
            ? key
            : throw new ArgumentException("a private key is 32 bytes from 1 to n - 1", nameof(privateKey));

    private static Context CreateContext()
    {
        // Blinds the signing multiplications against side channels.
        var generator = new ECMultGenContext();
        var seed = RandomNumberGenerator.GetBytes(32);
        generator.Blind(seed);
        CryptographicOperations.ZeroMemory(seed);
        return new Context(ECMultContext.Instance, generator);
    }
}
