using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Oracles;
using Relayer.Core.Keepers.Perps.Gas;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Perps;

/// <summary>Reads what one simulation of a bundle says: what it lacks, what its tasks' decisions are, or that it is ready.</summary>
/// <param name="bundle">What was simulated.</param>
/// <param name="updates">The updates, by their queries' keys; fees are noted here.</param>
/// <param name="prices">Told what the chain did not take.</param>
/// <param name="refuse">What a refusal of the market means.</param>
internal sealed class PerpsReading(
    PerpsBundle bundle, Dictionary<string, OracleUpdate> updates, IPriceSource prices, Func<PerpsTask, PerpsRefusal, string, Decision> refuse)
{
    private const string NotExceeded = "AcceptablePriceNotExceeded";

    /// <summary>How one call of several went.</summary>
    private enum Step
    {
        /// <summary>It succeeded.</summary>
        Done,

        /// <summary>It is another one from now on, or gone: everything for that is known.</summary>
        Changed,

        /// <summary>Something is to be found out before it can succeed.</summary>
        Lacking,
    }

    /// <summary>Notes in the bundle and its tasks what follows.</summary>
    public void Read(CallOutcome outcome)
    {
        if (outcome is not CallOutcome.Returned returned || !Multicall.TryRead(returned.Data, bundle.Calls.Count, out var results))
        {
            ReadWhole(outcome);
            return;
        }

        // The updates first: as long as one of them fails, the calls say nothing.
        var queries = bundle.Queries;
        Step[] steps = [.. queries.Select((query, i) => ReadUpdate(query, bundle.Calls[i].Value, results[i]))];
        if (steps.All(step => step == Step.Done))
        {
            var next = queries.Count;
            steps = [.. bundle.Tasks.Select(task => ReadTask(task, [.. task.Calls(bundle.IsExact).Select(_ => results[next++])]))];
        }

        var went = steps.All(step => step == Step.Done);
        if (bundle.IsExact)
        {
            (bundle.IsReady, bundle.IsUnmeasured) = (went && bundle.Gas is not null, went && bundle.Gas is null);
            if (!went && bundle.Gas is not null)
            {
                bundle.Distrust(results.Any(IsSilent));
            }
        }

        bundle.IsExact = !steps.Contains(Step.Lacking);
    }

    /// <summary>It reverted as a whole, or the node would not run it.</summary>
    private void ReadWhole(CallOutcome outcome)
    {
        if (bundle.IsExact)
        {
            // The next round lets each call fail by itself, and so says which it was.
            bundle.Distrust(outcome is not CallOutcome.Reverted reverted || IsSilent(new InnerResult(false, reverted.Data)));
            bundle.IsExact = false;
            return;
        }

        if (!Doubt())
        {
            var isOutOfGas = outcome is CallOutcome.Refused { Error.Kind: NodeErrorKind.OutOfGas };
            bundle.Tasks[0].Decision = refuse(
                bundle.Tasks[0], isOutOfGas ? PerpsRefusal.OutOfGas : PerpsRefusal.Unknown, isOutOfGas ? Trial.OutOfGas(GasMeter.Most) : Describe(outcome));
        }
    }

    private Step ReadUpdate(OracleQuery query, Wei sent, InnerResult result)
    {
        if (result.IsSuccess)
        {
            return Step.Done;
        }

        if (OracleNeed.Read(result.Data.Span) is OracleNeed.Fee fee && fee.Amount != sent)
        {
            updates[query.Key] = updates[query.Key] with { Fee = fee.Amount };
            return Step.Changed;
        }

        prices.Forget(query);
        foreach (var task in bundle.Tasks.Where(task => task.Queries.ContainsKey(query.Key)))
        {
            task.Decision = refuse(task, PerpsErrors.Read(result.Data.Span), PerpsErrors.Describe(result.Data.Span));
        }

        return Step.Changed;
    }

    /// <param name="task">The task.</param>
    /// <param name="results">How its call went; or, where both were tried, its call and the other.</param>
    private Step ReadTask(PerpsTask task, IReadOnlyList<InnerResult> results)
    {
        if (results.FirstOrDefault(result => result.IsSuccess) is { IsSuccess: true } success)
        {
            task.Choose(other: bundle.IsExact ? task.IsInstead : !results[0].IsSuccess);
            task.Returned = success.Data;
            return Step.Done;
        }

        var refusal = PerpsErrors.Read(results[0].Data.Span);
        if (OracleNeed.Read(results[0].Data.Span) is OracleNeed.Data need)
        {
            return Want(task, need);
        }

        // As it was to be sent it does not go any more: both are tried again.
        if (bundle.IsExact && task.HasChoice)
        {
            return Step.Lacking;
        }

        if (results.Count > 1 && OracleNeed.Read(results[1].Data.Span) is OracleNeed.Data more && more.Queries.Any(query => !task.Queries.ContainsKey(query.Key)))
        {
            return Want(task, more);
        }

        // As it was to be sent, it may have had too little gas; what is not understood may be another task's doing, which took the room: that is told alone.
        if (bundle.IsExact && bundle.Gas is not null && refusal == PerpsRefusal.Unknown)
        {
            return Step.Lacking;
        }

        if (refusal == PerpsRefusal.Unknown && Doubt())
        {
            return Step.Lacking;
        }

        task.Decision = refuse(task, refusal, Describe(results));
        return Step.Changed;
    }

    private Step Want(PerpsTask task, OracleNeed.Data need)
    {
        var isNew = false;
        foreach (var query in need.Queries)
        {
            isNew |= task.Queries.TryAdd(query.Key, query);
        }

        if (isNew)
        {
            return Step.Lacking;
        }

        // Asked again for what it was given: the data does not satisfy it.
        need.Queries.ToList().ForEach(prices.Forget);
        task.Decision = refuse(task, PerpsRefusal.WrongPrice, "the oracle asks again for what it was given");
        return Step.Changed;
    }

    private bool Doubt()
    {
        var isShared = bundle.Tasks.Count > 1;
        if (isShared)
        {
            bundle.Halve();
        }

        return isShared;
    }

    /// <summary>It failed, and said nothing that is known: the gas may have been too little.</summary>
    private static bool IsSilent(InnerResult result) =>
        !result.IsSuccess && PerpsErrors.Read(result.Data.Span) == PerpsRefusal.Unknown && OracleNeed.Read(result.Data.Span) is null;

    /// <summary>What the call says; and the other, where that is more than that it is not its turn.</summary>
    private static string Describe(IReadOnlyList<InnerResult> results)
    {
        var said = PerpsErrors.Describe(results[0].Data.Span);
        var other = results.Count > 1 ? PerpsErrors.Describe(results[1].Data.Span) : said;
        return other == said || other.StartsWith(NotExceeded, StringComparison.Ordinal) ? said : $"{said}; to cancel it: {other}";
    }

    /// <summary>Why a call did not go, in words.</summary>
    internal static string Describe(CallOutcome outcome) => outcome switch
    {
        CallOutcome.Reverted reverted => PerpsErrors.Describe(reverted.Data.Span),
        CallOutcome.Refused refused => refused.Error.Message,
        _ => "the multicall answered junk",
    };
}
