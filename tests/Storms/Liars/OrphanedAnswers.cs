using System.Text.Json.Nodes;
using static Storms.Liars.LieContext;

namespace Storms.Liars;

/// <summary>What a node says that is on blocks which are not canonical: another one for each, the same for every node that lies so. Pure.</summary>
internal static class OrphanedAnswers
{
    public static JsonObject Tell(JsonObject call, JsonObject honest, LieContext context)
    {
        var reply = honest.DeepClone().AsObject();
        if (MethodOf(call) == "eth_getTransactionReceipt" && reply["result"] is null && reply["error"] is null)
        {
            reply["result"] = Made((string)call["params"]![0]!, context.Head);
        }

        Rename(reply["result"], MethodOf(call).StartsWith("eth_getBlock", StringComparison.Ordinal));
        return reply;
    }

    private static void Rename(JsonNode? node, bool isBlock)
    {
        switch (node)
        {
            case JsonArray list:
                foreach (var item in list)
                {
                    Rename(item, isBlock: false);
                }

                break;
            case JsonObject one:
                foreach (var name in new[] { "blockHash", isBlock ? "hash" : "", isBlock ? "parentHash" : "" })
                {
                    if (one[name] is JsonValue value && value.TryGetValue<string>(out var hash))
                    {
                        one[name] = Other(hash);
                    }
                }

                Rename(one["logs"], isBlock: false);
                Rename(one["transactions"], isBlock: false);
                break;
        }
    }

    /// <summary>A receipt of what is not mined: it was, in a block that is no more.</summary>
    private static JsonObject Made(string hash, long head) => new()
    {
        ["transactionHash"] = hash,
        ["transactionIndex"] = "0x0",
        ["blockHash"] = Other(hash),
        ["blockNumber"] = Quantity(Math.Max(0, head - 1)),
        ["status"] = "0x1",
        ["gasUsed"] = "0x186a0",
        ["cumulativeGasUsed"] = "0x186a0",
        ["effectiveGasPrice"] = "0x3b9aca00",
        ["type"] = "0x2",
        ["logs"] = new JsonArray(),
    };
}
