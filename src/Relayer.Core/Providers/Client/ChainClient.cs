using Relayer.Core.Concurrency;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers.JsonRpc;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Providers.Client;

/// <summary>One chain over its providers. Calls and broadcasts of many callers at once share JSON-RPC batches.</summary>
internal sealed partial class ChainClient : IChainClient
{
    // Lists that are gathered into one batch, and batches under way at once. A single caller never waits for either.
    private const int MaxGathered = 100;
    private const int Parallelism = 4;

    // Blocks looked back on for the tip: long enough for a median, short enough to follow a rush.
    private const int FeeHistoryBlocks = 5;

    private readonly RpcPool _pool;
    private readonly ChainReads _reads;
    private readonly Broadcast _broadcast;
    private readonly TraceSearch _traces;
    private readonly Coalescer<IReadOnlyList<EthCall>, IReadOnlyList<CallOutcome>> _calls;
    private readonly Coalescer<IReadOnlyList<ReadOnlyMemory<byte>>, IReadOnlyList<SendOutcome>> _sends;

    public ChainClient(RpcPool pool, TimeProvider time)
    {
        (_pool, _reads, _broadcast, _traces) = (pool, new ChainReads(pool), new Broadcast(pool), new TraceSearch(time));
        _calls = new((lists, token) => RunTogetherAsync(lists, (calls, t) => CallBatchAsync(calls, BlockRef.Latest, t), token), MaxGathered, Parallelism);
        _sends = new((lists, token) => RunTogetherAsync(lists, _broadcast.SendAsync, token), MaxGathered, Parallelism);
    }

    public ChainId ChainId => _pool.ChainId;

    public async Task<ChainId> ReadChainIdAsync(CancellationToken cancellation) =>
        new(await _pool.RunPinnedAsync((client, token) => client.SendAsync(RpcChain.ChainId(), token), cancellation));

    public Task<BlockHeader> ReadHeadAsync(CancellationToken cancellation) => _reads.ReadHeadAsync(cancellation);

    public Task<IReadOnlyList<ProviderReport>> ObserveProvidersAsync(CancellationToken cancellation) => _pool.ObserveAsync(cancellation);

    public async Task<IReadOnlyList<CallOutcome>> CallAsync(IReadOnlyList<EthCall> calls, CancellationToken cancellation) =>
        calls.Count == 0 ? [] : await _calls.RunAsync(calls, cancellation);

    public async Task<IReadOnlyList<CallOutcome>> CallAsync(
        IReadOnlyList<EthCall> calls, BlockRef at, CancellationToken cancellation) =>
        calls.Count == 0 ? [] : await CallBatchAsync(calls, at, cancellation);

    public async Task<IReadOnlyList<GasEstimate>> EstimateGasAsync(IReadOnlyList<EthCall> calls, CancellationToken cancellation) =>
        calls.Count == 0 ? [] : Array.ConvertAll(await _reads.AskAsync([.. calls.Select(RpcExecution.EstimateGas)], BlockRef.Latest, cancellation), Estimate);

    public Task<LogsOutcome> ReadLogsAsync(LogFilter filter, CancellationToken cancellation) =>
        _reads.ReadLogsAsync(filter, cancellation);

    public Task<BlocksAtHead> ReadBlocksAsync(IReadOnlyList<BlockRef> blocks, CancellationToken cancellation) =>
        _reads.ReadBlocksAsync(blocks, cancellation);

    public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadCodeAsync(
        IReadOnlyList<Address> accounts, BlockRef at, CancellationToken cancellation) =>
        _reads.ReadCodeAsync(accounts, at, cancellation);

