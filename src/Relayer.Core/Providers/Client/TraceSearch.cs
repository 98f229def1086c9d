using System.Collections.Concurrent;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers.JsonRpc;

namespace Relayer.Core.Providers.Client;

/// <summary>Finds what came to an account in a block by a node's traces, whichever kind of them it has.</summary>
/// <remarks>A method that a node refuses is not asked of it again for a while. Safe for concurrent use.</remarks>
/// <param name="time">The clock.</param>
internal sealed class TraceSearch(TimeProvider time)
{
    /// <summary>How long a refusal is remembered: a node may be restarted with other methods, a plan may change.</summary>
    internal static readonly TimeSpan Remembered = TimeSpan.FromHours(6);

    // One by one is for blocks of rollups and small chains; a trace may be large, so that few come in one body.
    private const int MostTransactions = 200;
    private const int TransactionsInBatch = 20;

    private readonly ConcurrentDictionary<(RpcClient Client, string Method), DateTimeOffset> _refused = new();

    /// <summary>Asks a node for some blocks.</summary>
    /// <exception cref="ProviderFaultException">It has none, or not of these blocks, or not whole.</exception>
    public async Task<IReadOnlyList<NativePayment>> RunAsync(RpcClient client, IReadOnlyList<long> blocks, Address to, CancellationToken cancellation)
    {
        var found = new List<NativePayment>();
        foreach (var block in blocks)
        {
            found.AddRange(await OfBlockAsync(client, block, to, cancellation));
        }

        return found;
    }

    private async Task<IReadOnlyList<NativePayment>> OfBlockAsync(RpcClient client, long block, Address to, CancellationToken cancellation)
    {
        var contents = await client.SendAsync(RpcBlocks.Contents(block), cancellation);
        if (contents.Transactions.Count == 0)
        {
            return [];
        }

        return await TryAsync(client, [RpcTraces.Block(contents, to)], cancellation)
            ?? await TryAsync(client, [RpcTraces.DebugBlock(contents, to)], cancellation)
            ?? await OneByOneAsync(client, contents, to, cancellation)
            ?? throw new ProviderFaultException(ProviderFaultKind.Lacking, $"gives no traces of block {block}");
    }

    private async Task<IReadOnlyList<NativePayment>?> OneByOneAsync(
        RpcClient client, BlockContents contents, Address to, CancellationToken cancellation)
    {
        if (contents.Transactions.Count > MostTransactions)
        {
            return null;
        }

        var found = new List<NativePayment>();
        foreach (var some in contents.Transactions.Chunk(TransactionsInBatch))
        {
            if (await TryAsync(client, Array.ConvertAll(some, hash => RpcTraces.DebugTransaction(contents, hash, to)), cancellation) is not { } part)
            {
                return null;
            }

            found.AddRange(part);
        }

        return found;
    }

    /// <returns><see langword="null"/> where the node does not give it: then another method may be had.</returns>
    private async Task<IReadOnlyList<NativePayment>?> TryAsync(
        RpcClient client, RpcCall<IReadOnlyList<NativePayment>>[] calls, CancellationToken cancellation)
    {
        var key = (client, calls[0].Method);
        if (_refused.TryGetValue(key, out var until) && time.GetUtcNow() < until)
        {
            return null;
        }

        try
        {
            await client.SendAsync(calls, cancellation);
        }
        catch (ProviderFaultException fault) when (fault is { Kind: ProviderFaultKind.HttpStatus, Status: >= 401 and <= 405 })
        {
            Remember(); // Gateways refuse what a plan has not with a status; any other one may be gone the next time.
            return null;
        }
        catch (ProviderFaultException fault) when (fault.Kind is ProviderFaultKind.Oversized or ProviderFaultKind.BadReply)
        {
            return null;
        }

        if (calls.FirstOrDefault(call => call.Error is not null)?.Error is { } refusal)
        {
            if (NodeErrors.IsOfMethod(refusal, key.Method))
            {
                Remember();
            }

            return null;
        }

        return calls.Any(call => call.Fault is not null) ? null : [.. calls.SelectMany(call => call.Value)];

        void Remember() => _refused[key] = time.GetUtcNow() + Remembered;
    }
}
