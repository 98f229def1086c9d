using System.Text.Json;
using Relayer.Core.Ethereum;
using static Relayer.Core.Providers.JsonRpc.RpcShape;
using static Relayer.Core.Providers.JsonRpc.RpcValues;

namespace Relayer.Core.Providers.JsonRpc;

/// <summary>Calls about what gas costs.</summary>
internal static class RpcFees
{
    public static RpcCall<Wei> GasPrice() => new("eth_gasPrice", WriteNothing, ReadWei);

    public static RpcCall<FeeHistory> FeeHistory(int blocks) =>
        new("eth_feeHistory", writer => WriteFeeHistory(writer, blocks), ReadFeeHistory);

    // Of each block's gas, this many hundredths paid no more.
    private static void WriteFeeHistory(Utf8JsonWriter writer, int blocks)
    {
        writer.WriteStringValue(Quantity((ulong)blocks));
        writer.WriteStringValue("latest"u8);
        writer.WriteStartArray();
        writer.WriteNumberValue(25);
        writer.WriteNumberValue(50);
        writer.WriteNumberValue(90);
        writer.WriteEndArray();
    }

    private static FeeHistory ReadFeeHistory(JsonElement history)
    {
        RequireObject(history, "a fee history");
        var fees = RequireArray(Required(history, "baseFeePerGas"), "base fees").Select(ReadWei).ToArray();
        var used = RequireArray(Required(history, "gasUsedRatio"), "ratios").Select(ReadRatio).ToArray();

        // Some chains know no tips and leave the rewards out.
        var tips = Optional(history, "reward") is { } reward
            ? RequireArray(reward, "rewards").Select(block => BlockTips.From([.. RequireArray(block, "rewards").DefaultIfEmpty().Select(ReadWei)])).ToArray()
            : [];
        return fees.Length > 0 && (used.Length == tips.Length || tips.Length == 0)
            ? new FeeHistory(fees[^1], [.. tips.Where((_, block) => used[block] > 0)])
            : throw Misshapen("a fee history", history);
    }

    private static double ReadRatio(JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var ratio) ? ratio : throw Misshapen("a ratio", element);
}
