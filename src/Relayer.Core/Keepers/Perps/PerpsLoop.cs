using Relayer.Core.Crashes;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Oracles;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Perps;

/// <summary>
/// The ERC-7412 loop: simulate, bring what the oracle asks for with the fee it asks, simulate again; a bounded number of rounds.
/// Tasks that would share a transaction share a simulation, and each round of all of them is one JSON-RPC batch.
/// </summary>
/// <remarks>The last round of each bundle is the very transaction that is to be sent, with its gas limit and value.</remarks>
internal sealed class PerpsLoop(IChainClient chain, IPriceSource prices, Address market, Address multicall, TimeProvider time)
{
    // What it asks, the fee, as it is sent, which call goes, and once more as it is sent; two to spare.
    private const int MaxRounds = 7;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    /// <summary>Brings every task to a simulation that succeeds, or to a decision.</summary>
    /// <param name="groups">Tasks that would share a transaction.</param>
    /// <param name="sender">Who would send.</param>
    /// <param name="gas">The gas limit of so many tasks.</param>
    /// <param name="refuse">What a refusal of the market means.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>What is ready to be sent, in the order of the groups. Tasks that are in none of it have decisions.</returns>
    public async Task<IReadOnlyList<PerpsBundle>> RunAsync(
        IEnumerable<PerpsTask[]> groups, Address sender, Func<int, ulong> gas, Func<PerpsTask, PerpsRefusal, string, Decision> refuse,
        CancellationToken cancellation)
    {
        var updates = new Dictionary<string, OracleUpdate>();
        PerpsBundle[] bundles = [.. groups.Select(group => new PerpsBundle(group))];
        while (bundles.Where(bundle => !bundle.IsReady).ToArray() is { Length: > 0 } open)
        {
            await BringAsync(open, updates, cancellation);
            bundles = [.. bundles.SelectMany(bundle => bundle.GoOn())];
            open = [.. bundles.Where(bundle => !bundle.IsReady)];
            foreach (var bundle in open)
            {
                bundle.Simulate([.. CallsOf(bundle, updates)]);
            }

            var outcomes = await chain.CallAsync(
                [.. open.Select(bundle => new EthCall(
                    sender, multicall, Multicall.Encode(bundle.Calls), gas(bundle.Tasks.Count), Multicall.ValueOf(bundle.Calls)))],
                cancellation);
            for (var i = 0; i < open.Length; i++)
            {
                new PerpsReading(open[i], updates, prices, refuse).Read(outcomes[i]);
                GiveUp(open[i]);
            }

            bundles = [.. bundles.SelectMany(bundle => bundle.GoOn())];
        }

        return bundles;
    }

    /// <summary>The updates that a bundle needs, then its tasks' calls.</summary>
    private IEnumerable<InnerCall> CallsOf(PerpsBundle bundle, Dictionary<string, OracleUpdate> updates)
    {
        // What is sent: a price update that fails is worth nothing to anybody, so it takes the whole with it, and its value stays
        // here. A task that somebody else was faster with must not take the others with it. While it is found out what goes, a task's
        // two calls stand one after the other: what fails leaves nothing behind, and after what succeeds the other has nothing to do.
        foreach (var update in bundle.Queries.Select(query => updates[query.Key]))
        {
            yield return new InnerCall(update.Query.Oracle, bundle.IsExact, update.Fee, update.Data);
        }

        foreach (var task in bundle.Tasks)
        {
            foreach (var call in task.Calls(bundle.IsExact))
            {
                yield return new InnerCall(market, bundle.IsExact && bundle.Tasks.Count == 1, Wei.Zero, call);
            }
        }
    }

    /// <summary>Fetches what is asked for and not there yet, each once.</summary>
    private async Task BringAsync(IReadOnlyList<PerpsBundle> open, Dictionary<string, OracleUpdate> updates, CancellationToken cancellation)
    {
        OracleQuery[] missing =
        [
            .. open.SelectMany(bundle => bundle.Queries).DistinctBy(query => query.Key).Where(query => !updates.ContainsKey(query.Key)),
        ];
        var answers = await Task.WhenAll(missing.Select(query => prices.ReadAsync(query, cancellation)));
        CrashPoints.PassIf(missing.Length > 0, CrashPoints.PriceFetched);
        for (var i = 0; i < missing.Length; i++)
        {
            if (answers[i] is PriceAnswer.Found found)
            {
                updates[missing[i].Key] = new OracleUpdate(missing[i], missing[i].FulfilData(found.Updates), Wei.Zero);
                continue;
            }

            foreach (var task in open.SelectMany(bundle => bundle.Tasks).Where(task => task.Queries.ContainsKey(missing[i].Key)))
            {
                task.Decision = Without(answers[i]);
            }
        }
    }

    private void GiveUp(PerpsBundle bundle)
    {
        if (!bundle.IsReady && !bundle.IsInDoubt && bundle.Rounds >= MaxRounds)
        {
            foreach (var task in bundle.Tasks)
            {
                task.Decision ??= new Decision.Wait(PerpsReasons.TooManyRounds, time.GetUtcNow() + Soon, null, IsAttempt: true);
            }
        }
    }

    private Decision.Wait Without(PriceAnswer answer) => answer switch
    {
        PriceAnswer.Missing missing => new(PerpsReasons.PriceMissing, time.GetUtcNow() + Soon, missing.Detail),
        PriceAnswer.Wrong wrong => new(PerpsReasons.PriceWrong, time.GetUtcNow() + Soon, wrong.Detail),
        PriceAnswer.Unavailable unavailable => new(PerpsReasons.OracleUnavailable, time.GetUtcNow() + Soon, unavailable.Detail),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
