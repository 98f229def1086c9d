using System.Globalization;
using System.Text.Unicode;
using Nethereum.ABI;
using Nethereum.ABI.Model;
using Relayer.Core.Ethereum.Abi;

namespace Relayer.Core.Keepers.Contracts;

/// <summary>
/// Says whether bytes are the strict encoding of a type, without making values of them: offsets can neither loop nor point twice at the
/// same bytes, padding is zero, a length is paid for in bytes, and numbers are within their type.
/// </summary>
/// <remarks>
/// Nethereum's decoders believe offsets and lengths, copy what lies behind them, and throw whatever comes; what has passed here is only
/// ever the encoding of a value. Work grows with the input alone; nothing is allocated.
/// </remarks>
internal abstract class AbiShape
{
    private AbiShape(bool isDynamic, int headSize) => (IsDynamic, HeadSize) = (isDynamic, headSize);

    /// <summary>Bytes in the head: 32 for a dynamic type, all of a static one.</summary>
    public int HeadSize { get; }

    private bool IsDynamic { get; }

    /// <summary>The shape of arguments or return values.</summary>
    /// <exception cref="NotSupportedException">A type is none of the ABI's.</exception>
    public static AbiShape Of(IEnumerable<Parameter> parameters) => new Members([.. parameters.Select(parameter => Of(parameter.ABIType))]);

    /// <summary>True when the data begins with the strict encoding.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="size">How many of them it takes.</param>
    public abstract bool TryWalk(ReadOnlySpan<byte> data, out int size);

    private static AbiShape Of(ABIType type) => type switch
    {
        TupleType tuple => new Members([.. tuple.Components.OrderBy(component => component.Order).Select(component => Of(component.ABIType))]),
        DynamicArrayType array => new Array(Of(array.ElementType), null),
        StaticArrayType array => new Array(Of(array.ElementType), array.FixedSize / array.ElementType.FixedSize),
        AddressType => new Word((ref AbiReader reader) => reader.Address()),
        BoolType => new Word((ref AbiReader reader) => reader.Flag()),
        BytesType => new Tail(_ => true),
        StringType => new Tail(Utf8.IsValid),
        IntType number when number.Name.StartsWith('u') => Unsigned(Width(number.CanonicalName, "uint")),
        IntType number => Signed(Width(number.CanonicalName, "int")),
        _ when type.Name.StartsWith("bytes", StringComparison.Ordinal) => FixedBytes(Width(type.Name, "bytes")),
        _ => throw new NotSupportedException($"{type.Name} is no type of the ABI"),
    };

    private static Word Unsigned(int bits) => new((ref AbiReader reader) => reader.Number(bits));

    private static Word Signed(int bits) => new((ref AbiReader reader) => reader.Signed(bits));

    private static Word FixedBytes(int length) => new((ref AbiReader reader) => reader.Bytes(length));

    private static int Width(string name, string prefix) => int.Parse(name.AsSpan(prefix.Length), CultureInfo.InvariantCulture);

    /// <summary>Walks an item: in the head, or in the tail that begins exactly where the last one ended.</summary>
    private static bool TryItem(AbiShape shape, ReadOnlySpan<byte> data, ref int head, ref int end)
    {
        var at = head;
        head += shape.HeadSize;
        if (!shape.IsDynamic)
        {
            return shape.TryWalk(data[at..], out _);
        }

        var reader = new AbiReader(data[at..]);
        reader.Expect(end);
        if (!reader.IsIntact || !shape.TryWalk(data[end..], out var size))
        {
            return false;
        }

        end += size;
        return true;
    }

    private delegate void Read(ref AbiReader reader);

    private delegate bool Accepts(ReadOnlySpan<byte> bytes);

    private sealed class Word(Read read) : AbiShape(false, AbiWriter.Word)
    {
        public override bool TryWalk(ReadOnlySpan<byte> data, out int size)
        {
            var reader = new AbiReader(data);
            read(ref reader);
            size = reader.Position;
            return reader.IsIntact;
        }
    }

    private sealed class Tail(Accepts accepts) : AbiShape(true, AbiWriter.Word)
    {
        public override bool TryWalk(ReadOnlySpan<byte> data, out int size)
        {
            var reader = new AbiReader(data);
            var bytes = reader.Tail();
            size = reader.Position;
            return reader.IsIntact && accepts(bytes);
        }
    }

    private sealed class Members(AbiShape[] members) : AbiShape(
        members.Any(member => member.IsDynamic), members.Any(member => member.IsDynamic) ? AbiWriter.Word : members.Sum(member => member.HeadSize))
    {
        public override bool TryWalk(ReadOnlySpan<byte> data, out int size)
        {
            var head = 0;
            size = members.Sum(member => member.HeadSize);
            if (size > data.Length)
            {
                return false;
            }

            foreach (var member in members)
            {
                if (!TryItem(member, data, ref head, ref size))
                {
                    return false;
                }
            }

            return true;
        }
    }

    private sealed class Array(AbiShape element, int? length) : AbiShape(
        length is null || element.IsDynamic, length is null || element.IsDynamic ? AbiWriter.Word : length.Value * element.HeadSize)
    {
        public override bool TryWalk(ReadOnlySpan<byte> data, out int size)
        {
            size = 0;
            var (count, start) = (length ?? 0, 0);
            if (length is null)
            {
                var reader = new AbiReader(data);
                count = reader.Count();
                start = reader.Position;
                if (!reader.IsIntact)
                {
                    return false;
                }
            }

            var body = data[start..];
            if ((long)count * element.HeadSize > body.Length)
            {
                return false;
            }

            var head = 0;
            var end = count * element.HeadSize;
            for (var i = 0; i < count; i++)
            {
                if (!TryItem(element, body, ref head, ref end))
                {
                    return false;
                }
            }

            size = start + end;
            return true;
        }
    }
}
