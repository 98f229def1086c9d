using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Relayer.Core.Providers.JsonRpc;

/// <summary>Reads the body of a JSON-RPC reply and hands each answer to its call. Ids are the positions in the batch, from 1.</summary>
internal static class RpcReplies
{
    /// <summary>Matches replies by id, in whatever order they come.</summary>
    /// <exception cref="ProviderFaultException">Anything but exactly one well-formed answer for each call.</exception>
    public static void Read(ReadOnlyMemory<byte> body, IReadOnlyList<RpcCall> calls)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (calls.Count == 1)
            {
                ReadOne(document.RootElement, calls, answered: new bool[1]);
            }
            else
            {
                ReadBatch(document.RootElement, calls);
            }
        }
        catch (JsonException fault)
        {
            // The exception's own text quotes the body: not passed on.
            throw Bad($"the answer is not JSON (at byte {fault.BytePositionInLine})");
        }
        catch (FormatException fault)
        {
            throw Bad(fault.Message);
        }
        catch (InvalidOperationException)
        {
            // The parser lets half characters pass; whoever reads the text that holds one meets it.
            throw Bad("the answer holds text that is no Unicode");
        }
    }

    private static void ReadBatch(JsonElement root, IReadOnlyList<RpcCall> calls)
    {
        if (root.ValueKind != JsonValueKind.Array)
        {
            throw RefusedAsAWhole(root);
        }

        if (root.GetArrayLength() != calls.Count)
        {
            throw Bad($"{root.GetArrayLength()} answers to {calls.Count} calls");
        }

        var answered = new bool[calls.Count];
        foreach (var reply in root.EnumerateArray())
        {
            ReadOne(reply, calls, answered);
        }
    }

    private static void ReadOne(JsonElement reply, IReadOnlyList<RpcCall> calls, bool[] answered)
    {
        if (reply.ValueKind != JsonValueKind.Object
            || !reply.TryGetProperty("jsonrpc", out var version)
            || version.ValueKind != JsonValueKind.String
            || !version.ValueEquals("2.0"u8))
        {
            throw Bad("the answer is not JSON-RPC 2.0");
        }

        var call = calls[Position(reply, answered)];
        var hasResult = reply.TryGetProperty("result", out var result);
        var hasError = reply.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null;
        switch (hasResult, hasError)
        {
            case (true, false):
                call.Accept(result);
                break;
            case (_, true) when !hasResult || result.ValueKind == JsonValueKind.Null:
                Refuse(call, error);
                break;
            default:
                throw Bad("the answer has not one of result and error");
        }
    }

    private static int Position(JsonElement reply, bool[] answered)
    {
        if (!reply.TryGetProperty("id", out var id)
            || id.ValueKind != JsonValueKind.Number
            || !id.TryGetInt32(out var number)
            || number < 1
            || number > answered.Length
            || answered[number - 1])
        {
            throw reply.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object
                ? RefusedAsAWhole(reply)
                : Bad("an answer to no call, or a second one");
        }

        answered[number - 1] = true;
        return number - 1;
    }

    private static void Refuse(RpcCall call, JsonElement error)
    {
        var (read, data) = ReadError(error);
        var node = call.Method == RpcLogs.GetLogs ? NodeErrors.OfLogs(read) : read;
        if (node.Kind == NodeErrorKind.RateLimited)
        {
            throw new ProviderFaultException(ProviderFaultKind.RateLimited, $"asks for fewer requests: {node.Message}");
        }

        call.Refuse(node, data);
    }

    private static (NodeError Error, byte[] RevertData) ReadError(JsonElement error)
    {
        if (error.ValueKind != JsonValueKind.Object
            || !error.TryGetProperty("code", out var code)
            || code.ValueKind != JsonValueKind.Number
            || !code.TryGetInt32(out var number)
            || !error.TryGetProperty("message", out var message)
            || message.ValueKind != JsonValueKind.String)
        {
            throw Bad("the error has not a code and a message");
        }

        var hasData = RpcExecution.TryReadRevertData(error, out var data);
        return (NodeErrors.Read(number, Words(message), hasData), data);
    }

    // A node quotes contracts, and may cut what they say in the middle of a character: then the words are taken as they stand.
    private static string Words(JsonElement message)
    {
        try
        {
            return message.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(message)[1..^1]);
        }
    }

    // One error for all: the node or a gateway before it did not get as far as the calls.
    private static ProviderFaultException RefusedAsAWhole(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("error", out var error))
        {
            return Bad("the answer to a batch is not a list");
        }

        var (node, _) = ReadError(error);
        return node.Kind == NodeErrorKind.RateLimited && !node.Message.Contains("batch", StringComparison.OrdinalIgnoreCase)
            ? new ProviderFaultException(ProviderFaultKind.RateLimited, $"asks for fewer requests: {node.Message}")
            : new ProviderFaultException(ProviderFaultKind.BatchRefused, $"refuses the request as a whole: {node.Message}");
    }

    private static ProviderFaultException Bad(string message) => new(ProviderFaultKind.BadReply, message);
}
