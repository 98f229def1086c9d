using System.Buffers.Binary;

namespace Relayer.Core.Ethereum.Abi;

/// <summary>Lays ABI words into a buffer the caller sized, for hot paths whose shape is known. Nothing is allocated.</summary>
/// <remarks>
/// Not a codec: offsets are the caller's to compute. Writing past the end throws <see cref="ArgumentException"/> or
/// <see cref="ArgumentOutOfRangeException"/>, never spills.
/// </remarks>
/// <param name="buffer">Where it writes, from the start.</param>
public ref struct AbiWriter(Span<byte> buffer)
{
    /// <summary>Bytes in a word.</summary>
    public const int Word = 32;

    private readonly Span<byte> _buffer = buffer;

    /// <summary>Bytes written so far.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes that <paramref name="length"/> bytes take once padded to whole words.</summary>
    /// <exception cref="OverflowException">They exceed <see cref="int.MaxValue"/>.</exception>
    public static int Padded(int length) => checked(length + (Word - 1)) / Word * Word;

    /// <summary>Writes bytes as they are, such as a selector.</summary>
    public void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer[Position..]);
        Position += bytes.Length;
    }

    /// <summary>Writes a <c>bytes32</c>.</summary>
    public void Write(Hash32 hash) => Raw(hash.Span);

    /// <summary>Writes a <c>uint256</c>.</summary>
    public void Write(UInt256 number) => number.WriteBigEndian(Take());

    /// <summary>Writes any unsigned integer that fits 64 bits: a number, an offset, a length.</summary>
    public void Write(ulong number)
    {
        var word = Take();
        word.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(word[(Word - sizeof(ulong))..], number);
    }

    /// <summary>Writes an <c>address</c>.</summary>
    public void Write(Address address)
    {
        var word = Take();
        word[..(Word - Address.Size)].Clear();
        address.Span.CopyTo(word[(Word - Address.Size)..]);
    }

    /// <summary>Writes a <c>bool</c>.</summary>
    public void Write(bool flag) => Write(flag ? 1UL : 0UL);

    /// <summary>Writes the tail of a <c>bytes</c> or <c>string</c>: its length, the bytes, zeros up to a whole word.</summary>
    public void Tail(scoped ReadOnlySpan<byte> bytes)
    {
        Write((ulong)bytes.Length);
        Raw(bytes);
        Pad(bytes.Length);
    }

    /// <summary>Writes the tail of a signature: the length 65, r, s, v (27 or 28), and 31 zeros.</summary>
    public void Tail(Signature signature)
    {
        Write((ulong)Signature.Size);
        Write(signature.R);
        Write(signature.S);
        Raw([(byte)(27 + signature.RecoveryId)]);
        Pad(Signature.Size);
    }

    private Span<byte> Take()
    {
        var word = _buffer.Slice(Position, Word);
        Position += Word;
        return word;
    }

    private void Pad(int length)
    {
        var padding = Padded(length) - length;
        _buffer.Slice(Position, padding).Clear();
        Position += padding;
    }
}
