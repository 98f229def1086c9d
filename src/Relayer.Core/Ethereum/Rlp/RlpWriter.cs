using System.Buffers.Binary;

namespace Relayer.Core.Ethereum.Rlp;

/// <summary>Writes RLP into a buffer that the caller has made large enough, by <see cref="RlpLength"/>.</summary>
/// <param name="destination">The buffer; too short a one ends in an <see cref="ArgumentException"/> at the write that does not fit.</param>
public ref struct RlpWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>Bytes written so far.</summary>
    public int Position { get; private set; }

    /// <summary>Writes a list's header; its items, <paramref name="payload"/> bytes in all, follow.</summary>
    public void StartList(int payload) => WriteHeader(0xc0, payload);

    /// <summary>Writes a byte string.</summary>
    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != 1 || bytes[0] >= 0x80)
        {
            WriteHeader(0x80, bytes.Length);
        }

        WriteRaw(bytes);
    }

    /// <summary>Writes a number: big-endian without leading zeros, zero as the empty string.</summary>
    public void Write(ulong number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        Write((ReadOnlySpan<byte>)bytes[^RlpLength.Significant(number)..]);
    }

    /// <summary>Writes a number: big-endian without leading zeros, zero as the empty string.</summary>
    public void Write(UInt256 number)
    {
        Span<byte> bytes = stackalloc byte[32];
        number.WriteBigEndian(bytes);
        Write((ReadOnlySpan<byte>)bytes[^RlpLength.Significant(number)..]);
    }

    /// <summary>Writes bytes as they are, such as an item already encoded or a transaction's type.</summary>
    public void WriteRaw(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_destination[Position..]);
        Position += bytes.Length;
    }

    private void WriteHeader(byte kind, int payload)
    {
        if (payload <= RlpLength.ShortPayload)
        {
            WriteRaw([(byte)(kind + payload)]);
            return;
        }

        Span<byte> size = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(size, (ulong)payload);
        var digits = RlpLength.Significant((ulong)payload);
        WriteRaw([(byte)(kind + RlpLength.ShortPayload + digits)]);
        WriteRaw(size[^digits..]);
    }
}
