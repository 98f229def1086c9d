using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;

namespace DevChain.Abi;

/// <summary>
/// Decodes what contracts answer, in the specification's strict mode: only the bytes that encoding the result would give.
/// </summary>
/// <remarks>
/// So offsets can neither loop nor point twice at the same bytes, padding is zero, a length is paid for in bytes, and work and memory
/// grow with the input alone. Depth is the type's own.
/// </remarks>
public static class AbiDecoder
{
    /// <summary>Decodes arguments or return values.</summary>
    /// <param name="types">What is expected.</param>
    /// <param name="data">The bytes, without a selector.</param>
    /// <param name="values">One for each type.</param>
    /// <param name="allowTrailing">Takes more bytes after the last value, as a newer contract may return.</param>
    /// <returns><see langword="false"/> for anything but the strict encoding; never an exception.</returns>
    public static bool TryDecode(
        AbiType.Tuple types, ReadOnlySpan<byte> data, [NotNullWhen(true)] out IReadOnlyList<AbiValue>? values, bool allowTrailing = false)
    {
        values = null;
        if (!TryMembers(types, data, out var members, out var size) || (size != data.Length && !allowTrailing))
        {
            return false;
        }

        values = members;
        return true;
    }

    private static bool TryRead(AbiType type, ReadOnlySpan<byte> data, [NotNullWhen(true)] out AbiValue? value, out int size)
    {
        value = null;
        size = AbiWriter.Word;
        switch (type)
        {
            case AbiType.Tuple tuple when TryMembers(tuple, data, out var members, out size):
                value = new AbiValue.Sequence(members);
                return true;
            case AbiType.Array array:
                return TryArray(array, data, out value, out size);
            case AbiType.Blob when TryTail(data, out var bytes, out size):
                value = new AbiValue.Blob(bytes.ToArray());
                return true;
            case AbiType.Text when TryTail(data, out var bytes, out size):
                return TryText(bytes, out value);
            default:
                return data.Length >= AbiWriter.Word && TryWord(type, data[..AbiWriter.Word], out value);
        }
    }

    private static bool TryWord(AbiType type, ReadOnlySpan<byte> word, [NotNullWhen(true)] out AbiValue? value)
    {
        value = type switch
        {
            AbiType.Number integer when new BigInteger(word, !integer.IsSigned, true) is var number
                && AbiEncoder.Fits(integer, number) => new AbiValue.Number(number),
            AbiType.Account when IsZero(word[..AddressPadding]) => new AbiValue.Account(new Address(word[AddressPadding..])),
            AbiType.Flag when IsZero(word[..^1]) && word[^1] <= 1 => new AbiValue.Flag(word[^1] == 1),
            AbiType.FixedBytes bytes when IsZero(word[bytes.Length..]) => new AbiValue.Blob(word[..bytes.Length].ToArray()),
            _ => null,
        };
        return value is not null;
    }

    private static bool TryArray(AbiType.Array array, ReadOnlySpan<byte> data, [NotNullWhen(true)] out AbiValue? value, out int size)
    {
        value = null;
        size = 0;
        var start = 0;
        if (array.Length is not { } count)
        {
            start = AbiWriter.Word;
            if (!TryLength(data, out count))
            {
                return false;
            }
        }

        var body = data[start..];
        var tail = (long)array.Element.HeadSize * count;
        if (tail > body.Length)
        {
            return false;
        }

        // Every element has a head in the input, so this never reserves more than was sent.
        var elements = new AbiValue[count];
        var head = 0;
        var end = (int)tail;
        for (var i = 0; i < count; i++)
        {
            if (!TryItem(array.Element, body, ref head, ref end, out var element))
            {
                return false;
            }

            elements[i] = element;
        }

        value = new AbiValue.Sequence(elements);
        size = start + end;
        return true;
    }

    private static bool TryMembers(
        AbiType.Tuple tuple, ReadOnlySpan<byte> data, [NotNullWhen(true)] out AbiValue[]? values, out int size)
    {
        values = null;
        size = 0;
        var tail = 0L;
        foreach (var member in tuple.Members)
        {
            tail += member.HeadSize;
        }

        if (tail > data.Length)
        {
            return false;
        }

        var members = new AbiValue[tuple.Members.Count];
        var head = 0;
        var end = (int)tail;
        for (var i = 0; i < members.Length; i++)
        {
            if (!TryItem(tuple.Members[i], data, ref head, ref end, out var member))
            {
                return false;
            }

            members[i] = member;
        }

        values = members;
        size = end;
        return true;
    }

    // Heads are known to be inside the data. A tail begins exactly where the last one ended.
    private static bool TryItem(
        AbiType type, ReadOnlySpan<byte> data, ref int head, ref int end, [NotNullWhen(true)] out AbiValue? value)
    {
        value = null;
        var read = type.IsDynamic
            ? TryLength(data[head..], out var offset) && offset == end && TryRead(type, data[end..], out value, out var size)
                && Advance(ref end, size)
            : TryRead(type, data[head..], out value, out _);
        head += type.HeadSize;
        return read;
    }

    private static bool Advance(ref int end, int size)
    {
        end += size;
        return true;
    }

    private static bool TryTail(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> bytes, out int size)
    {
        bytes = default;
        size = 0;
        if (!TryLength(data, out var length) || length > data.Length - AbiWriter.Word)
        {
            return false;
        }

        var padded = (long)AbiWriter.Word + (((long)length + AbiWriter.Word - 1) / AbiWriter.Word * AbiWriter.Word);
        if (padded > data.Length || !IsZero(data[(AbiWriter.Word + length)..(int)padded]))
        {
            return false;
        }

        bytes = data.Slice(AbiWriter.Word, length);
        size = (int)padded;
        return true;
    }

    private static bool TryText(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out AbiValue? value)
    {
        value = System.Text.Unicode.Utf8.IsValid(bytes) ? new AbiValue.Text(Encoding.UTF8.GetString(bytes)) : null;
        return value is not null;
    }

    private static bool TryLength(ReadOnlySpan<byte> data, out int length)
    {
        length = 0;
        if (data.Length < AbiWriter.Word || !IsZero(data[..(AbiWriter.Word - sizeof(int))]))
        {
            return false;
        }

        length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(data[(AbiWriter.Word - sizeof(int))..]);
        return length >= 0;
    }

    private const int AddressPadding = AbiWriter.Word - Address.Size;

    private static bool IsZero(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept((byte)0);
}
