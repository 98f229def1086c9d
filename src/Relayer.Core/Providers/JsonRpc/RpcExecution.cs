using System.Text.Json;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using static Relayer.Core.Providers.JsonRpc.RpcValues;

namespace Relayer.Core.Providers.JsonRpc;

/// <summary>The call that runs a contract without a transaction, and what comes of it when it reverts.</summary>
internal static class RpcExecution
{
    public static RpcCall<byte[]> Call(EthCall call, BlockRef at) => new("eth_call", writer => WriteCall(writer, call, at), ReadBytes);

    /// <summary>At the newest block, which every node takes it to be about when none is named.</summary>
    public static RpcCall<ulong> EstimateGas(EthCall call) => new("eth_estimateGas", writer => WriteCall(writer, call), ReadQuantity);

    /// <summary>
    /// Revert data, wherever the node put it: <c>data</c> itself (geth), <c>data</c> after the word "Reverted"
    /// (nethermind, openethereum), or <c>data.data</c> (hardhat). Other things in <c>data</c>, such as a gateway's trace id, are not.
    /// </summary>
    public static bool TryReadRevertData(JsonElement error, out byte[] data)
    {
        data = [];
        if (error.TryGetProperty("data", out var element) && element.ValueKind == JsonValueKind.Object)
        {
            element = element.TryGetProperty("data", out var inner) ? inner : default;
        }

        return element.ValueKind == JsonValueKind.String
            && element.GetString() is { } text
            && Hex.TryDecode(text.StartsWith("Reverted ", StringComparison.Ordinal) ? text.AsSpan(9) : text, out data!);
    }

    private static void WriteCall(Utf8JsonWriter writer, EthCall call, BlockRef at)
    {
        WriteCall(writer, call);
        RpcBlocks.WriteBlock(writer, at);
    }

    private static void WriteCall(Utf8JsonWriter writer, EthCall call)
    {
        writer.WriteStartObject();
        if (call.From is { } from)
        {
            writer.WritePropertyName("from"u8);
            WriteBytes(writer, from.Span);
        }

        writer.WritePropertyName("to"u8);
        WriteBytes(writer, call.To.Span);
        writer.WritePropertyName("data"u8);
        WriteBytes(writer, call.Data.Span);
        if (call.Gas is { } gas)
        {
            writer.WriteString("gas"u8, Quantity(gas));
        }

        switch (call.Fees)
        {
            case TransactionFees.Dynamic offer:
                writer.WriteString("maxFeePerGas"u8, Quantity(offer.MaxFee));
                writer.WriteString("maxPriorityFeePerGas"u8, Quantity(offer.MaxPriorityFee));
                break;
            case TransactionFees.Legacy offer:
                writer.WriteString("gasPrice"u8, Quantity(offer.GasPrice));
                break;
        }

        if (!call.Value.IsZero)
        {
            writer.WriteString("value"u8, Quantity(call.Value));
        }

        writer.WriteEndObject();
    }
}
