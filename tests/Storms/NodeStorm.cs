using System.Collections.Concurrent;
using Storms.Audit;
using Storms.Field;
using Storms.Weather;

namespace Storms;

/// <summary>An instance whose node fails by a schedule, and in the end does not any more.</summary>
public static class NodeStorm
{
    /// <summary>Most of such a storm is waiting.</summary>
    private const int SideBySide = 8;

    /// <summary>Lets many rage, some side by side, each at a site of its own.</summary>
    public static async Task<IReadOnlyList<StormReport>> RunManyAsync(
        Ground ground, IEnumerable<FaultSchedule> schedules, TimeSpan duration, Action<string>? progress, CancellationToken cancellation)
    {
        var reports = new ConcurrentQueue<StormReport>();
        await Parallel.ForEachAsync(
            schedules,
            new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = cancellation },
            async (schedule, token) =>
            {
                var report = await RunAsync(ground, schedule, duration, token);
                reports.Enqueue(report);
                progress?.Invoke(report.Name);
            });
        return [.. reports];
    }

    /// <summary>Lets it rage for a while and audits what is left.</summary>
    public static async Task<StormReport> RunAsync(
        Ground ground, FaultSchedule schedule, TimeSpan duration, CancellationToken cancellation)
    {
        await using var site = await Site.SettleAsync(ground, new SiteOptions { Faults = schedule, Signers = 2 }, cancellation);
        using var crowd = new Crowd(site, schedule.Seed, new CrowdOptions(Clients: 3, PauseMilliseconds: 120, HastySeconds: 4));
        await site.StartAsync(0, null, cancellation);
        schedule.Begin();
        using var end = new CancellationTokenSource(duration);
        var posting = crowd.RunAsync(end.Token, cancellation);
        await Task.Delay(duration, cancellation);
        schedule.End();
        await posting;
        var report = StormReport.Of(
            $"faulty node, {schedule.Name}, seed {schedule.Seed}", "", 0, await Auditor.CheckAsync(site, crowd, cancellation), crowd, site);
        return report with
        {
            Command = schedule.Command,
            Violations = report.Holds ? [] : [.. report.Violations, $"schedule: {schedule}"],
            Summary = $"{site.Node!.Faults} faults; {report.Summary}",
        };
    }
}
