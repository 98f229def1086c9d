using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Relayer.Core.Providers.JsonRpc;

/// <summary>Reads the body of a JSON-RPC reply and hands each answer to its call. Ids are the positions in the batch, from 1.</summary>
internal static class RpcReplies
{
    // Calls nest 1,024 deep (the EVM's own limit), and each is an object in a list. Reading does not recurse.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 2_200 };

    /// <summary>
    /// Matches replies by id, in whatever order they come. A call whose own answer is missing, doubled or malformed gets a fault of its own; the
    /// others keep their answers.
    /// </summary>
    /// <exception cref="ProviderFaultException">The body as a whole is no reply, or no call got a usable answer.</exception>
    public static void Read(ReadOnlyMemory<byte> body, IReadOnlyList<RpcCall> calls)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Deep);
            ReadAll(document.RootElement, calls);
        }
        catch (JsonException fault)
        {
            // The exception's own text quotes the body: not passed on.
            throw Bad($"the answer is not JSON (at byte {fault.BytePositionInLine})");
        }
        catch (InvalidOperationException)
        {
            throw HalfCharacter();
        }

        if (calls.All(call => call.Fault is not null))
        {
            throw calls[0].Fault!;
        }
    }

    private static void ReadAll(JsonElement root, IReadOnlyList<RpcCall> calls)
    {
        var answered = new bool[calls.Count];
        if (calls.Count == 1)
        {
            ReadOne(IsReply(root) ? root : throw NoReply(), calls, answered);
        }
        else
        {
            foreach (var reply in root.ValueKind == JsonValueKind.Array ? root.EnumerateArray() : throw RefusedAsAWhole(root))
            {
                ReadOne(reply, calls, answered);
            }
        }

        for (var i = 0; i < answered.Length; i++)
        {
            if (!answered[i])
            {
                calls[i].Fail(Bad("no answer to this call"));
            }
        }
    }

    /// <summary>What is no answer to any call is passed over: the call it may have been meant for has none then.</summary>
    private static void ReadOne(JsonElement reply, IReadOnlyList<RpcCall> calls, bool[] answered)
    {
        if (Position(reply, calls.Count) is not { } place)
        {
            return;
        }

        var call = calls[place];
        if (answered[place])
        {
            call.Fail(Bad("two answers to one call"));
            return;
        }

        answered[place] = true;
        try
        {
            Take(IsReply(reply) ? reply : throw NoReply(), call);
        }
        catch (ProviderFaultException fault)
        {
            call.Fail(fault);
        }
        catch (FormatException fault)
        {
            call.Fail(Bad(fault.Message));
        }
        catch (InvalidOperationException)
        {
            call.Fail(HalfCharacter());
        }
    }

    private static void Take(JsonElement reply, RpcCall call)
    {
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

    private static bool IsReply(JsonElement reply) => reply.ValueKind == JsonValueKind.Object
        && reply.TryGetProperty("jsonrpc", out var version)
        && version.ValueKind == JsonValueKind.String
        && version.ValueEquals("2.0"u8);

    /// <returns>Which call it answers; <see langword="null"/> for none.</returns>
    private static int? Position(JsonElement reply, int count)
    {
        if (reply.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (reply.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out var number)
            && number >= 1 && number <= count)
        {
            return number - 1;
        }

        // One error for all, or for a part that does not say which.
        return reply.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object ? throw RefusedAsAWhole(reply) : null;
    }

    private static void Refuse(RpcCall call, JsonElement error)
    {
        var (read, data) = ReadError(error);
        var node = call.Method == RpcLogs.GetLogs ? NodeErrors.OfLogs(read) : read;
        if (node.Kind == NodeErrorKind.RateLimited)
        {
            throw new ProviderFaultException(ProviderFaultKind.RateLimited, $"asks for fewer requests: {node.Message}", node.Figures?.RetryAfter);
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
            ? new ProviderFaultException(ProviderFaultKind.RateLimited, $"asks for fewer requests: {node.Message}", node.Figures?.RetryAfter)
            : new ProviderFaultException(ProviderFaultKind.BatchRefused, $"refuses the request as a whole: {node.Message}");
    }

    // The parser lets half characters pass; whoever reads the text that holds one meets it.
    private static ProviderFaultException HalfCharacter() => Bad("the answer holds text that is no Unicode");

    private static ProviderFaultException NoReply() => Bad("the answer is not JSON-RPC 2.0");

    private static ProviderFaultException Bad(string message) => new(ProviderFaultKind.BadReply, message);
}
