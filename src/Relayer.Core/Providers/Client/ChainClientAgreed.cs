using Relayer.Core.Ethereum;
using Relayer.Core.Providers.JsonRpc;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Providers.Client;

/// <summary>Calls and events, asked of all.</summary>
internal sealed partial class ChainClient
{
    public async Task<IReadOnlyList<CallOutcome?>> CallAgreedAsync(IReadOnlyList<EthCall> calls, CancellationToken cancellation)
    {
        if (_pool.Operators == 1 || calls.Count == 0)
        {
            return await CallAsync(calls, cancellation);
        }

        var answers = await _pool.AskAllAtHeadAsync(
            async (client, token) =>
            {
                var (head, asked) = (RpcChain.BlockNumber(), calls.Select(call => RpcExecution.Call(call, BlockRef.Latest)).ToArray());
                await client.SendAsync([head, .. asked], token);
                return new AtHead<CallOutcome?[]>(head.Value, Array.ConvertAll(asked, OutcomeOrNull));
            },
            cancellation,
            isEnough: some => Array.TrueForAll(Agree(some), outcome => outcome is not null));
        return Agree(answers);

        CallOutcome?[] Agree(IReadOnlyList<Told<CallOutcome?[]>> some) => [.. calls.Select((_, i) =>
        {
            Told<CallOutcome>[] told = [.. some.Where(answer => answer.Value[i] is not null).Select(answer => answer.Select(outcomes => outcomes[i]!))];
            return Quorum.Of([.. told.Select(one => one.Select(ContentOf))], _pool.Operators, out var agreed)
                ? told.First(one => ContentOf(one.Value) == agreed).Value
                : null;
        })];
    }

    public async Task<LogsOutcome> FindLogsAsync(LogFilter filter, CancellationToken cancellation)
    {
        var answers = await _pool.AskAllAtHeadAsync(
            async (client, token) =>
            {
                var (head, logs) = (RpcChain.BlockNumber(), RpcLogs.Logs(filter));
                await client.SendAsync([head, logs], token);
                LogsOutcome outcome = logs.Error is { Kind: NodeErrorKind.TooManyResults } error
                    ? new LogsOutcome.TooMany(error)
                    : new LogsOutcome.Found(head.Value, logs.Value);
                return head.Value < filter.ToBlock
                    ? throw new ProviderFaultException(ProviderFaultKind.Lagging, $"is at block {head.Value}, before the end of the range at {filter.ToBlock}")
                    : new AtHead<LogsOutcome>(head.Value, outcome);
            },
            cancellation);
        Told<LogsOutcome.Found>[] found = [.. answers.Where(answer => answer.Value is LogsOutcome.Found).Select(answer => answer.Select(one => (LogsOutcome.Found)one))];
        return found.Length == 0
            ? answers[0].Value
            : new LogsOutcome.Found(found.Max(one => one.Value.Head), [.. found.SelectMany(one => one.Value.Logs).DistinctBy(ContentOf)])
            {
                IsWhole = Quorum.Of<string>([.. found.Select(one => one.Select(WordsOf))], _pool.Operators, out _),
            };
    }

    // What one tells of an event another may tell otherwise: neither hides the other.
    private static (Hash32 Block, Hash32 Transaction, long Index, Address Address, Hash32 Told) ContentOf(MinedLog log) => (
        log.BlockHash, log.TransactionHash, log.Index, log.Event.Address,
        Keccak256.Hash([.. log.Event.Topics.SelectMany(topic => topic.ToArray()), .. log.Event.Data.Span]));

    private static string WordsOf(LogsOutcome.Found found) => string.Join('\n', found.Logs.Select(log => $"{ContentOf(log)}"));

    // What a node could not run, or answered unreadably, says nothing.
    private static CallOutcome? OutcomeOrNull(RpcCall<byte[]> call) => call.Fault is not null || call.Error is { Kind: NodeErrorKind.Unsupported } ? null : Outcome(call);

    // What was returned, to the last byte. A no is a no, in whatever words and with whatever data: clients differ in these.
    private static (bool IsReturned, Hash32 Data) ContentOf(CallOutcome outcome) =>
        outcome is CallOutcome.Returned returned ? (true, Keccak256.Hash(returned.Data.Span)) : default;
}
