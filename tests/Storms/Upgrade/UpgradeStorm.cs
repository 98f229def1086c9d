using DevChain;
using Storms.Field;
using Storms.Keepers;

namespace Storms.Upgrade;

/// <summary>An older release and this one on one database, under load.</summary>
internal static class UpgradeStorm
{
    private const int AccountsHandedIn = 40;
    private const int People = 2;
    private const int First = 0;
    private const int Second = 1;
    private const int Other = 2;

    /// <summary>However busy the machine is: each stage serves some.</summary>
    private const int AcceptedInStage = 8;

    private static readonly TimeSpan StagePatience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Old alone; the new one beside it; another old one starts on what the new one made of the schema, and the first one goes; the new one goes
    /// too, which is the way back; it comes again, and the last old one goes.
    /// </summary>
    /// <param name="ground">Where.</param>
    /// <param name="old">The older release.</param>
    /// <param name="isKilled">Whether instances go by SIGKILL; in order by SIGTERM otherwise.</param>
    /// <param name="stage">How long each stage lasts at least.</param>
    /// <param name="seed">What randomness begins with.</param>
    /// <param name="say">Gets a line for each stage.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<StormReport> RunAsync(
        Ground ground, OldRelease old, bool isKilled, TimeSpan stage, int seed, Action<string> say, CancellationToken cancellation)
    {
        var council = DevKey.Create();
        await using var town = await Town.BuildAsync(ground, cancellation);
        var settings = town.Settings().Concat(TopUpAudit.Settings(council)).ToDictionary();
        await using var site = await Site.SettleAsync(ground, new SiteOptions { Council = council, Settings = settings }, cancellation);
        await StartAsync(First, old.Program);
        await town.HandInAsync(site, AccountsHandedIn, cancellation);
        using var end = new CancellationTokenSource();
        using var crowd = new Crowd(site, seed, new CrowdOptions(Clients: 4, HastySeconds: 3));
        var load = Task.WhenAll(crowd.RunAsync(end.Token, cancellation), new Traders(town, seed, People).RunAsync(end.Token, cancellation));
        var unwilling = new List<string>();
        await StageAsync($"{old.Name} alone");
        await StartAsync(Second, null);
        await StageAsync($"this release beside {old.Name}");
        await StartAsync(Other, old.Program);
        await LeaveAsync(First);
        await StageAsync($"beside one of {old.Name} that was started after the upgrade");
        await LeaveAsync(Second);
        await StageAsync($"back to {old.Name} alone");
        await StartAsync(Second, null);
        await StageAsync("this release again");
        await LeaveAsync(Other);
        await StageAsync("this release alone");
        await end.CancelAsync();
        await load;
        var (violations, summary) = await KeeperAuditor.CheckAsync(town, site, cancellation, crowd.Errands);
        var (wrong, topUps) = await TopUpAudit.CheckAsync(site, cancellation);
        return new StormReport(
            $"upgrade from {old.Name}, instances {(isKilled ? "killed" : "stopped in order")}",
            $"dotnet run -c Release --project tests/Storms -- upgrade --from {old.Name} --seconds {stage.TotalSeconds:0} --seed {seed}",
            isKilled ? 3 : 0, [.. unwilling, .. crowd.Surprises.Distinct(), .. violations, .. wrong],
            $"{crowd.Accepted} requests accepted, {topUps} top-ups; {summary}; answers: "
            + string.Join(", ", crowd.Answers.OrderBy(answer => answer.Key).Select(answer => $"{answer.Value} x {answer.Key}")),
            site.Output);

        async Task StartAsync(int place, string? program)
        {
            await site.StartAsync(place, null, cancellation, program, program is null ? null : OldRelease.FormerSettings(site.Settings));
            await site.At(place).WaitUntilReadyAsync(cancellation);
        }

        async Task LeaveAsync(int place)
        {
            if (isKilled)
            {
                await site.KillAsync(place);
            }
            else if (!await site.StopAsync(place))
            {
                unwilling.Add($"the instance in place {place} did not end in time when it was asked to");
            }
        }

        async Task StageAsync(string what)
        {
            var (started, before) = (TimeProvider.System.GetTimestamp(), crowd.Accepted);
            await Task.Delay(stage, cancellation);
            while (crowd.Accepted < before + AcceptedInStage && TimeProvider.System.GetElapsedTime(started) < StagePatience)
            {
                await Task.Delay(50, cancellation);
            }

            say($"{what}: {crowd.Accepted - before} accepted, {town.Wishes.Count} pieces of work wanted so far");
            if (crowd.Accepted < before + AcceptedInStage)
            {
                unwilling.Add($"{what}: only {crowd.Accepted - before} requests were accepted in {StagePatience.TotalSeconds:0} s");
            }
        }
    }
}
