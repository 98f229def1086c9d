using System.Numerics;

namespace Relayer.Core.Ethereum.Abi;

/// <summary>
/// Reads an answer whose shape is known, word by word and in the specification's strict mode: only the bytes that encoding the result
/// would give. Nothing is allocated, nothing throws.
/// </summary>
/// <remarks>
/// In strict mode every tail stands right behind what was read before it, so an answer is read from front to back: offsets are only
/// compared (<see cref="Expect"/>, <see cref="Follow"/>), never jumped to, and a length is paid for in bytes. Once something is not as it
/// should be, every further read gives nothing and <see cref="IsIntact"/> stays false: look at <see cref="IsAtEnd"/> before using what was read.
/// </remarks>
/// <param name="data">The bytes, without a selector.</param>
public ref struct AbiReader(ReadOnlySpan<byte> data)
{
    private const int AddressPadding = AbiWriter.Word - Ethereum.Address.Size;

    private readonly ReadOnlySpan<byte> _data = data;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>True while everything was as it should be.</summary>
    public bool IsIntact { get; private set; } = true;

    /// <summary>True when everything was as it should be, and nothing is left.</summary>
    public readonly bool IsAtEnd => IsIntact && Position == _data.Length;

    /// <summary>Reads a <c>bytes32</c>.</summary>
    public Hash32 Hash() => TryTake(AbiWriter.Word, out var word) ? new Hash32(word) : default;

    /// <summary>Reads an unsigned integer of so many bits.</summary>
    public UInt256 Number(int bits = 256)
    {
        var number = TryTake(AbiWriter.Word, out var word) ? UInt256.ReadBigEndian(word) : default;
        return Check(number.BitLength <= bits) ? number : default;
    }

    /// <summary>Reads a <c>uint64</c>, or a smaller one.</summary>
    public ulong Small(int bits = 64) => (ulong)Number(bits);

    /// <summary>Reads a signed integer of so many bits.</summary>
    public BigInteger Signed(int bits)
    {
        var number = TryTake(AbiWriter.Word, out var word) ? new BigInteger(word, isUnsigned: false, isBigEndian: true) : default;
        return Check((number.Sign < 0 ? -number - 1 : number).GetBitLength() < bits) ? number : default;
    }

    /// <summary>Reads an <c>address</c>.</summary>
    public Address Address() =>
        TryTake(AbiWriter.Word, out var word) && Check(IsZero(word[..AddressPadding])) ? new Address(word[AddressPadding..]) : default;

    /// <summary>Reads a <c>bool</c>.</summary>
    public bool Flag() => Number(1) == 1;

    /// <summary>Reads a <c>bytesN</c>.</summary>
    public ReadOnlySpan<byte> Bytes(int length) =>
        TryTake(AbiWriter.Word, out var word) && Check(IsZero(word[length..])) ? word[..length] : default;

    /// <summary>Reads a word that strict mode prescribes: the offset of the next tail.</summary>
    public void Expect(int word) => Check(Number() == (ulong)word);

    /// <summary>Reads an array's length: at most as many elements as there are words left.</summary>
    public int Count()
    {
        var count = Small(31);
        return Check(count <= (ulong)(_data.Length - Position) / AbiWriter.Word) ? (int)count : 0;
    }

    /// <summary>Passes over the offsets of an array's elements, and gives where they stand for <see cref="Follow"/>.</summary>
    public int Offsets(int count)
    {
        var at = Position;
        TryTake(count * AbiWriter.Word, out _);
        return at;
    }

    /// <summary>Checks that an array's next element stands where its offset says.</summary>
    /// <param name="offsets">As <see cref="Offsets"/> gave it.</param>
    /// <param name="index">Which element.</param>
    public void Follow(int offsets, int index) =>
        Check(IsIntact && UInt256.ReadBigEndian(_data[(offsets + (index * AbiWriter.Word))..]) == (ulong)(Position - offsets));

    /// <summary>Reads the tail of a <c>bytes</c> or <c>string</c>: its length, the bytes, zeros up to a whole word.</summary>
    public ReadOnlySpan<byte> Tail()
    {
        var length = (int)Small(31);
        if (!Check(length <= _data.Length - Position) || !TryTake(length, out var bytes))
        {
            return default;
        }

        var padding = (AbiWriter.Word - (length % AbiWriter.Word)) % AbiWriter.Word;
        return TryTake(padding, out var zeros) && Check(IsZero(zeros)) ? bytes : default;
    }

    private bool TryTake(int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (!Check(length <= _data.Length - Position))
        {
            return false;
        }

        bytes = _data.Slice(Position, length);
        Position += length;
        return true;
    }

    private bool Check(bool holds) => IsIntact &= holds;

    private static bool IsZero(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept((byte)0);
}
