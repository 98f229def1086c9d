using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Oracles;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Perps;

/// <summary>
/// The ERC-7412 loop: simulate, bring what the oracle asks for with the fee it asks, simulate again; a bounded number of rounds.
/// Many tasks at once: each round is one JSON-RPC batch.
/// </summary>
internal sealed class PerpsLoop(IChainClient chain, IPriceSource prices, Address market, Address multicall, TimeProvider time)
{
    private const int MaxRounds = 6;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    /// <summary>Brings every task to a simulation that succeeds, or to a verdict.</summary>
    /// <param name="tasks">The tasks.</param>
    /// <param name="sender">Who would send.</param>
    /// <param name="gas">What one task may use.</param>
    /// <param name="refuse">What a refusal of the market means.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The updates, by their queries' keys.</returns>
    public async Task<IReadOnlyDictionary<string, OracleUpdate>> RunAsync(
        IReadOnlyList<PerpsTask> tasks, Address sender, ulong gas, Func<PerpsTask, PerpsRefusal, string, Verdict> refuse,
        CancellationToken cancellation)
    {
        var updates = new Dictionary<string, OracleUpdate>();
        for (var round = 0; round < MaxRounds && tasks.Any(task => task.IsOpen); round++)
        {
            await BringAsync(tasks, updates, cancellation);
            PerpsTask[] open = [.. tasks.Where(task => task.IsOpen)];
            var calls = open.Select(task => CallsOf(task, updates, isRequired: false)).ToArray();
            var outcomes = await chain.CallAsync(
                [.. calls.Select(inner => new EthCall(sender, multicall, Multicall.Encode(inner), gas, Multicall.ValueOf(inner)))], cancellation);
            for (var i = 0; i < open.Length; i++)
            {
                Read(open[i], calls[i], outcomes[i], updates, refuse);
            }
        }

        foreach (var task in tasks.Where(task => task.IsOpen))
        {
            task.Verdict = new Verdict.Wait(PerpsReasons.TooManyRounds, time.GetUtcNow() + Soon, null, IsAttempt: true);
        }

        return updates;
    }

    /// <summary>The updates that a task needs, then its call.</summary>
    public IReadOnlyList<InnerCall> CallsOf(PerpsTask task, IReadOnlyDictionary<string, OracleUpdate> updates, bool isRequired) =>
        [.. UpdatesOf([task], updates, isRequired), new InnerCall(market, isRequired, Wei.Zero, task.Call)];

    /// <summary>What several tasks need, each update once.</summary>
    public static IEnumerable<InnerCall> UpdatesOf(
        IEnumerable<PerpsTask> tasks, IReadOnlyDictionary<string, OracleUpdate> updates, bool isRequired) =>
        tasks.SelectMany(task => task.Queries.Keys).Distinct().Select(key => updates[key])
            .Select(update => new InnerCall(update.Query.Oracle, isRequired, update.Fee, update.Data));

    /// <summary>Fetches what is asked for and not there yet.</summary>
    private async Task BringAsync(IReadOnlyList<PerpsTask> tasks, Dictionary<string, OracleUpdate> updates, CancellationToken cancellation)
    {
        OracleQuery[] missing =
        [
            .. tasks.Where(task => task.IsOpen).SelectMany(task => task.Queries.Values).DistinctBy(query => query.Key)
                .Where(query => !updates.ContainsKey(query.Key)),
        ];
        var answers = await Task.WhenAll(missing.Select(query => prices.ReadAsync(query, cancellation)));
        for (var i = 0; i < missing.Length; i++)
        {
            if (answers[i] is PriceAnswer.Found found)
            {
                updates[missing[i].Key] = new OracleUpdate(missing[i], missing[i].FulfilData(found.Updates), Wei.Zero);
                continue;
            }

            foreach (var task in tasks.Where(task => task.IsOpen && task.Queries.ContainsKey(missing[i].Key)))
            {
                task.Verdict = Without(answers[i]);
            }
        }
    }

    private Verdict.Wait Without(PriceAnswer answer) => answer switch
    {
        PriceAnswer.Missing missing => new(PerpsReasons.PriceMissing, time.GetUtcNow() + Soon, missing.Detail),
        PriceAnswer.Wrong wrong => new(PerpsReasons.PriceWrong, time.GetUtcNow() + Soon, wrong.Detail),
        PriceAnswer.Unavailable unavailable => new(PerpsReasons.OracleUnavailable, time.GetUtcNow() + Soon, unavailable.Detail),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private void Read(
        PerpsTask task, IReadOnlyList<InnerCall> calls, CallOutcome outcome, Dictionary<string, OracleUpdate> updates,
        Func<PerpsTask, PerpsRefusal, string, Verdict> refuse)
    {
        if (outcome is not CallOutcome.Returned returned || !Multicall.TryRead(returned.Data.Span, calls.Count, out var results))
        {
            task.Verdict = refuse(task, PerpsRefusal.Unknown, Describe(outcome));
            return;
        }

        // The updates first: as long as one of them fails, the call says nothing.
        var keys = task.Queries.Keys.ToArray();
        var settled = true;
        for (var i = 0; i < keys.Length; i++)
        {
            if (!results[i].IsSuccess)
            {
                settled = false;
                Pay(task, keys[i], calls[i].Value, results[i].Data.Span, updates, refuse);
            }
        }

        if (settled)
        {
            Read(task, results[^1], refuse);
        }
    }

    private void Pay(
        PerpsTask task, string key, Wei sent, ReadOnlySpan<byte> error, Dictionary<string, OracleUpdate> updates,
        Func<PerpsTask, PerpsRefusal, string, Verdict> refuse)
    {
        if (OracleNeed.Read(error) is OracleNeed.Fee fee && fee.Amount != sent)
        {
            updates[key] = updates[key] with { Fee = fee.Amount };
            return;
        }

        prices.Forget(updates[key].Query);
        task.Verdict = refuse(task, PerpsErrors.Read(error), PerpsErrors.Describe(error));
    }

    private void Read(PerpsTask task, InnerResult result, Func<PerpsTask, PerpsRefusal, string, Verdict> refuse)
    {
        if (result.IsSuccess)
        {
            task.Returned = result.Data;
            return;
        }

        if (OracleNeed.Read(result.Data.Span) is OracleNeed.Data need)
        {
            var isNew = false;
            foreach (var query in need.Queries)
            {
                isNew |= task.Queries.TryAdd(query.Key, query);
            }

            // Asked again for what it was given: the data does not satisfy it.
            if (!isNew)
            {
                need.Queries.ToList().ForEach(prices.Forget);
                task.Verdict = refuse(task, PerpsRefusal.WrongPrice, "the oracle asks again for what it was given");
            }

            return;
        }

        var refusal = PerpsErrors.Read(result.Data.Span);
        if (refusal != PerpsRefusal.PriceExceeded || !task.TryInstead())
        {
            task.Verdict = refuse(task, refusal, PerpsErrors.Describe(result.Data.Span));
        }
    }

    private static string Describe(CallOutcome outcome) => outcome switch
    {
        CallOutcome.Reverted reverted => PerpsErrors.Describe(reverted.Data.Span),
        CallOutcome.Refused refused => refused.Error.Message,
        _ => "the multicall answered junk",
    };
}
