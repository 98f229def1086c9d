using Storms.Audit;
using Storms.Field;
using Storms.Weather;

namespace Storms;

/// <summary>An instance whose node fails by a schedule, and in the end does not any more.</summary>
public static class NodeStorm
{
    /// <summary>Lets it rage for a while and audits what is left.</summary>
    public static async Task<StormReport> RunAsync(
        Ground ground, FaultSchedule schedule, TimeSpan duration, CancellationToken cancellation)
    {
        await using var site = await Site.SettleAsync(ground, new SiteOptions { Faults = schedule, Signers = 2 }, cancellation);
        using var crowd = new Crowd(site, schedule.Seed, new CrowdOptions(Clients: 3, PauseMilliseconds: 120, HastySeconds: 4));
        using var end = new CancellationTokenSource(duration);
        await site.StartAsync(0, null, cancellation);
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
