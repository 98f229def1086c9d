using Relayer.Core.Keepers.Engine;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Perps.Gas;

/// <summary>Says in one run how much gas its transactions get, and so how many tasks share one: guessed from the book where it knows, measured where not.</summary>
/// <param name="chain">The node estimates.</param>
/// <param name="book">What was measured lately.</param>
/// <param name="room">How much there may be; <see langword="null"/> when nothing is to be sent.</param>
/// <param name="call">The call of tasks, each of which must go.</param>
/// <param name="refuse">What a refusal of the market means.</param>
internal sealed class GasMeter(
    IChainClient chain, GasBook book, GasRoom? room, Func<IReadOnlyList<PerpsTask>, EthCall> call, Func<PerpsTask, PerpsRefusal, string, Decision> refuse)
{
    /// <summary>What nodes let a call use (geth: 50 million): with so much it is found out what goes.</summary>
    public const ulong Most = 45_000_000;

    /// <summary>Gives what is to be simulated as it would be sent its gas, in parts as they fit; what cannot be guessed stays as it is.</summary>
    public IReadOnlyList<PerpsBundle> Fit(PerpsBundle bundle)
    {
        if (!bundle.IsExact || bundle.IsReady || bundle.Gas is not null)
        {
            return [bundle];
        }

        if (room is null)
        {
            bundle.Allow(Most, Most);
            return [bundle];
        }

        if (!bundle.MayGuess || MostThatFit(bundle.Tasks, room) is not { } most)
        {
            return [bundle];
        }

        bundle.Most = most;
        var parts = bundle.GoOn();
        foreach (var part in parts)
        {
            var expected = book.Expect(part.Tasks)!.Value;
            part.Allow(room.LimitOf(expected), expected);
        }

        return parts;
    }

    /// <summary>Measures bundles that would succeed. One of each kind teaches the book; what it still cannot tell is measured as a whole.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    public async Task MeasureAsync(IReadOnlyList<PerpsBundle> unmeasured, CancellationToken cancellation)
    {
        if (room is not { } most)
        {
            return;
        }

        await TeachAsync([.. unmeasured.Where(bundle => bundle.MayGuess)], most, cancellation);
        PerpsBundle[] rest = [.. unmeasured.Where(bundle => !bundle.MayGuess || MostThatFit(bundle.Tasks, most) is null)];
        var estimates = await EstimateAsync([.. rest.Select(bundle => bundle.Tasks)], most, cancellation);
        foreach (var (bundle, estimate) in rest.Zip(estimates))
        {
            Judge(bundle, estimate, most);
        }
    }

    private async Task TeachAsync(IReadOnlyList<PerpsBundle> bundles, GasRoom most, CancellationToken cancellation)
    {
        // The first in a transaction, and two of them: the largest bundle of each function has both, if any has.
        IReadOnlyList<PerpsTask>[] samples =
        [
            .. bundles.GroupBy(bundle => bundle.Tasks[0].Function).Select(same => same.MaxBy(Alike)!)
                .SelectMany(bundle => Enumerable.Range(1, Math.Min(2, Alike(bundle))).Select(count => (PerpsTask[])[.. bundle.Tasks.Take(count)]))
                .Where(sample => book.Lacks(sample[0].Function, sample.Length)),
        ];
        var estimates = await EstimateAsync(samples, most, cancellation);
        foreach (var (sample, estimate) in samples.Zip(estimates))
        {
            if (estimate.Gas is { } gas)
            {
                book.Learn(sample, gas);
            }
            else if (sample.Count > 1 && IsOutOfGas(estimate))
            {
                book.Learn(sample, 2 * most.Ceiling);
            }
        }
    }

    private void Judge(PerpsBundle bundle, GasEstimate estimate, GasRoom most)
    {
        if (estimate.Gas is { } gas)
        {
            book.Learn(bundle.Tasks, gas);
            if (most.Fits(gas, bundle.Tasks.Count))
            {
                bundle.Allow(most.LimitOf(gas), gas);
                return;
            }
        }

        if (bundle.Tasks.Count > 1)
        {
            bundle.Halve();
            return;
        }

        var task = bundle.Tasks[0];
        task.Decision = estimate.Gas is not null || IsOutOfGas(estimate)
            ? refuse(task, PerpsRefusal.OutOfGas, Trial.OutOfGas(most.Ceiling))
            : refuse(task, PerpsErrors.Read(DataOf(estimate).Span), PerpsReading.Describe(estimate.Failure!));
    }

    private int? MostThatFit(IReadOnlyList<PerpsTask> tasks, GasRoom most)
    {
        for (var count = tasks.Count; count > 0; count--)
        {
            if (book.Expect([.. tasks.Take(count)]) is not { } expected)
            {
                return null;
            }

            if (most.Fits(expected, count))
            {
                return count;
            }
        }

        return null; // Not even one, as far as others tell: it is measured.
    }

    private async Task<IReadOnlyList<GasEstimate>> EstimateAsync(
        IReadOnlyList<IReadOnlyList<PerpsTask>> tasks, GasRoom most, CancellationToken cancellation) =>
        await chain.EstimateGasAsync([.. tasks.Select(some => call(some) with { Gas = most.Ceiling })], cancellation);

    /// <summary>All of it went with more gas than a transaction may have. Gas that ends within a call of the market's own says nothing.</summary>
    private static bool IsOutOfGas(GasEstimate estimate) => estimate.Failure switch
    {
        CallOutcome.Reverted reverted => reverted.Data.IsEmpty,
        CallOutcome.Refused { Error.Kind: NodeErrorKind.OutOfGas or NodeErrorKind.GasLimitTooHigh or NodeErrorKind.IntrinsicGasTooLow } => true,
        _ => false,
    };

    private static ReadOnlyMemory<byte> DataOf(GasEstimate estimate) => estimate.Failure is CallOutcome.Reverted reverted ? reverted.Data : default;

    private static int Alike(PerpsBundle bundle) => bundle.Tasks.TakeWhile(task => task.Function == bundle.Tasks[0].Function).Count();
}
