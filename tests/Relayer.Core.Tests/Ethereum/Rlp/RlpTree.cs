using System.Text;
using System.Text.Json;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Rlp;

namespace Relayer.Core.Tests.Ethereum.Rlp;

/// <summary>Any RLP item: bytes, or a list. Written and read with the writer and reader under test.</summary>
internal sealed record RlpTree(byte[]? Bytes, RlpTree[]? Items)
{
    public static RlpTree Of(params byte[] bytes) => new(bytes, null);

    public static RlpTree Of(string ascii) => Of(Encoding.ASCII.GetBytes(ascii));

    public static RlpTree List(params RlpTree[] items) => new(null, items);

    public static RlpTree From(JsonElement json) => json.ValueKind == JsonValueKind.Array
        ? List([.. json.EnumerateArray().Select(From)])
        : Of(Hex.Decode(json.GetString()));

    public byte[] Encode()
    {
        var encoded = new byte[Length];
        var writer = new RlpWriter(encoded);
        Write(ref writer);
        Assert.Equal(encoded.Length, writer.Position);
        return encoded;
    }

    public static bool TryDecode(ReadOnlySpan<byte> encoded, out RlpTree? tree, out RlpFault fault)
    {
        var reader = new RlpReader(encoded);
        var read = TryRead(ref reader, out tree, out fault) && reader.TryEnd();
        fault = read ? RlpFault.None : fault == RlpFault.None ? reader.Fault : fault;
        return read;
    }

    public bool Same(RlpTree? other) => Bytes is { } bytes
        ? other?.Bytes is { } others && bytes.SequenceEqual(others)
        : other?.Items is { } items && items.Length == Items!.Length && Items.Zip(items).All(pair => pair.First.Same(pair.Second));

    private int Length => Items is null ? RlpLength.Of((ReadOnlySpan<byte>)Bytes) : RlpLength.OfPayload(Items.Sum(item => item.Length));

    private void Write(ref RlpWriter writer)
    {
        if (Items is null)
        {
            writer.Write((ReadOnlySpan<byte>)Bytes);
            return;
        }

        writer.StartList(Items.Sum(item => item.Length));
        foreach (var item in Items)
        {
            item.Write(ref writer);
        }
    }

    private static bool TryRead(ref RlpReader reader, out RlpTree? tree, out RlpFault fault)
    {
        (tree, fault) = (null, RlpFault.None);
        if (!reader.IsAtList)
        {
            var read = reader.TryReadBytes(out var bytes);
            (tree, fault) = (Of(bytes.ToArray()), reader.Fault);
            return read;
        }

        if (!reader.TryReadList(out var items))
        {
            fault = reader.Fault;
            return false;
        }

        var list = new List<RlpTree>();
        while (!items.IsAtEnd)
        {
            if (!TryRead(ref items, out var item, out fault))
            {
                return false;
            }

            list.Add(item!);
        }

        tree = List([.. list]);
        return true;
    }
}
