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

    /// <summary>The last simulation was exact, and everything in it succeeded.</summary>
    public bool IsReady { get; set; }

    /// <summary>Something in it failed that may be another task's doing: its halves are simulated by themselves.</summary>
    public bool IsInDoubt { get; set; }

    /// <summary>What its tasks need of the oracle, each once.</summary>
    public IReadOnlyList<OracleQuery> Queries => [.. Tasks.SelectMany(task => task.Queries.Values).DistinctBy(query => query.Key)];

    /// <summary>What goes on with the next round: the tasks without a decision, in halves where one of them is in doubt.</summary>
    public IEnumerable<PerpsBundle> GoOn()
    {
        Tasks = [.. Tasks.Where(task => task.Decision is null)];
        return Tasks.Count == 0 ? []
            : !IsInDoubt || Tasks.Count == 1 ? [this]
            : [new PerpsBundle([.. Tasks.Take(Tasks.Count / 2)]), new PerpsBundle([.. Tasks.Skip(Tasks.Count / 2)])];
    }

    /// <summary>Begins the next round with these calls.</summary>
    public void Simulate(IReadOnlyList<InnerCall> calls) => (Calls, Rounds, IsInDoubt) = (calls, Rounds + 1, false);
}
