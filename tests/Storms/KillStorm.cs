using Relayer.Core.Crashes;
using Storms.Audit;
using Storms.Faults;
using Storms.Workloads;

namespace Storms;

/// <summary>Instances under load that are killed and started again, at random moments or at named places.</summary>
public static class KillStorm
{
    /// <summary>From a failed start to the point being reached by the load.</summary>
    private static readonly TimeSpan PointPatience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan GrowthPatience = TimeSpan.FromSeconds(5);

    // Lives of seconds: nothing is worth being instrumented for a better compilation later.
    private static readonly Dictionary<string, string> ShortLives = new() { ["Schedules__Confirm"] = "* * * * * *", ["DOTNET_TieredPGO"] = "0" };

    /// <summary>Several instances on one database; any of them is killed at any time, until there were so many kills.</summary>
    /// <param name="shared">Where.</param>
    /// <param name="instances">So many at once.</param>
    /// <param name="kills">So many in all.</param>
    /// <param name="isFaulty">True puts a node under them that fails at random as well.</param>
    /// <param name="seed">What randomness begins with.</param>
    /// <param name="progress">Gets a line for each kill.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<StormReport> RandomAsync(
        SharedStack shared, int instances, int kills, bool isFaulty, int seed, Action<string>? progress, CancellationToken cancellation)
    {
        var faults = isFaulty ? FaultSchedule.All(seed) : null;
        await using var relayer = await RelayerUnderTest.SettleAsync(shared, new RelayerUnderTestOptions { Settings = ShortLives, Faults = faults }, cancellation);
        using var workload = new Workload(relayer, seed, new WorkloadOptions(HastySeconds: 3));
        using var end = new CancellationTokenSource();
        await Task.WhenAll(Enumerable.Range(0, instances).Select(place => relayer.StartAsync(place, null, cancellation)));
        var posting = workload.RunAsync(end.Token, cancellation);
        faults?.Begin();
        var left = kills;
        await Task.WhenAll(Enumerable.Range(0, instances).Select(place => Task.Run(
            async () =>
            {
                var random = new Random((seed * 100) + place);
                while (Interlocked.Decrement(ref left) >= 0)
                {
                    await Task.Delay(random.Next(50, 1_500), cancellation);
                    await GrowAsync(workload, kills - Volatile.Read(ref left), cancellation);
                    await relayer.KillAsync(place);
                    progress?.Invoke($"{kills - Math.Max(0, Volatile.Read(ref left))} of {kills} kills, {workload.Accepted} accepted");
                    await relayer.StartAsync(place, null, cancellation);
                }
            },
            cancellation)));
        faults?.End();
        await end.CancelAsync();
        await posting;
        return StormReport.Of(
            $"{kills} kills of {instances} instances{(isFaulty ? " over a faulty node" : "")}",
            $"kill --kills {kills} --instances {instances} --seed {seed}{(isFaulty ? " --faulty" : "")}", kills,
            await Auditor.CheckAsync(relayer, workload, cancellation), workload, relayer);
    }

    /// <summary>One instance after the other that dies at a named place, each at every one of the places and rounds.</summary>
    public static async Task<StormReport> AtPointsAsync(
        SharedStack shared, IReadOnlyList<string> points, int rounds, int seed, Action<string>? progress, CancellationToken cancellation)
    {
        // Replaced is what is not mined in time: so the node sits on transactions.
        var faults = points.Any(IsOfReplacing) ? FaultSchedule.Of(Fault.NeverMine, seed) : null;
        await using var relayer = await RelayerUnderTest.SettleAsync(shared, new RelayerUnderTestOptions { Settings = ShortLives, Faults = faults }, cancellation);
        using var workload = new Workload(relayer, seed, new WorkloadOptions(HastySeconds: 3));
        using var end = new CancellationTokenSource();
        var posting = workload.RunAsync(end.Token, cancellation);
        faults?.Begin();
        var (kills, missed) = (0, new List<string>());
        foreach (var point in points)
        {
            for (var round = 1; round <= rounds; round++)
            {
                // A migration that was cut off is not applied: it comes first again.
                if (await DieAsync(relayer, new Crash(point, point == CrashPoints.MigrationApplied ? 1 : round), cancellation))
                {
                    progress?.Invoke($"killed at {point} ({++kills}), {workload.Accepted} accepted");
                }
                else
                {
                    missed.Add($"never got to {point} for the {round}. time");
                    await relayer.KillAsync(0);
                }
            }
        }

        faults?.End();
        await relayer.StartAsync(0, null, cancellation);
        await end.CancelAsync();
        await posting;
        var report = StormReport.Of(
            $"{kills} kills at {points.Count} named places", $"points --at {string.Join(' ', points)} --rounds {rounds} --seed {seed}", kills,
            await Auditor.CheckAsync(relayer, workload, cancellation), workload, relayer);
        return report with { Violations = [.. missed, .. report.Violations] };
    }

    /// <summary>Every place there is, in parts that may be visited side by side.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Lanes { get; } =
        [.. CrashPoints.Relaying.Select((point, i) => (Point: point, Lane: IsOfReplacing(point) ? 2 : i % 2))
            .GroupBy(item => item.Lane, item => item.Point).Select(lane => lane.ToArray())];

    /// <summary>However slow the machine is: nobody is killed before there was something to lose.</summary>
    private static async Task GrowAsync(Workload workload, int accepted, CancellationToken cancellation)
    {
        for (var started = TimeProvider.System.GetTimestamp();
            workload.Accepted < accepted && TimeProvider.System.GetElapsedTime(started) < GrowthPatience;)
        {
            await Task.Delay(20, cancellation);
        }
    }

    private static bool IsOfReplacing(string point) =>
        point.StartsWith("close.", StringComparison.Ordinal) || point.StartsWith("bump.", StringComparison.Ordinal);

    private static async Task<bool> DieAsync(RelayerUnderTest relayer, Crash crash, CancellationToken cancellation)
    {
        if (!await relayer.StartAsync(0, crash, cancellation))
        {
            return true;
        }

        var started = TimeProvider.System.GetTimestamp();
        while (relayer.Running is [{ IsRunning: true }])
        {
            if (TimeProvider.System.GetElapsedTime(started) > PointPatience)
            {
                return false;
            }

            await Task.Delay(20, cancellation);
        }

        return true;
    }
}
