using System.Collections.Concurrent;

namespace Relayer.Core.Keepers.Perps.Gas;

/// <summary>What calls were lately measured to take, by their function: enough to guess what the next ones take, which a simulation then confirms.</summary>
/// <remarks>
/// The first call in a transaction reads storage that is then warm for those after it. What a call takes grows with the market and differs with accounts: so the
/// dearest counts, for ten minutes. Safe for concurrent use.
/// </remarks>
internal sealed class GasBook(TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<uint, Taken> _taken = new();

    /// <summary>What tasks are expected to take together; <see langword="null"/> where one of them is not known.</summary>
    public ulong? Expect(IReadOnlyList<PerpsTask> tasks)
    {
        ulong first = 0, sum = 0, least = ulong.MaxValue;
        foreach (var task in tasks)
        {
            if (Find(task.Function) is not { } taken || (tasks.Count > 1 && taken.Next is null))
            {
                return null;
            }

            var next = taken.Next ?? 0;
            (first, sum, least) = (Math.Max(first, taken.First), sum + next, Math.Min(least, next));
        }

        return first + sum - least;
    }

    /// <summary>Takes a measurement of tasks that share a transaction.</summary>
    /// <param name="tasks">The tasks, of one function: those of several teach nothing about each.</param>
    /// <param name="gas">What they take together.</param>
    public void Learn(IReadOnlyList<PerpsTask> tasks, ulong gas)
    {
        var function = tasks[0].Function;
        if (tasks.Any(task => task.Function != function))
        {
            return;
        }

        var known = Find(function);
        if (tasks.Count == 1)
        {
            _taken[function] = known is null ? new Taken(gas, null, time.GetUtcNow()) : known with { First = Math.Max(known.First, gas) };
        }
        else if (known is not null)
        {
            var each = (gas > known.First ? gas - known.First : 0) / (ulong)(tasks.Count - 1);
            _taken[function] = known with { Next = Math.Max(known.Next ?? 0, each) };
        }
    }

    /// <summary>Whether there is nothing to guess from, for so many of a function.</summary>
    public bool Lacks(uint function, int tasks) => Find(function) is not { } taken || (tasks > 1 && taken.Next is null);

    private Taken? Find(uint function) =>
        _taken.TryGetValue(function, out var taken) && time.GetUtcNow() - taken.At < Kept ? taken : null;

    /// <param name="First">Gas of the first in a transaction, all that is around it included.</param>
    /// <param name="Next">Gas of each further one.</param>
    /// <param name="At">When it was measured first.</param>
    private sealed record Taken(ulong First, ulong? Next, DateTimeOffset At);
}
