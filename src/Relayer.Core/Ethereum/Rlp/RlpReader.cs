using System.Buffers.Binary;

namespace Relayer.Core.Ethereum.Rlp;

/// <summary>Reads canonical RLP, one item after another; whatever could be written otherwise is refused.</summary>
/// <remarks>
/// Each method answers <see langword="false"/> and keeps the reason in <see cref="Fault"/> when the next item is not what
/// was asked for; after that every further read fails too. Strings are given as views of the source.
/// </remarks>
public ref struct RlpReader
{
    /// <summary>Lists within lists that are followed; Ethereum's own structures need 4.</summary>
    public const int MaxDepth = 32;

    private readonly int _depth;
    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts at the first byte.</summary>
    public RlpReader(ReadOnlySpan<byte> source) => _rest = source;

    private RlpReader(ReadOnlySpan<byte> source, int depth)
    {
        _rest = source;
        _depth = depth;
    }

    /// <summary>What the first failed read met.</summary>
    public RlpFault Fault { get; private set; }

    /// <summary>True when nothing is left.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>True when the next item is a list.</summary>
    public readonly bool IsAtList => !_rest.IsEmpty && _rest[0] >= 0xc0;

    /// <summary>Reads a byte string.</summary>
    public bool TryReadBytes(out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (IsAtList)
        {
            return Fail(RlpFault.UnexpectedList);
        }

        if (!TryReadHeader(out var header, out var payload))
        {
            return false;
        }

        bytes = _rest.Slice(header, payload);
        if (payload == 1 && header == 1 && bytes[0] < 0x80)
        {
            return Fail(RlpFault.NotCanonical);
        }

        _rest = _rest[(header + payload)..];
        return true;
    }

    /// <summary>Reads a byte string of exactly <paramref name="size"/> bytes.</summary>
    public bool TryReadBytes(int size, out ReadOnlySpan<byte> bytes) =>
        TryReadBytes(out bytes) && (bytes.Length == size || Fail(RlpFault.WrongSize));

    /// <summary>Reads a number of at most 256 bits.</summary>
    public bool TryReadNumber(out UInt256 number)
    {
        number = default;
        if (!TryReadBytes(out var bytes))
        {
            return false;
        }

        if (bytes.Length > 32)
        {
            return Fail(RlpFault.WrongSize);
        }

        if (bytes is [0, ..])
        {
            return Fail(RlpFault.LeadingZero);
        }

        Span<byte> word = stackalloc byte[32];
        word.Clear();
        bytes.CopyTo(word[(32 - bytes.Length)..]);
        number = UInt256.ReadBigEndian(word);
        return true;
    }

    /// <summary>Reads a number of at most 64 bits.</summary>
    public bool TryReadNumber(out ulong number)
    {
        number = 0;
        if (!TryReadNumber(out UInt256 wide))
        {
            return false;
        }

        if (wide > ulong.MaxValue)
        {
            return Fail(RlpFault.WrongSize);
        }

        number = (ulong)wide;
        return true;
    }

    /// <summary>Enters a list, whose items <paramref name="items"/> reads; this reader goes on behind it.</summary>
    /// <remarks>Call <see cref="TryEnd"/> on <paramref name="items"/> to refuse more items than expected.</remarks>
    public bool TryReadList(out RlpReader items)
    {
        items = default;
        if (!IsAtEnd && !IsAtList)
        {
            return Fail(RlpFault.UnexpectedString);
        }

        if (_depth >= MaxDepth)
        {
            return Fail(RlpFault.TooDeep);
        }

        if (!TryReadHeader(out var header, out var payload))
        {
            return false;
        }

        items = new RlpReader(_rest.Slice(header, payload), _depth + 1);
        _rest = _rest[(header + payload)..];
        return true;
    }

    /// <summary>Confirms that nothing is left.</summary>
    public bool TryEnd() => Fault == RlpFault.None && (IsAtEnd || Fail(RlpFault.TrailingBytes));

    private bool TryReadHeader(out int header, out int payload)
    {
        (header, payload) = (0, 0);
        if (Fault != RlpFault.None)
        {
            return false;
        }

        if (_rest.IsEmpty)
        {
            return Fail(RlpFault.Truncated);
        }

        var first = _rest[0];
        switch (first)
        {
            case < 0x80:
                payload = 1;
                return true;
            case < 0xb8 or (>= 0xc0 and < 0xf8):
                (header, payload) = (1, first & 0x3f);
                break;
            default:
                if (!TryReadLongLength((first & 0x3f) - RlpLength.ShortPayload, out payload))
                {
                    return false;
                }

                header = 1 + (first & 0x3f) - RlpLength.ShortPayload;
                break;
        }

        return payload <= _rest.Length - header || Fail(RlpFault.Truncated);
    }

    private bool TryReadLongLength(int digits, out int payload)
    {
        payload = 0;
        if (_rest.Length < 1 + digits)
        {
            return Fail(RlpFault.Truncated);
        }

        if (_rest[1] == 0)
        {
            return Fail(RlpFault.NotCanonical);
        }

        Span<byte> word = stackalloc byte[sizeof(ulong)];
        word.Clear();
        _rest.Slice(1, digits).CopyTo(word[(sizeof(ulong) - digits)..]);
        var length = BinaryPrimitives.ReadUInt64BigEndian(word);
        if (length <= RlpLength.ShortPayload)
        {
            return Fail(RlpFault.NotCanonical);
        }

        if (length > int.MaxValue)
        {
            return Fail(RlpFault.TooLong);
        }

        payload = (int)length;
        return true;
    }

    private bool Fail(RlpFault fault)
    {
        if (Fault == RlpFault.None)
        {
            Fault = fault;
        }

        return false;
    }
}
