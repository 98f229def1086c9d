using System.Security.Cryptography;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Keys;

/// <summary>A private key in memory that the garbage collector neither moves nor copies, wiped on disposal.</summary>
/// <remarks>Safe for concurrent use. It says nothing of itself: <see cref="object.ToString"/> is the type's name.</remarks>
internal sealed class KeyMaterial : IDisposable
{
    private const int Size = 32;

    private readonly Lock _gate = new();
    private readonly byte[] _key = GC.AllocateArray<byte>(Size, pinned: true);
    private bool _isWiped;

    private KeyMaterial()
    {
    }

    /// <summary>The account the key controls.</summary>
    public Address Address { get; private set; }

    /// <summary>Reads 32 bytes in hexadecimal, with or without <c>0x</c> and white space around.</summary>
    /// <returns><see langword="null"/> for anything else, and for a number that is no key (0, or n and above).</returns>
    public static KeyMaterial? TryRead(ReadOnlySpan<char> text)
    {
        var digits = text.Trim();
        digits = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? digits[2..] : digits;
        var material = new KeyMaterial();
        if (digits.Length == Size * 2
            && Convert.FromHexString(digits, material._key, out _, out var written) == System.Buffers.OperationStatus.Done
            && written == Size
            && material.TryDeriveAddress())
        {
            return material;
        }

        material.Dispose();
        return null;
    }

    /// <summary>Signs with the key.</summary>
    /// <returns><see langword="false"/> when it has been wiped.</returns>
    public bool TrySign(Hash32 digest, out Signature signature)
    {
        // A copy on the stack, so that signers do not wait for one another, and wiping does not wait for them.
        Span<byte> key = stackalloc byte[Size];
        try
        {
            lock (_gate)
            {
                if (_isWiped)
                {
                    signature = default;
                    return false;
                }

                _key.CopyTo(key);
            }

            signature = Secp256k1.Default.Sign(key, digest);
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Wipes the key.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            CryptographicOperations.ZeroMemory(_key);
            _isWiped = true;
        }
    }

    /// <summary>For tests: true once every byte is zero.</summary>
    internal bool IsWiped => !_key.AsSpan().ContainsAnyExcept((byte)0);

    private bool TryDeriveAddress()
    {
        try
        {
            Address = Secp256k1.Default.AddressOf(_key);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
