using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Upkeeps;

/// <summary>Performs any contract's upkeep by configuration alone.</summary>
internal sealed class UpkeepKeeper(IChainClient chain, IReadOnlyList<Upkeep> upkeeps, KeeperStore store, TimeProvider time) : IKeeper
{
    /// <summary>The name in the ledger.</summary>
    public const string Kind = KeeperNames.Upkeeps;

    private readonly UpkeepFinder _finder = new(chain, store, time);

    // The interval, counted from the epoch, in which each was last asked and answered. Whoever forgets it asks once more: that costs nothing,
    // while an interval may be a day, too long to wait for because a node or this process was unavailable when it began.
    private readonly Dictionary<string, long> _asked = [];
    private readonly Dictionary<string, Upkeep> _upkeeps = upkeeps.ToDictionary(upkeep => upkeep.Name);

    public string Name => Kind;

    public ChainId ChainId => chain.ChainId;

    public IReadOnlyDictionary<string, KeeperLimits> Lanes { get; } = upkeeps.ToDictionary(upkeep => upkeep.Name, upkeep => upkeep.Limits);

    public async Task<int> FindAsync(KeeperRun run, CancellationToken cancellation)
    {
        var due = upkeeps.Select(upkeep => (Upkeep: upkeep, Interval: run.Now.Ticks / upkeep.Every.Ticks))
            .Where(item => !_asked.TryGetValue(item.Upkeep.Name, out var asked) || asked != item.Interval).ToArray();
        var found = await _finder.FindAsync([.. due.Select(item => item.Upkeep)], run.Now, cancellation);
        foreach (var (upkeep, interval) in due)
        {
            _asked[upkeep.Name] = interval;
        }

        return found;
    }

    public async Task<KeeperPlan> PlanAsync(IReadOnlyList<KeeperWork> due, Payer payer, CancellationToken cancellation)
    {
        var jobs = due.Select(work => _upkeeps[work.Found.Lane]).ToArray();
        var checks = await UpkeepFinder.AskAsync(chain, jobs, cancellation);
        var now = time.GetUtcNow();
        var decisions = new List<(KeeperWork, Decision)>();
        var left = new List<(KeeperWork Work, Upkeep Job, ReadOnlyMemory<byte> Data)>();
        for (var i = 0; i < due.Count; i++)
        {
            if (UpkeepPlanner.Evaluate(due[i], checks[i], jobs[i].Limits, now) is { } decision)
            {
                decisions.Add((due[i], decision));
            }
            else
            {
                left.Add((due[i], jobs[i], ((UpkeepCheck.Needed)checks[i]).PerformData));
            }
        }

        var actions = new List<KeeperAction>();
        var simulations = await SimulateAsync(left, payer.Account, cancellation);
        for (var i = 0; i < left.Count; i++)
        {
            var (work, job, data) = left[i];
            if (UpkeepPlanner.Evaluate(work, simulations[i], job.Limits, now) is { } decision)
            {
                decisions.Add((work, decision));
            }
            else
            {
                actions.Add(UpkeepPlanner.Act(work, job, data, now));
            }
        }

        return new KeeperPlan(decisions, actions);
    }

    private async Task<IReadOnlyList<CallOutcome>> SimulateAsync(
        IReadOnlyList<(KeeperWork Work, Upkeep Job, ReadOnlyMemory<byte> Data)> left, Address sender, CancellationToken cancellation) =>
        await Trial.RunAsync(
            chain, [.. left.Select(item => new EthCall(sender, item.Job.Contract, Upkeep.PerformData(item.Data), item.Job.GasLimit))], cancellation);
}
