using System.Text.Json;
using Relayer.Core.Ethereum;
using static Relayer.Core.Providers.JsonRpc.RpcShape;
using static Relayer.Core.Providers.JsonRpc.RpcValues;

namespace Relayer.Core.Providers.JsonRpc;

/// <summary>The call for events of a range.</summary>
internal static class RpcLogs
{
    /// <summary>The method whose refusals may mean that less should be asked for.</summary>
    public const string GetLogs = "eth_getLogs";

    public static RpcCall<IReadOnlyList<MinedLog>> Logs(LogFilter filter) =>
        new(GetLogs, writer => WriteFilter(writer, filter), result => ReadLogs(result, filter));

    /// <summary>An event, wherever it stands: among those of a range or in a receipt.</summary>
    public static LogEntry ReadLog(JsonElement log)
    {
        RequireObject(log, "a log");
        return new LogEntry(
            ReadAddress(Required(log, "address")),
            [.. RequireArray(Required(log, "topics"), "topics").Select(ReadHash)],
            ReadBytes(Required(log, "data")));
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
