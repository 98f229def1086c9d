using Abuse.Attacks;
using Abuse.World;

namespace Abuse.Mixes;

/// <summary>Many random mixes, some side by side on one chain: the weather of one is the weather of all.</summary>
public static class MixStorm
{
    /// <summary>Runs seeds; each has a database, signers and instances of its own.</summary>
    /// <param name="stack">Where.</param>
    /// <param name="firstSeed">The first seed.</param>
    /// <param name="seeds">How many, each the next.</param>
    /// <param name="duration">How long each is attacked.</param>
    /// <param name="sideBySide">So many at a time.</param>
    /// <param name="onReport">Gets each report.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<MixSummary> RunAsync(
        AbuseStack stack, int firstSeed, int seeds, TimeSpan duration, int sideBySide, Action<MixProgress>? onReport, CancellationToken cancellation)
    {
        var reports = new List<MixReport>();
        var keys = await stack.FundAsync(seeds, cancellation);
        var market = new Market(stack.Shared.Stack.Node, stack.Blocks, new Random(firstSeed));
        var (started, earlier) = (TimeProvider.System.GetTimestamp(), stack.Blocks.Depths.Count);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var weather = market.RunAsync(end.Token);
        await Parallel.ForEachAsync(
            Enumerable.Range(firstSeed, seeds),
            new ParallelOptions { MaxDegreeOfParallelism = sideBySide, CancellationToken = cancellation },
            async (seed, token) =>
            {
                var report = await new MixRun(stack, Mix.Of(seed, duration), keys[seed - firstSeed], duration).RunAsync(token);
                lock (reports)
                {
                    reports.Add(report);
                    var left = TimeProvider.System.GetElapsedTime(started) / reports.Count * (seeds - reports.Count);
                    onReport?.Invoke(new MixProgress(report.Holds ? report.ToString() : $"{report}\n\n{report.Output}", report.Holds, MixSummary.Of(reports, market, []), seeds, left));
                }
            });
        await end.CancelAsync();
        await weather;
        return MixSummary.Of(reports, market, [.. stack.Blocks.Depths.Skip(earlier)]);
    }

    /// <summary>One attack on an app whose budgets are a thousand times those that are audited: an audit that finds nothing would be worth nothing.</summary>
    /// <returns>What it finds.</returns>
    public static async Task<IReadOnlyList<string>> RehearseAsync(AbuseStack stack, TimeSpan duration, CancellationToken cancellation)
    {
        var budgets = SmallBudgets.Draw(new Random(1));
        var mix = new Mix(1, [.. Attack.All.Where(attack => attack.Name == "many-keys")], budgets.Part(1_000), 1, []);
        return (await new MixRun(stack, mix, (await stack.FundAsync(1, cancellation))[0], duration).RunAsync(cancellation, given: budgets)).Violations;
    }
}

/// <summary>How far it is.</summary>
/// <param name="Report">The seed that has just ended, in words.</param>
/// <param name="Holds">Whether everything held with it.</param>
/// <param name="SoFar">All that have ended.</param>
/// <param name="Seeds">How many there are.</param>
/// <param name="Left">How long the others take, as these did.</param>
public sealed record MixProgress(string Report, bool Holds, MixSummary SoFar, int Seeds, TimeSpan Left);

/// <summary>What many mixes came to.</summary>
/// <param name="Seeds">How many.</param>
/// <param name="Violated">In how many something did not hold.</param>
/// <param name="Invalid">How many say nothing: more blocks went than the mix allows, or nothing was accepted.</param>
/// <param name="Accepted">Requests accepted.</param>
/// <param name="Admitted">Of these, of the honest whom the contract admits.</param>
/// <param name="Failed">Of these, failed on chain.</param>
/// <param name="RefusedForBudget">Requests refused for want of room.</param>
/// <param name="Replacements">Transactions offered again for more.</param>
/// <param name="Kills">Instances killed.</param>
/// <param name="Spikes">Fee spikes.</param>
/// <param name="Reorgs">How many blocks each reorganisation took back.</param>
/// <param name="MostSpent">The most that was spent of a budget, in percent.</param>
/// <param name="Complaints">What does not hold, a line or more for each seed.</param>
public sealed record MixSummary(
    int Seeds, int Violated, int Invalid, int Accepted, int Admitted, int Failed, int RefusedForBudget, int Replacements, int Kills, int Spikes,
    IReadOnlyList<int> Reorgs, int MostSpent,
    IReadOnlyList<string> Complaints)
{
    /// <summary>In how many everything held.</summary>
    public int Held => Seeds - Violated - Invalid;

    /// <summary>True when something held and nothing was violated. What is invalid was neither.</summary>
    public bool Holds => Violated == 0 && Held > 0;

    internal static MixSummary Of(IReadOnlyCollection<MixReport> reports, Market market, IReadOnlyList<int> reorgs) => new(
        reports.Count, reports.Count(report => !report.Holds && !report.IsInvalid), reports.Count(report => report.IsInvalid),
        reports.Sum(report => report.Accepted), reports.Sum(report => report.Admitted), reports.Sum(report => report.Failed),
        reports.Sum(report => report.RefusedForBudget), reports.Sum(report => report.Replacements), reports.Sum(report => report.Kills),
        market.Spikes, reorgs, reports.Select(report => report.PercentSpent).DefaultIfEmpty().Max(),
        [.. reports.Where(report => !report.Holds).Select(report => report.ToString())]);
}
