using System.Collections.Concurrent;
using Storms.Audit;
using Storms.Faults;
using Storms.Workloads;

namespace Storms;

/// <summary>An instance whose node fails by a schedule, and in the end does not any more.</summary>
public static class NodeStorm
{
    /// <summary>Most of such a storm is waiting.</summary>
    private const int SideBySide = 8;

    /// <summary>Lets many rage, some side by side, each on a relayer of its own.</summary>
    public static async Task<IReadOnlyList<StormReport>> RunManyAsync(
        SharedStack shared, IEnumerable<FaultSchedule> schedules, TimeSpan duration, Action<string>? progress, CancellationToken cancellation)
    {
        var reports = new ConcurrentQueue<StormReport>();
        await Parallel.ForEachAsync(
            schedules,
            new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = cancellation },
            async (schedule, token) =>
            {
                var report = await RunAsync(shared, schedule, duration, token);
                reports.Enqueue(report);
                progress?.Invoke(report.Name);
            });
        return [.. reports];
    }

    /// <summary>Lets it rage for a while and audits what is left.</summary>
    public static async Task<StormReport> RunAsync(
        SharedStack shared, FaultSchedule schedule, TimeSpan duration, CancellationToken cancellation)
    {
        await using var relayer = await RelayerUnderTest.SettleAsync(shared, new RelayerUnderTestOptions { Faults = schedule, Signers = 2, IsMigrated = true }, cancellation);
        using var workload = new Workload(relayer, schedule.Seed, new WorkloadOptions(Clients: 3, PauseMilliseconds: 120, HastySeconds: 4));
        await relayer.StartAsync(0, null, cancellation);
        schedule.Begin();
        using var end = new CancellationTokenSource(duration);
        var posting = workload.RunAsync(end.Token, cancellation);
        await Task.Delay(duration, cancellation);
        schedule.End();
        await posting;
        var report = StormReport.Of(
            $"faulty node, {schedule.Name}, seed {schedule.Seed}", "", 0, await Auditor.CheckAsync(relayer, workload, cancellation), workload, relayer);
        return report with
        {
            Command = schedule.Command,
            Violations = report.Holds ? [] : [.. report.Violations, $"schedule: {schedule}"],
            Summary = $"{relayer.Node!.Faults} faults; {report.Summary}",
        };
    }
}
