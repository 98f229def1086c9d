using System.Text.Json;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers.Agreement;
using static Relayer.Core.Providers.JsonRpc.RpcShape;
using static Relayer.Core.Providers.JsonRpc.RpcValues;

namespace Relayer.Core.Providers.JsonRpc;

/// <summary>Calls about blocks and what their transactions carry.</summary>
internal static class RpcBlocks
{
    private const string Latest = "latest";

    public static RpcCall<BlockHeader> Head() => new("eth_getBlockByNumber", WriteLatestHeader, ReadHeader);

    public static RpcCall<BlockHeader> HeaderAt(long block) =>
        new("eth_getBlockByNumber", writer => WriteNumbered(writer, BlockRef.At(block), false), ReadHeader);

    public static RpcCall<BlockHeader?> Block(BlockRef block) => block.Hash is { } hash
        ? new("eth_getBlockByHash", writer => WriteHeaderOf(writer, hash), result => ReadHeaderOrNull(result, block))
        : new("eth_getBlockByNumber", writer => WriteNumbered(writer, block, false), result => ReadHeaderOrNull(result, block));

    /// <summary>What a block's transactions carry to an account.</summary>
    public static RpcCall<IReadOnlyList<NativeTransfer>> Transfers(long block, Address to) =>
        new("eth_getBlockByNumber", writer => WriteNumbered(writer, BlockRef.At(block), true), result => ReadTransfers(result, block, to));

    /// <summary>A block's hash and its transactions.</summary>
    public static RpcCall<BlockContents> Contents(long block) =>
        new("eth_getBlockByNumber", writer => WriteNumbered(writer, BlockRef.At(block), false), result => ReadContents(result, block));

    /// <summary>The transaction in a block that an account sent with a nonce, if there is one.</summary>
    public static RpcCall<NonceHolder?> SentBy(long block, Address account, ulong nonce) => new(
        "eth_getBlockByNumber", writer => WriteNumbered(writer, BlockRef.At(block), true), result => ReadSentBy(result, block, account, nonce));

    /// <summary>A block as the second parameter of a state read: a tag, a height, or EIP-1898's object.</summary>
    public static void WriteBlock(Utf8JsonWriter writer, BlockRef block)
    {
        if (block.Hash is not { } hash)
        {
            writer.WriteStringValue(Tag(block));
            return;
        }

        writer.WriteStartObject();
        writer.WritePropertyName("blockHash"u8);
        WriteBytes(writer, hash.Span);
        writer.WriteBoolean("requireCanonical"u8, true);
        writer.WriteEndObject();
    }

    private static void WriteLatestHeader(Utf8JsonWriter writer) => WriteNumbered(writer, BlockRef.Latest, false);

    private static void WriteNumbered(Utf8JsonWriter writer, BlockRef block, bool inFull)
    {
        writer.WriteStringValue(Tag(block));
        writer.WriteBooleanValue(inFull);
    }

    private static void WriteHeaderOf(Utf8JsonWriter writer, Hash32 hash)
    {
        WriteBytes(writer, hash.Span);
        writer.WriteBooleanValue(false);
    }

    private static string Tag(BlockRef block) => block.Number is { } number ? Quantity((ulong)number) : Latest;

    private static BlockHeader ReadHeader(JsonElement block)
    {
        RequireObject(block, "a block");
        var seconds = ReadNumber(Required(block, "timestamp"));
        return seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? new BlockHeader(
                ReadNumber(Required(block, "number")),
                ReadHash(Required(block, "hash")),
                DateTimeOffset.FromUnixTimeSeconds(seconds),
                Optional(block, "baseFeePerGas") is { } baseFee ? ReadWei(baseFee) : null)
            {
                ParentHash = Optional(block, "parentHash") is { } parent ? ReadHash(parent) : default,
                GasLimit = Optional(block, "gasLimit") is { } most ? ReadQuantity(most) : null,
            }
            : throw Misshapen("a block's time", block);
    }

    private static BlockHeader? ReadHeaderOrNull(JsonElement block, BlockRef asked)
    {
        if (block.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var header = ReadHeader(block);
        return (asked.Hash is null || asked.Hash == header.Hash) && (asked.Number is null || asked.Number == header.Number)
            ? header
            : throw Misshapen("the block asked for", block);
    }

    private static List<NativeTransfer> ReadTransfers(JsonElement block, long asked, Address to)
    {
        var number = ReadNumberOf(block, asked);
        var transfers = new List<NativeTransfer>();
        foreach (var transaction in RequireArray(Required(block, "transactions"), "transactions"))
        {
            RequireObject(transaction, "a transaction");
            if (Optional(transaction, "to") is { } recipient && ReadAddress(recipient) == to
                && ReadWei(Required(transaction, "value")) is { IsZero: false } value)
            {
                transfers.Add(new NativeTransfer(
                    number, ReadHash(Required(transaction, "hash")), ReadAddress(Required(transaction, "from")), value));
            }
        }

        return transfers;
    }

    private static BlockContents ReadContents(JsonElement block, long asked)
    {
        var number = ReadNumberOf(block, asked);
        return new BlockContents(
            number, ReadHash(Required(block, "hash")), [.. RequireArray(Required(block, "transactions"), "transactions").Select(ReadHash)]);
    }

    private static NonceHolder? ReadSentBy(JsonElement block, long asked, Address account, ulong nonce)
    {
        var number = ReadNumberOf(block, asked);
        var hash = ReadHash(Required(block, "hash"));
        NonceHolder? holder = null;
        foreach (var transaction in RequireArray(Required(block, "transactions"), "transactions"))
        {
            RequireObject(transaction, "a transaction");
            if (ReadAddress(Required(transaction, "from")) == account && ReadQuantity(Required(transaction, "nonce")) == nonce)
            {
                holder = new NonceHolder(ReadHash(Required(transaction, "hash")), number, hash);
            }
        }

        return holder;
    }

    private static long ReadNumberOf(JsonElement block, long asked)
    {
        RequireObject(block, "a block");
        var number = ReadNumber(Required(block, "number"));
        return number == asked ? number : throw Misshapen("the block asked for", block);
    }
}

/// <summary>What a block holds.</summary>
/// <param name="Number">Its height.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Transactions">Their hashes, in the block's order.</param>
internal sealed record BlockContents(long Number, Hash32 Hash, IReadOnlyList<Hash32> Transactions);
