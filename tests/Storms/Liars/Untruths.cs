using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using static Storms.Liars.LieContext;

namespace Storms.Liars;

/// <summary>Well-formed answers that are not true, another one each time, so that no two of them agree. Pure.</summary>
internal static class Untruths
{
    public static JsonObject Tell(JsonObject call, JsonObject honest, LieContext context)
    {
        var (reply, salt) = (honest.DeepClone().AsObject(), context.Number);
        var result = reply["result"];
        switch (MethodOf(call))
        {
            case "eth_chainId":
                return Result(call, Quantity(1 + salt));
            case "eth_blockNumber" or "eth_getTransactionCount":
                return Result(call, Quantity(Math.Max(0, NumberOf(result)!.Value + (context.IsOdd ? 1 + salt : -1 - salt))));
            case "eth_getBalance" or "eth_gasPrice":
                return Result(call, context.IsOdd ? Quantity(salt) : Times(result, 1_000 + salt));
            case "eth_getCode":
                return Result(call, $"0x60{salt % 256:x2}");
            case "eth_call" when context.IsOdd:
                return Refusal(call, 3, "execution reverted", "0x");
            case "eth_call":
                return Result(call, $"0x{salt:x64}");
            case "eth_sendRawTransaction":
                return context.IsOdd ? Result(call, $"0x{salt:x64}") : Refusal(call, -32000, "nonce too low");
            case "eth_getTransactionReceipt":
                Receipt(reply, call, context);
                break;
            case "eth_getTransactionByHash" when result is JsonObject transaction:
                (transaction["from"], transaction["input"]) = ($"0x{salt + 1:x40}", $"0x{salt % 256:x2}");
                break;
            case "trace_block" when context.IsOdd:
                return Result(call, new JsonArray());
            case "eth_feeHistory" when result is JsonObject history:
                history["baseFeePerGas"] = new JsonArray([.. history["baseFeePerGas"]!.AsArray().Select(fee => (JsonNode)Times(fee, context.IsOdd ? 0 : 1_000 + salt))]);
                break;
            case "eth_getBlockByNumber" or "eth_getBlockByHash" when result is JsonObject block:
                Block(block, context);
                break;
            default:
                Figures(result, salt);
                break;
        }

        return reply;
    }

    private static void Receipt(JsonObject reply, JsonObject call, LieContext context)
    {
        if (reply["result"] is JsonObject receipt)
        {
            receipt["status"] = NumberOf(receipt["status"]) == 1 ? "0x0" : "0x1";
            receipt["gasUsed"] = Quantity(NumberOf(receipt["gasUsed"])!.Value + 1 + context.Number);
            receipt["logs"] = new JsonArray();
        }
        else if (context.IsOdd)
        {
            reply["result"] = OrphanedAnswers.Tell(call, Result(call, null), context)["result"]!.DeepClone();
            reply["result"]!["status"] = "0x0";
        }
    }

    private static void Block(JsonObject block, LieContext context)
    {
        block["hash"] = Other((string)block["hash"]!, context.Number);
        block["timestamp"] = Quantity(NumberOf(block["timestamp"])!.Value + ((context.IsOdd ? 3_600 : -3_600) * (1 + (context.Number % 3))));
        block["transactions"] = new JsonArray();
    }

    /// <summary>Whatever else is a figure or bytes of a trace or an event.</summary>
    private static void Figures(JsonNode? node, int salt)
    {
        switch (node)
        {
            case JsonArray list:
                foreach (var item in list)
                {
                    Figures(item, salt);
                }

                break;
            case JsonObject one:
                foreach (var name in new[] { "value", "data" })
                {
                    if (one[name] is JsonValue value && value.TryGetValue<string>(out var text) && text.StartsWith("0x", StringComparison.Ordinal))
                    {
                        one[name] = name == "value" ? Times(value, 2 + salt) : text.Length > 66 ? $"0x{salt:x64}{text[66..]}" : text;
                    }
                }

                foreach (var child in one.Select(member => member.Value).ToArray())
                {
                    Figures(child, salt);
                }

                break;
        }
    }

    private static string Times(JsonNode? quantity, int factor)
    {
        var value = BigInteger.Parse("0" + ((string)quantity!)[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture) * factor;
        return value.IsZero ? "0x0" : "0x" + value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
    }
}
