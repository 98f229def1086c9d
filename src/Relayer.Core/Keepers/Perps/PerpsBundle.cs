using Relayer.Core.Keepers.Oracles;

namespace Relayer.Core.Keepers.Perps;

/// <summary>Tasks that would share a transaction, and how far their simulation is.</summary>
/// <param name="tasks">In the order in which they would be carried out.</param>
internal sealed class PerpsBundle(IReadOnlyList<PerpsTask> tasks)
{
    /// <summary>Those that are still in it.</summary>
    public IReadOnlyList<PerpsTask> Tasks { get; private set; } = tasks;

    /// <summary>What the last simulation ran; of a bundle that is ready, exactly what is to be sent.</summary>
    public IReadOnlyList<InnerCall> Calls { get; private set; } = [];

    /// <summary>Simulations so far.</summary>
    public int Rounds { get; private set; }

    /// <summary>The next simulation runs what would be sent, rather than finding out what it lacks.</summary>
    public bool IsExact { get; set; }

    /// <summary>The last simulation was exact, gas limit and all, and everything in it succeeded.</summary>
    public bool IsReady { get; set; }

    /// <summary>Everything in it succeeded; how much gas that takes is not known.</summary>
    public bool IsUnmeasured { get; set; }

    /// <summary>The most tasks that go on together: where it is fewer than there are, it is divided.</summary>
    public int Most { get; set; } = int.MaxValue;

    /// <summary>What it takes may be guessed from others; not after a guess that did not do.</summary>
    public bool MayGuess { get; set; }

    /// <summary>The gas limit with which it would be sent; <see langword="null"/> where that is not known.</summary>
    public ulong? Gas { get; private set; }

    /// <summary>The gas that it is expected to take.</summary>
    public ulong ExpectedGas { get; private set; }

    /// <summary>What its tasks need of the oracle, each once.</summary>
    public IReadOnlyList<OracleQuery> Queries => QueriesOf(Tasks);

    /// <summary>What tasks need of the oracle, each once.</summary>
    public static IReadOnlyList<OracleQuery> QueriesOf(IEnumerable<PerpsTask> tasks) =>
        [.. tasks.SelectMany(task => task.Queries.Values).DistinctBy(query => query.Key)];

    /// <summary>Something in it failed that may be another task's doing, or it takes too much: its halves go on by themselves.</summary>
    public void Halve() => Most = (Tasks.Count + 1) / 2;

    /// <summary>Its gas is known.</summary>
    public void Allow(ulong limit, ulong expected) => (Gas, ExpectedGas, IsUnmeasured) = (limit, expected, false);

    /// <summary>With that gas it did not go: it is found out with as much as there is.</summary>
    /// <param name="wasTooLittle">Nobody said why not: the gas may have been too little, and is measured.</param>
    public void Distrust(bool wasTooLittle) => (Gas, MayGuess) = (null, MayGuess && !wasTooLittle);

    /// <summary>What goes on with the next round: the tasks without a decision, in parts where they are too many.</summary>
    public IReadOnlyList<PerpsBundle> GoOn()
    {
        PerpsTask[] left = [.. Tasks.Where(task => task.Decision is null)];
        if (left.Length < Tasks.Count)
        {
            (Tasks, Gas) = (left, null);
        }

        return left.Length == 0 ? []
            : left.Length <= Most ? [this]
            : [.. left.Chunk(Most).Select(some => new PerpsBundle(some) { IsExact = IsExact, MayGuess = MayGuess })];
    }

    /// <summary>Begins the next round with these calls.</summary>
    public void Simulate(IReadOnlyList<InnerCall> calls) => (Calls, Rounds, Most, IsUnmeasured) = (calls, Rounds + 1, int.MaxValue, false);
}
