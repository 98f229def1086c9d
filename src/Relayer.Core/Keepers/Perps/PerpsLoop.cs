using Relayer.Core.Crashes;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Oracles;
using Relayer.Core.Keepers.Perps.Gas;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Perps;

/// <summary>
/// The ERC-7412 loop: simulate, bring what the oracle asks for with the fee it asks, simulate again; a bounded number of rounds.
/// Tasks that would share a transaction share a simulation, and each round of all of them is one JSON-RPC batch.
/// </summary>
/// <remarks>
/// What it takes is found out with as much gas as nodes allow, then measured. The last round of each bundle is the very transaction that is to be sent, with its gas
/// limit and value.
/// </remarks>
/// <param name="chain">The chain.</param>
/// <param name="prices">Where prices come from.</param>
/// <param name="market">The market's proxy.</param>
/// <param name="multicall">The forwarder of several calls.</param>
/// <param name="time">The clock.</param>
/// <param name="mayGuess">What a call takes may be guessed from others of its function; false where they have little in common.</param>
internal sealed class PerpsLoop(IChainClient chain, IPriceSource prices, Address market, Address multicall, TimeProvider time, bool mayGuess = false)
{
    // What it asks, the fee, as it is sent, which call goes, and twice more as it is sent, measured; two to spare.
    private const int MaxRounds = 8;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private readonly GasBook _book = new(time);

    // With so much it is found out what goes; no more than a transaction may have where a node refuses that.
    private ulong _widest = GasMeter.Most;

    /// <summary>Brings every task to a simulation that succeeds, or to a decision.</summary>
    /// <param name="groups">Tasks that would share a transaction.</param>
    /// <param name="sender">Who would send.</param>
    /// <param name="room">How much gas a transaction may have; <see langword="null"/> when nothing is to be sent.</param>
    /// <param name="refuse">What a refusal of the market means.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>What is ready to be sent, in the order of the groups. Tasks that are in none of it have decisions.</returns>
    public async Task<IReadOnlyList<PerpsBundle>> RunAsync(
        IEnumerable<PerpsTask[]> groups, Address sender, GasRoom? room, Func<PerpsTask, PerpsRefusal, string, Decision> refuse,
        CancellationToken cancellation)
    {
        var updates = new Dictionary<string, OracleUpdate>();
        var meter = new GasMeter(chain, _book, room, tasks => CallOf([.. CallsOf(tasks, updates, isExact: true, isAll: true)], sender, null), refuse);
        PerpsBundle[] bundles = [.. groups.Select(group => new PerpsBundle(group) { MayGuess = mayGuess })];
        while (bundles.Where(bundle => !bundle.IsReady).ToArray() is { Length: > 0 } open)
        {
            await BringAsync(open, updates, cancellation);
            bundles = [.. bundles.SelectMany(bundle => bundle.GoOn()).SelectMany(bundle => meter.Fit(bundle))];
            open = [.. bundles.Where(bundle => !bundle.IsReady)];
            foreach (var bundle in open)
            {
                bundle.Simulate([.. CallsOf(bundle.Tasks, updates, bundle.IsExact, isAll: false)]);
            }

            var outcomes = await chain.CallAsync(
                [.. open.Select(bundle => CallOf(bundle.Calls, sender, bundle.IsExact ? bundle.Gas : null))], cancellation);
            if (outcomes.Any(outcome => outcome is CallOutcome.Refused { Error.Kind: NodeErrorKind.GasLimitTooHigh }))
            {
                _widest = TransactionLimits.MaxGas;
            }

            for (var i = 0; i < open.Length; i++)
            {
                new PerpsReading(open[i], updates, prices, refuse).Read(outcomes[i]);
                GiveUp(open[i]);
            }

            await meter.MeasureAsync([.. open.Where(bundle => bundle.IsUnmeasured)], cancellation);
            bundles = [.. bundles.SelectMany(bundle => bundle.GoOn())];
        }

        return bundles;
    }

    private EthCall CallOf(IReadOnlyList<InnerCall> calls, Address sender, ulong? gas) =>
        new(sender, multicall, Multicall.Encode(calls), gas ?? _widest, Multicall.ValueOf(calls));

    /// <summary>The updates that tasks need, then their calls.</summary>
    /// <param name="tasks">The tasks.</param>
    /// <param name="updates">The updates.</param>
    /// <param name="isExact">As they would be sent.</param>
    /// <param name="isAll">Each must go, or none does: so it is measured what all of them take.</param>
    private IEnumerable<InnerCall> CallsOf(IReadOnlyList<PerpsTask> tasks, Dictionary<string, OracleUpdate> updates, bool isExact, bool isAll)
    {
        // What is sent: a price update that fails is worth nothing to anybody, so it takes the whole with it, and its value stays
        // here. A task that somebody else was faster with must not take the others with it. While it is found out what goes, a task's
        // two calls stand one after the other: what fails leaves nothing behind, and after what succeeds the other has nothing to do.
        foreach (var update in PerpsBundle.QueriesOf(tasks).Select(query => updates[query.Key]))
        {
            yield return new InnerCall(update.Query.Oracle, isExact, update.Fee, update.Data);
        }

        foreach (var task in tasks)
        {
            foreach (var call in task.Calls(isExact))
            {
                yield return new InnerCall(market, isAll || (isExact && tasks.Count == 1), Wei.Zero, call);
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
        if (!bundle.IsReady && !bundle.IsUnmeasured && bundle.Most >= bundle.Tasks.Count && bundle.Rounds >= MaxRounds)
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
