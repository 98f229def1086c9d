using System.Text.Json.Nodes;
using static Storms.Liars.LieContext;

namespace Storms.Liars;

/// <summary>What a node says that has not seen the newest blocks. What is asked of the newest state is asked of an older one already. Pure.</summary>
internal static class StaleAnswers
{
    public static JsonObject Tell(JsonObject call, JsonObject honest, LieContext context)
    {
        var parameters = call["params"]!.AsArray();
        var result = honest["result"];
        return MethodOf(call) switch
        {
            "eth_blockNumber" => Result(call, Quantity(context.StaleHead)),
            "eth_getTransactionReceipt" or "eth_getTransactionByHash" when IsUnseen(result?["blockNumber"]) => Result(call, null),
            "eth_getTransactionByHash" when result is JsonObject pending && pending["blockNumber"] is null => Result(call, null),
            "eth_getBlockByNumber" or "trace_block" when IsUnseen(parameters[0]) => Result(call, null),
            "eth_getBlockByHash" when IsUnseen(result?["number"]) => Result(call, null),
            "eth_getBalance" or "eth_getCode" or "eth_getTransactionCount" or "eth_call" when IsUnseen(parameters[^1]) =>
                Refusal(call, -32000, "header not found"),
            "debug_traceBlockByHash" or "debug_traceTransaction" => Refusal(call, -32000, "block not found"),
            "eth_getLogs" when result is JsonArray logs => Result(
                call, new JsonArray([.. logs.Where(log => !IsUnseen(log!["blockNumber"])).Select(log => log!.DeepClone())])),
            _ => honest,
        };

        bool IsUnseen(JsonNode? number) => NumberOf(number) > context.StaleHead;
    }
}
