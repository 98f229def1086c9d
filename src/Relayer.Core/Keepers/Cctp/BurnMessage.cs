using System.Buffers.Binary;
using System.Numerics;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;

namespace Relayer.Core.Keepers.Cctp;

/// <summary>A message of Circle's CCTP about burnt USDC, of version 1 or 2. Fixed places, no padding.</summary>
/// <remarks>
/// Version 2 is emitted with a nonce, a fee, an expiry and a finality of zero; Circle fills them in when it attests:
/// <see cref="IsAttestationOf"/> ignores them.
/// </remarks>
internal sealed class BurnMessage
{
    private const int Word = AbiWriter.Word;
    private const int FirstHeader = 116;
    private const int SecondHeader = 148;
    private const int FirstBody = 132;
    private const int SecondBody = 228;

    private readonly byte[] _bytes;
    private readonly bool _isSecond;

    private BurnMessage(byte[] bytes, bool isSecond) => (_bytes, _isSecond) = (bytes, isSecond);

    public ReadOnlySpan<byte> Bytes => _bytes;

    public uint Source => Number(4);

    public uint Destination => Number(8);

    /// <summary>Who sent it, on the source: the TokenMessenger.</summary>
    public Address? Sender => AddressAt(Header - (3 * Word) - Finality);

    /// <summary>Who alone may redeem it; zero for everybody.</summary>
    public bool IsForEverybody => _bytes.AsSpan(Header - Word - Finality, Word).IndexOfAnyExcept((byte)0) < 0;

    public Address? Recipient => AddressAt(Header + 36);

    public BigInteger Amount => new(_bytes.AsSpan(Header + 68, Word), isUnsigned: true, isBigEndian: true);

    public Address? Depositor => AddressAt(Header + 100);

    /// <summary>The key of <c>usedNonces</c>; <see langword="null"/> while Circle has not given a nonce.</summary>
    public Hash32? NonceKey
    {
        get
        {
            if (!_isSecond)
            {
                return Keccak256.Hash([.. _bytes.AsSpan(4, 4), .. _bytes.AsSpan(12, 8)]);
            }

            var nonce = _bytes.AsSpan(12, Word);
            return nonce.IndexOfAnyExcept((byte)0) < 0 ? null : new Hash32(nonce);
        }
    }

    /// <summary>From this block of the destination on it is not taken any more; zero where it does not expire.</summary>
    public BigInteger ExpirationBlock =>
        _isSecond ? new(_bytes.AsSpan(SecondHeader + 196, Word), isUnsigned: true, isBigEndian: true) : BigInteger.Zero;

    private int Header => _isSecond ? SecondHeader : FirstHeader;

    private int Finality => _isSecond ? 8 : 0;

    /// <summary>Reads a message; <see langword="null"/> when it is not about a burn, or of a version that is not known.</summary>
    public static BurnMessage? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FirstHeader)
        {
            return null;
        }

        var version = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var fits = version switch { 0 => bytes.Length == FirstHeader + FirstBody, 1 => bytes.Length >= SecondHeader + SecondBody, _ => false };
        return fits ? new BurnMessage(bytes.ToArray(), version == 1) : null;
    }

    /// <summary>True when this is what Circle attests for <paramref name="emitted"/>: nothing differs but what Circle fills in.</summary>
    public bool IsAttestationOf(BurnMessage emitted) => Masked().SequenceEqual(emitted.Masked());

    private byte[] Masked()
    {
        var masked = (byte[])_bytes.Clone();
        if (_isSecond)
        {
            masked.AsSpan(12, Word).Clear();
            masked.AsSpan(SecondHeader - 4, 4).Clear();
            masked.AsSpan(SecondHeader + 164, 2 * Word).Clear();
        }

        return masked;
    }

    private uint Number(int at) => BinaryPrimitives.ReadUInt32BigEndian(_bytes.AsSpan(at));

    private Address? AddressAt(int at) => _bytes.AsSpan(at, 12).IndexOfAnyExcept((byte)0) < 0 ? new Address(_bytes.AsSpan(at + 12, 20)) : null;
}
