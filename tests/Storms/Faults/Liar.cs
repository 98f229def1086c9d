using System.Globalization;
using System.Text.Json.Nodes;
using Relayer.Core.Ethereum;

namespace Storms.Faults;

/// <summary>Answers a body's calls one by one, in a well-formed way that is not true.</summary>
internal sealed class Liar(FaultSchedule.Slice slice, Func<int, int> draw, Func<string, Task<string>> forward)
{
    private const string Send = "eth_sendRawTransaction";

    private readonly List<string> _forgotten = [];

    public async Task<string> AnswerAsync(string body)
    {
        var root = JsonNode.Parse(body)!;
        JsonObject[] calls = root is JsonArray list ? [.. list.Select(item => item!.AsObject())] : [root.AsObject()];
        var head = slice.Fault == Fault.Lag ? await LaggingHeadAsync() : 0;
        var asked = calls.Select(call => Change(call, head)).ToArray();
        var honest = JsonNode.Parse(await forward(new JsonArray(asked).ToJsonString()))!.AsArray();
        var replies = calls.Zip(honest.OrderBy(reply => (int)reply!["id"]!).ToArray(), (call, reply) => Spoil(call, reply!.AsObject(), head)).ToArray();
        await DropAsync();
        return root is JsonArray ? new JsonArray([.. replies.Select(reply => reply.DeepClone())]).ToJsonString() : replies[0].ToJsonString();
    }

    /// <summary>What the node is asked instead.</summary>
    private JsonObject Change(JsonObject call, long head)
    {
        var changed = call.DeepClone().AsObject();
        var isKept = (string)call["method"]! == Send && (slice.Fault == Fault.NeverMine || (slice.Fault == Fault.NonceTooLow && draw(2) == 0));
        if (isKept)
        {
            (changed["method"], changed["params"]) = ("eth_chainId", new JsonArray());
        }
        else if (slice.Fault == Fault.Lag && changed["params"] is JsonArray parameters)
        {
            for (var i = 0; i < parameters.Count; i++)
            {
                if (parameters[i] is JsonValue value && value.TryGetValue<string>(out var tag) && tag is "latest" or "pending")
                {
                    parameters[i] = Quantity(head);
                }
            }
        }

        return changed;
    }

    /// <summary>What the app is told instead.</summary>
    private JsonObject Spoil(JsonObject call, JsonObject reply, long head)
    {
        var method = (string)call["method"]!;
        switch (slice.Fault)
        {
            case Fault.AnotherChain when method == "eth_chainId":
                return Result(call, "0x1");
            case Fault.Lag when method == "eth_blockNumber":
                return Result(call, Quantity(head));
            case Fault.Lag when method == "eth_getTransactionReceipt" && BlockOf(reply) > head:
                return Result(call, null);
            case Fault.NonceTooLow when method == Send:
                return Refusal(call, -32603, "nonce too low");
            case Fault.NeverMine when method == Send:
                return draw(3) == 0 ? Refusal(call, -32000, "already known") : Result(call, HashOf(call));
            case Fault.Forget when method == Send:
                _forgotten.Add(HashOf(call));
                return reply;
            default:
                return reply;
        }
    }

    private async Task<long> LaggingHeadAsync()
    {
        var answer = await forward("""{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}""");
        return Math.Max(0, Number((string)JsonNode.Parse(answer)!["result"]!) - slice.Lag);
    }

    private async Task DropAsync()
    {
        if (_forgotten.Count > 0)
        {
            var calls = _forgotten.Select((hash, id) => (JsonNode)Call(id, "anvil_dropTransaction", hash)).ToArray();
            await forward(new JsonArray(calls).ToJsonString());
        }
    }

    private static JsonObject Call(int id, string method, string parameter) =>
        new() { ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = method, ["params"] = new JsonArray(parameter) };

    private static JsonObject Result(JsonObject call, string? result) =>
        new() { ["jsonrpc"] = "2.0", ["id"] = call["id"]!.DeepClone(), ["result"] = result };

    private static JsonObject Refusal(JsonObject call, int code, string message) => new()
    {
        ["jsonrpc"] = "2.0",
        ["id"] = call["id"]!.DeepClone(),
        ["error"] = new JsonObject { ["code"] = code, ["message"] = message },
    };

    private static long BlockOf(JsonObject reply) => reply["result"] is JsonObject receipt ? Number((string)receipt["blockNumber"]!) : 0;

    private static string HashOf(JsonObject send) => Keccak256.Hash(Hex.Decode((string)send["params"]![0]!)).ToString();

    private static string Quantity(long value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    private static long Number(string quantity) => long.Parse(quantity.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
