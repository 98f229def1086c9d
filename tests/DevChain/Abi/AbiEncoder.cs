using System.Numerics;
using System.Text;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;

namespace DevChain.Abi;

/// <summary>Encodes values as contracts take them.</summary>
public static class AbiEncoder
{
    /// <summary>Encodes arguments: heads first, then the tails that they point to.</summary>
    /// <exception cref="ArgumentException">A value is not of its type: another kind, out of range, or of another length.</exception>
    public static byte[] Encode(AbiType.Tuple types, params IReadOnlyList<AbiValue> values) => Encode(default, types, values);

    internal static byte[] Encode(ReadOnlySpan<byte> prefix, AbiType.Tuple types, IReadOnlyList<AbiValue> values)
    {
        var result = new byte[checked(prefix.Length + SizeOfMembers(types, values))];
        prefix.CopyTo(result);
        WriteMembers(result.AsSpan(prefix.Length), types, values);
        return result;
    }

    /// <summary>Writes a static, elementary value's one word; the words of EIP-712 are the same.</summary>
    internal static void WriteWord(Span<byte> word, AbiType type, AbiValue value)
    {
        var writer = new AbiWriter(word);
        switch (type, value)
        {
            case (AbiType.Number integer, AbiValue.Number number) when Fits(integer, number.Value):
                var twosComplement = number.Value.Sign < 0 ? number.Value + (BigInteger.One << 256) : number.Value;
                writer.Write(UInt256.From(twosComplement));
                break;
            case (AbiType.Account, AbiValue.Account account):
                writer.Write(account.Address);
                break;
            case (AbiType.Flag, AbiValue.Flag flag):
                writer.Write(flag.Value);
                break;
            case (AbiType.FixedBytes bytes, AbiValue.Blob blob) when blob.Bytes.Length == bytes.Length:
                word.Clear();
                writer.Raw(blob.Bytes.Span);
                break;
            default:
                throw Mismatch(type);
        }
    }

    /// <summary>True when the number is in the type's range.</summary>
    internal static bool Fits(AbiType.Number type, BigInteger number) => type.IsSigned
        ? (number.Sign < 0 ? -number - 1 : number).GetBitLength() < type.Bits
        : number.Sign >= 0 && number.GetBitLength() <= type.Bits;

    internal static ArgumentException Mismatch(AbiType type) => new($"the value is not a {type}");

    private static int Size(AbiType type, AbiValue value) => (type, value) switch
    {
        (AbiType.Blob, AbiValue.Blob blob) => checked(AbiWriter.Word + AbiWriter.Padded(blob.Bytes.Length)),
        (AbiType.Text, AbiValue.Text text) => checked(AbiWriter.Word + AbiWriter.Padded(Encoding.UTF8.GetByteCount(text.Value))),
        (AbiType.Tuple tuple, AbiValue.Sequence members) => SizeOfMembers(tuple, members.Elements),
        (AbiType.Array array, AbiValue.Sequence elements) => SizeOfElements(array, elements.Elements),
        ({ IsDynamic: false } and not (AbiType.Tuple or AbiType.Array), _) => AbiWriter.Word,
        _ => throw Mismatch(type),
    };

    private static int SizeOfMembers(AbiType.Tuple tuple, IReadOnlyList<AbiValue> values)
    {
        if (tuple.Members.Count != values.Count)
        {
            throw Mismatch(tuple);
        }

        var size = 0;
        for (var i = 0; i < values.Count; i++)
        {
            size = checked(size + SizeWithHead(tuple.Members[i], values[i]));
        }

        return size;
    }

    private static int SizeOfElements(AbiType.Array array, IReadOnlyList<AbiValue> values)
    {
        if (array.Length is { } length && values.Count != length)
        {
            throw Mismatch(array);
        }

        var size = array.Length is null ? AbiWriter.Word : 0;
        foreach (var value in values)
        {
            size = checked(size + SizeWithHead(array.Element, value));
        }

        return size;
    }

    private static int SizeWithHead(AbiType type, AbiValue value) =>
        type.IsDynamic ? checked(AbiWriter.Word + Size(type, value)) : Size(type, value);

    private static int Write(Span<byte> target, AbiType type, AbiValue value)
    {
        switch (type, value)
        {
            case (AbiType.Blob, AbiValue.Blob blob):
                return WriteTail(target, blob.Bytes.Span);
            case (AbiType.Text, AbiValue.Text text):
                return WriteTail(target, Encoding.UTF8.GetBytes(text.Value));
            case (AbiType.Tuple tuple, AbiValue.Sequence members):
                return WriteMembers(target, tuple, members.Elements);
            case (AbiType.Array { Length: null } array, AbiValue.Sequence elements):
                new AbiWriter(target).Write((ulong)elements.Elements.Count);
                return AbiWriter.Word + WriteElements(target[AbiWriter.Word..], array, elements.Elements);
            case (AbiType.Array array, AbiValue.Sequence elements):
                return WriteElements(target, array, elements.Elements);
            default:
                WriteWord(target[..AbiWriter.Word], type, value);
                return AbiWriter.Word;
        }
    }

    private static int WriteTail(Span<byte> target, ReadOnlySpan<byte> bytes)
    {
        var writer = new AbiWriter(target);
        writer.Tail(bytes);
        return writer.Position;
    }

    private static int WriteMembers(Span<byte> target, AbiType.Tuple tuple, IReadOnlyList<AbiValue> values)
    {
        var head = 0;
        var tail = 0;
        foreach (var member in tuple.Members)
        {
            tail += member.HeadSize;
        }

        for (var i = 0; i < values.Count; i++)
        {
            WriteItem(target, tuple.Members[i], values[i], ref head, ref tail);
        }

        return tail;
    }

    private static int WriteElements(Span<byte> target, AbiType.Array array, IReadOnlyList<AbiValue> values)
    {
        var head = 0;
        var tail = array.Element.HeadSize * values.Count;
        foreach (var value in values)
        {
            WriteItem(target, array.Element, value, ref head, ref tail);
        }

        return tail;
    }

    private static void WriteItem(Span<byte> target, AbiType type, AbiValue value, ref int head, ref int tail)
    {
        if (type.IsDynamic)
        {
            new AbiWriter(target[head..]).Write((ulong)tail);
            tail += Write(target[tail..], type, value);
        }
        else
        {
            Write(target[head..], type, value);
        }

        head += type.HeadSize;
    }
}
