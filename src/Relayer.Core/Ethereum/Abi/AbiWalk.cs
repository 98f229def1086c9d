using System.Buffers.Binary;

namespace Relayer.Core.Ethereum.Abi;

/// <summary>One walk over arguments, from front to back.</summary>
/// <param name="nodes">The types.</param>
/// <param name="data">The arguments, without a selector.</param>
internal ref struct AbiWalk(AbiNode[] nodes, ReadOnlySpan<byte> data)
{
    private const int Word = AbiWriter.Word;

    private readonly AbiNode[] _nodes = nodes;
    private readonly ReadOnlySpan<byte> _data = data;

    /// <summary>Where the first fault is.</summary>
    public int FaultAt { get; private set; }

    /// <summary>What it is.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>Walks what a type's encoding consists of.</summary>
    /// <param name="index">The type.</param>
    /// <param name="at">Where it begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <returns><see langword="false"/> with a fault.</returns>
    public bool TryBody(int index, int at, out int end)
    {
        ref readonly var node = ref _nodes[index];
        end = at + node.BodySize;
        if (node.BodySize > _data.Length - at)
        {
            return Says(_data.Length, CalldataFault.Short);
        }

        switch (node.Kind)
        {
            case AbiKind.Tail:
                return TryTail(at, out end);
            case AbiKind.Tuple:
                return TryMembers(index, at, out end);
            case AbiKind.FixedArray:
                return TryElements(index + 1, node.Size, at, out end);
            case AbiKind.Array:
                return TryLength(at, out var count) && TryElements(index + 1, count, at + Word, out end);
            default:
                return TryWord(node, at);
        }
    }

    private bool TryMembers(int tuple, int at, out int end)
    {
        var (head, last) = (at, _nodes[tuple].Next);
        end = at + _nodes[tuple].BodySize;
        for (var member = tuple + 1; member < last; member = _nodes[member].Next)
        {
            if (!TryItem(member, at, ref head, ref end))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryElements(int element, int count, int at, out int end)
    {
        end = at;
        var heads = (long)count * _nodes[element].HeadSize;
        if (heads > _data.Length - at)
        {
            return Says(_data.Length, CalldataFault.Short);
        }

        var head = at;
        end = at + (int)heads;
        for (var i = 0; i < count; i++)
        {
            if (!TryItem(element, at, ref head, ref end))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>In the head, or in the tail that begins exactly where the last one ended.</summary>
    private bool TryItem(int index, int start, ref int head, ref int end)
    {
        var at = head;
        head += _nodes[index].HeadSize;
        return _nodes[index].IsDynamic ? TryOffset(at, end - start) && TryBody(index, end, out end) : TryBody(index, at, out _);
    }

    private bool TryOffset(int at, int expected)
    {
        var word = _data.Slice(at, Word);
        return (!word[..^sizeof(int)].ContainsAnyExcept((byte)0) && BinaryPrimitives.ReadInt32BigEndian(word[^sizeof(int)..]) == expected)
            || Says(at, CalldataFault.Offset);
    }

    private bool TryTail(int at, out int end)
    {
        end = at;
        if (!TryLength(at, out var length))
        {
            return false;
        }

        var start = at + Word;
        var padded = ((long)length + Word - 1) / Word * Word;
        if (padded > _data.Length - start)
        {
            return Says(_data.Length, CalldataFault.Short);
        }

        end = start + (int)padded;
        var dirty = _data[(start + length)..end].IndexOfAnyExcept((byte)0);
        return dirty < 0 || Says(start + length + dirty, CalldataFault.Padding);
    }

    /// <summary>A length beyond 2^31 is more than there can be.</summary>
    private bool TryLength(int at, out int length)
    {
        var word = _data.Slice(at, Word);
        length = BinaryPrimitives.ReadInt32BigEndian(word[^sizeof(int)..]);
        return (!word[..^sizeof(int)].ContainsAnyExcept((byte)0) && length >= 0) || Says(_data.Length, CalldataFault.Short);
    }

    private bool TryWord(in AbiNode node, int at)
    {
        var word = _data.Slice(at, Word);
        if (node.Kind == AbiKind.FixedBytes)
        {
            var dirty = word[node.Size..].IndexOfAnyExcept((byte)0);
            return dirty < 0 || Says(at + node.Size + dirty, CalldataFault.Dirty);
        }

        // A bool is a number of one bit.
        var unused = Word - ((node.Size + 7) / 8);
        var sign = node.Kind == AbiKind.Signed && word[unused] >= 0x80 ? (byte)0xff : (byte)0;
        var wrong = word[..unused].IndexOfAnyExcept(sign);
        if (wrong < 0 && node.Size % 8 != 0 && word[unused] >> (node.Size % 8) != 0)
        {
            wrong = unused;
        }

        return wrong < 0 || Says(at + wrong, CalldataFault.Dirty);
    }

    private bool Says(int at, string fault)
    {
        (FaultAt, Fault) = (at, fault);
        return false;
    }
}
