using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Relayer.Core.Ethereum;

/// <summary>The curve operations of the native <c>libsecp256k1</c>, which comes with the app.</summary>
/// <remarks>
/// Safe for concurrent use: the one context is randomised once, before anything uses it, and only read afterwards. Keys are read
/// where the caller has them; no copy is made. Nothing is allocated. The library's illegal-argument handler ends the
/// process, so nothing is passed to it that it could find illegal.
/// </remarks>
public sealed class NativeSecp256k1 : ISecp256k1
{
    private const int UncompressedSize = 65;
    private readonly nint _context;

    private NativeSecp256k1(nint context) => _context = context;

    /// <inheritdoc/>
    public string Name => "libsecp256k1";

    /// <summary>The library, when there is one for this platform and it does what it should on a known case.</summary>
    /// <returns><see langword="null"/> when it is absent, cannot recover, or is wrong.</returns>
    public static NativeSecp256k1? TryLoad() => Loaded.Value;

    private static readonly Lazy<NativeSecp256k1?> Loaded = new(Load);

    /// <inheritdoc/>
    public unsafe Signature Sign(ReadOnlySpan<byte> privateKey, Hash32 digest)
    {
        CheckKey(privateKey);
        Span<byte> bytes = stackalloc byte[64];
        int recoveryId;
        fixed (byte* key = privateKey, message = digest.Span, compact = bytes)
        {
            RecoverableSignature signature;
            if (NativeMethods.SignRecoverable(_context, &signature, message, key, 0, 0) != 1
                || NativeMethods.SerializeCompact(_context, compact, &recoveryId, &signature) != 1)
            {
                throw new CryptographicException("libsecp256k1 could not sign");
            }
        }

        // Ids 2 and 3 stand for an r that was reduced by n: one nonce in 2^127.
        return recoveryId <= 1
            ? new Signature(UInt256.ReadBigEndian(bytes), UInt256.ReadBigEndian(bytes[32..]), (byte)recoveryId)
            : throw new CryptographicException("the nonce point's x is above the order");
    }

    /// <inheritdoc/>
    public unsafe bool TryRecover(Hash32 digest, Signature signature, out Address address)
    {
        address = default;
        if (signature.Check() != SignatureFault.None)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[64];
        signature.R.WriteBigEndian(bytes);
        signature.S.WriteBigEndian(bytes[32..]);
        PublicKey publicKey;
        fixed (byte* message = digest.Span, compact = bytes)
        {
            RecoverableSignature parsed;
            if (NativeMethods.ParseCompact(_context, &parsed, compact, signature.RecoveryId) != 1
                || NativeMethods.Recover(_context, &publicKey, &parsed, message) != 1)
            {
                return false;
            }
        }

        address = ToAddress(&publicKey);
        return true;
    }

    /// <inheritdoc/>
    public unsafe Address AddressOf(ReadOnlySpan<byte> privateKey)
    {
        CheckKey(privateKey);
        PublicKey publicKey;
        fixed (byte* key = privateKey)
        {
            if (NativeMethods.CreatePublicKey(_context, &publicKey, key) != 1)
            {
                throw new CryptographicException("libsecp256k1 could not derive the public key");
            }
        }

        return ToAddress(&publicKey);
    }

    private unsafe Address ToAddress(PublicKey* publicKey)
    {
        Span<byte> point = stackalloc byte[UncompressedSize];
        nuint size = UncompressedSize;
        fixed (byte* output = point)
        {
            _ = NativeMethods.SerializePublicKey(_context, output, &size, publicKey, NativeMethods.Uncompressed);
        }

        Span<byte> hash = stackalloc byte[Hash32.Size];
        Keccak256.Hash(point[1..], hash);
        return new Address(hash[12..]);
    }

    private unsafe void CheckKey(ReadOnlySpan<byte> privateKey)
    {
        if (privateKey.Length == 32)
        {
            fixed (byte* key = privateKey)
            {
                if (NativeMethods.VerifyKey(_context, key) == 1)
                {
                    return;
                }
            }
        }

        throw new ArgumentException("a private key is 32 bytes from 1 to n - 1", nameof(privateKey));
    }

    private static unsafe NativeSecp256k1? Load()
    {
        if (!NativeMethods.IsPresent)
        {
            return null;
        }

        var context = NativeMethods.CreateContext(NativeMethods.SignAndVerify);
        if (context == 0)
        {
            return null;
        }

        // Blinds the signing multiplications against side channels.
        Span<byte> seed = stackalloc byte[32];
        RandomNumberGenerator.Fill(seed);
        int randomised;
        fixed (byte* pointer = seed)
        {
            randomised = NativeMethods.RandomizeContext(context, pointer);
        }

        CryptographicOperations.ZeroMemory(seed);
        var library = new NativeSecp256k1(context);
        if (randomised == 1 && Secp256k1SelfTest.Passes(library))
        {
            return library;
        }

        NativeMethods.DestroyContext(context);
        return null;
    }

    /// <summary>The library's opaque public key.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    [SuppressMessage("Performance", "CA1815:Override equals and operator equals on value types", Justification = "opaque memory")]
    internal struct PublicKey;

    /// <summary>The library's opaque recoverable signature.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 65)]
    [SuppressMessage("Performance", "CA1815:Override equals and operator equals on value types", Justification = "opaque memory")]
    internal struct RecoverableSignature;
}
