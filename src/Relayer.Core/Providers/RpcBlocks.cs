using System.Text.Json;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers;

/// <summary>Calls about blocks and what is in them.</summary>
internal static partial class RpcJson
{
    /// <summary>The method whose refusals may mean that less should be asked for.</summary>
    public const string GetLogs = "eth_getLogs";

    public static RpcCall<BlockHeader?> Block(BlockRef block) => block.Hash is { } hash
        ? new("eth_getBlockByHash", writer => WriteHeaderOf(writer, hash), result => ReadHeaderOrNull(result, block))
        : new("eth_getBlockByNumber", writer => WriteHeaderAt(writer, block), result => ReadHeaderOrNull(result, block));

    public static RpcCall<byte[]> Code(Address account, BlockRef at) => new(
        "eth_getCode",
        writer =>
        {
            WriteBytes(writer, account.Span);
            WriteBlock(writer, at);
        },
        ReadBytes);

    public static RpcCall<IReadOnlyList<MinedLog>> Logs(LogFilter filter) =>
        new(GetLogs, writer => WriteFilter(writer, filter), result => ReadLogs(result, filter));

    /// <summary>A block as the second parameter of a state read: a tag, a height, or EIP-1898's object.</summary>
    private static void WriteBlock(Utf8JsonWriter writer, BlockRef block)
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

    private static string Tag(BlockRef block) => block.Number is { } number ? Quantity((ulong)number) : Latest;

    private static void WriteHeaderOf(Utf8JsonWriter writer, Hash32 hash)
    {
        WriteBytes(writer, hash.Span);
        writer.WriteBooleanValue(false);
    }

    private static void WriteHeaderAt(Utf8JsonWriter writer, BlockRef block)
    {
        writer.WriteStringValue(Tag(block));
        writer.WriteBooleanValue(false);
    }

    private static void WriteFilter(Utf8JsonWriter writer, LogFilter filter)
    {
        writer.WriteStartObject();
        writer.WriteString("fromBlock"u8, Quantity((ulong)filter.FromBlock));
        writer.WriteString("toBlock"u8, Quantity((ulong)filter.ToBlock));
        if (filter.Addresses.Count > 0)
        {
            writer.WriteStartArray("address"u8);
            foreach (var address in filter.Addresses)
            {
                WriteBytes(writer, address.Span);
            }

            writer.WriteEndArray();
        }

        writer.WriteStartArray("topics"u8);
        foreach (var allowed in filter.Topics)
        {
            WriteTopic(writer, allowed);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteTopic(Utf8JsonWriter writer, IReadOnlyList<Hash32> allowed)
    {
        if (allowed.Count == 0)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartArray();
        foreach (var topic in allowed)
        {
            WriteBytes(writer, topic.Span);
        }

        writer.WriteEndArray();
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

    private static MinedLog[] ReadLogs(JsonElement logs, LogFilter filter)
    {
        var read = RequireArray(logs, "logs").Select(log => ReadMinedLog(log, filter)).ToArray();

        // Nodes give them in this order; a gateway that asked several may not.
        return [.. read.OrderBy(log => log.BlockNumber).ThenBy(log => log.Index)];
    }

    private static MinedLog ReadMinedLog(JsonElement log, LogFilter filter)
    {
        var read = new MinedLog(
            ReadLog(log),
            ReadNumber(Required(log, "blockNumber")),
            ReadHash(Required(log, "blockHash")),
            ReadHash(Required(log, "transactionHash")),
            ReadNumber(Required(log, "logIndex")));
        return Fits(read, filter) ? read : throw Misshapen("a log of those asked for", log);
    }

    // What was not asked for is no answer to it: money may move on what is read here.
    private static bool Fits(MinedLog log, LogFilter filter) =>
        log.BlockNumber >= filter.FromBlock
        && log.BlockNumber <= filter.ToBlock
        && (filter.Addresses.Count == 0 || filter.Addresses.Contains(log.Event.Address))
        && log.Event.Topics.Count >= filter.Topics.Count
        && !filter.Topics.Where((allowed, i) => allowed.Count > 0 && !allowed.Contains(log.Event.Topics[i])).Any();
}