    public async Task<IReadOnlyList<SendOutcome>> SendRawAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> raw, CancellationToken cancellation) =>
        raw.Count == 0 ? [] : await _sends.RunAsync(raw, cancellation);

    public Task<ReceiptsAtHead> ReadReceiptsAsync(IReadOnlyList<Hash32> hashes, CancellationToken cancellation) =>
        _reads.ReadReceiptsAsync(hashes, cancellation);

    public async Task<IReadOnlyList<ulong>> ReadNoncesAsync(IReadOnlyList<Address> accounts, CancellationToken cancellation) =>
        accounts.Count == 0 ? [] : await _reads.ReadNoncesAsync(accounts, cancellation);

    public Task<IReadOnlyList<Wei>> ReadBalancesAsync(IReadOnlyList<Address> accounts, CancellationToken cancellation) =>
        _reads.ReadBalancesAsync(accounts, cancellation);

    public bool NoteConfirmed(long height) => _pool.NoteConfirmed(height);

    public async Task<FeeMarket> ReadFeeMarketAsync(CancellationToken cancellation) => (await ReadFeeMarketAsync([], cancellation)).Market;

    public async Task<(FeeMarket Market, IReadOnlyList<CallOutcome> Outcomes)> ReadFeeMarketAsync(IReadOnlyList<EthCall> beside, CancellationToken cancellation)
    {
        // One that lies about the price must not have it paid: the middle answer of those that agree on the head, the lower of two.
        var answers = await _pool.AskAllAtHeadAsync(
            async (client, token) =>
            {
                var (head, price, history) = (RpcBlocks.Head(), RpcFees.GasPrice(), RpcFees.FeeHistory(FeeHistoryBlocks));
                var calls = beside.Select(call => RpcExecution.Call(call, BlockRef.Latest)).ToArray();
                await client.SendAsync([head, price, history, .. calls], token);
                var market = FeeMarkets.Read(head.Value, price.Value, history.Error is null ? history.Value : null);
                CallOutcome[] outcomes = [.. calls.Select(call => call.Error is { Kind: NodeErrorKind.Unsupported } error ? new CallOutcome.Refused(error) : Outcome(call))];
                return new AtHead<Tuple<FeeMarket, CallOutcome[]>>(head.Value.Number, Tuple.Create(market, outcomes));
            },
            cancellation,
            isEnough: _ => true);
        var voices = answers.GroupBy(answer => answer.Operator).Select(same => FeeMarkets.Middle([.. same.Select(answer => answer.Value)], answer => answer.Item1));
        var (market, outcomes) = FeeMarkets.Middle([.. voices], answer => answer.Item1);
        return (market, outcomes);
    }

    private async Task<CallOutcome[]> CallBatchAsync(IReadOnlyList<EthCall> calls, BlockRef at, CancellationToken cancellation) =>
        Array.ConvertAll(await _reads.AskAsync([.. calls.Select(call => RpcExecution.Call(call, at))], at, cancellation), Outcome);

    private static CallOutcome Outcome(RpcCall<byte[]> call) => call.Error switch
    {
        null => new CallOutcome.Returned(call.Value),
        { Kind: NodeErrorKind.Reverted } error => new CallOutcome.Reverted(call.RevertData, error.Message),

        // The node has not the state to run it on: another one may.
        { Kind: NodeErrorKind.Unsupported } error => throw new ProviderFaultException(ProviderFaultKind.Lacking, error.Message),
        var error => new CallOutcome.Refused(error),
    };

    private static GasEstimate Estimate(RpcCall<ulong> call) => call.Error switch
    {
        null => new(call.Value, null),
        { Kind: NodeErrorKind.Reverted } error => new(null, new CallOutcome.Reverted(call.RevertData, error.Message)),
        var error => new(null, new CallOutcome.Refused(error)),
    };

    /// <summary>Runs the lists of several callers as one, and gives each caller its part.</summary>
    private static async Task<IReadOnlyList<IReadOnlyList<TOut>>> RunTogetherAsync<TIn, TOut>(
        IReadOnlyList<IReadOnlyList<TIn>> lists,
        Func<IReadOnlyList<TIn>, CancellationToken, Task<TOut[]>> run,
        CancellationToken cancellation)
    {
        if (lists.Count == 1)
        {
            return [await run(lists[0], cancellation)];
        }

        var answers = await run([.. lists.SelectMany(list => list)], cancellation);
        var parts = new IReadOnlyList<TOut>[lists.Count];
        var start = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = new ArraySegment<TOut>(answers, start, lists[i].Count);
            start += lists[i].Count;
        }

        return parts;
    }
}
