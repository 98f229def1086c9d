using System.Text.Json;
using Relayer.Core.Ethereum;
using static Relayer.Core.Providers.JsonRpc.RpcShape;
using static Relayer.Core.Providers.JsonRpc.RpcValues;

namespace Relayer.Core.Providers.JsonRpc;

/// <summary>A block's calls as <c>trace_block</c> tells them: one after the other, each with its place in the tree.</summary>
internal static class FlatTraces
{
    /// <summary>What the calls paid to an account.</summary>
    public static IReadOnlyList<NativePayment> Read(JsonElement traces, BlockContents block, Address to)
    {
        var calls = RequireArray(traces, "traces").Select(Read).Where(call => call.Hash is not null).ToArray();
        if (calls.Any(call => call.Block != block.Hash)
            || !calls.Where(call => call.Place.Length == 0).Select(call => call.Hash!.Value).ToHashSet().SetEquals(block.Transactions))
        {
            throw Misshapen("the traces of all transactions of the block asked for", traces);
        }

        // What is under a call that failed did not happen, and says nothing of it itself.
        var failed = calls.Where(call => call.HasFailed).ToLookup(call => call.Hash!.Value, call => call.Place);
        return [.. calls
            .Where(call => call.To == to && !call.Value.IsZero && !failed[call.Hash!.Value].Any(place => call.Place.AsSpan().StartsWith(place)))
            .Select(call => new NativePayment(block.Number, call.Hash!.Value, call.From, call.Value, call.Place.Length > 0))];
    }

    private static FlatCall Read(JsonElement trace)
    {
        RequireObject(trace, "a trace");
        Hash32? hash = Optional(trace, "transactionHash") is { } named ? ReadHash(named) : null; // A block's reward has none.
        var call = new FlatCall(
            ReadHash(Required(trace, "blockHash")), hash,
            [.. RequireArray(Required(trace, "traceAddress"), "a place").Select(step => step.GetInt32())],
            Optional(trace, "error") is not null, default, null, Wei.Zero);
        var action = Required(trace, "action");
        return Required(trace, "type").GetString() switch
        {
            "call" when Optional(action, "callType")?.GetString() is null or "call" => call with
            {
                From = ReadAddress(Required(action, "from")),
                To = ReadAddress(Required(action, "to")),
                Value = ReadWei(Required(action, "value")),
            },
            "suicide" => call with
            {
                From = ReadAddress(Required(action, "address")),
                To = ReadAddress(Required(action, "refundAddress")),
                Value = ReadWei(Required(action, "balance")),
            },
            _ => call,
        };
    }

    private sealed record FlatCall(Hash32 Block, Hash32? Hash, int[] Place, bool HasFailed, Address From, Address? To, Wei Value);
}
