using System.Text.Json;
using Relayer.Core.Ethereum;
using static Relayer.Core.Providers.JsonRpc.RpcShape;
using static Relayer.Core.Providers.JsonRpc.RpcValues;

namespace Relayer.Core.Providers.JsonRpc;

/// <summary>
/// Calls for traces, read as what they pay to an account. There are two families: <c>trace_block</c> (Erigon, Nethermind, Reth, anvil;
/// <see href="https://openethereum.github.io/JSONRPC-trace-module"/>) and geth's <c>callTracer</c>
/// (<see href="https://geth.ethereum.org/docs/developers/evm-tracing/built-in-tracers"/>).
/// </summary>
internal static class RpcTraces
{
    /// <summary>The whole block, flat.</summary>
    public static RpcCall<IReadOnlyList<NativePayment>> Block(BlockContents block, Address to) => new(
        "trace_block", writer => writer.WriteStringValue(Quantity((ulong)block.Number)), result => FlatTraces.Read(result, block, to));

    /// <summary>The whole block, as trees of calls.</summary>
    public static RpcCall<IReadOnlyList<NativePayment>> DebugBlock(BlockContents block, Address to) =>
        new("debug_traceBlockByHash", writer => WriteTracer(writer, block.Hash), result => ReadTrees(result, block, to));

    /// <summary>One transaction, as a tree of calls.</summary>
    public static RpcCall<IReadOnlyList<NativePayment>> DebugTransaction(BlockContents block, Hash32 hash, Address to) =>
        new("debug_traceTransaction", writer => WriteTracer(writer, hash), result => CallTree.Read(result, block.Number, hash, to));

    private static void WriteTracer(Utf8JsonWriter writer, Hash32 hash)
    {
        WriteBytes(writer, hash.Span);
        writer.WriteStartObject();
        writer.WriteString("tracer"u8, "callTracer"u8);
        writer.WriteEndObject();
    }

    // In the block's order; newer nodes name the transaction too.
    private static List<NativePayment> ReadTrees(JsonElement trees, BlockContents block, Address to)
    {
        var (found, place) = (new List<NativePayment>(), 0);
        foreach (var tree in RequireArray(trees, "traces"))
        {
            RequireObject(tree, "a trace");
            if (place == block.Transactions.Count || (Optional(tree, "txHash") is { } hash && ReadHash(hash) != block.Transactions[place]))
            {
                throw Misshapen("the traces of the block asked for", trees);
            }

            found.AddRange(CallTree.Read(Required(tree, "result"), block.Number, block.Transactions[place++], to));
        }

        return place == block.Transactions.Count ? found : throw Misshapen("the traces of all transactions", trees);
    }
}
