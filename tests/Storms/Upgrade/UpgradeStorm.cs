using DevChain;
using Storms.Keepers;
using Storms.Workloads;

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
    /// <param name="shared">Where.</param>
    /// <param name="old">The older release.</param>
    /// <param name="isKilled">Whether instances go by SIGKILL; in order by SIGTERM otherwise.</param>
    /// <param name="stage">How long each stage lasts at least.</param>
    /// <param name="seed">What randomness begins with.</param>
    /// <param name="say">Gets a line for each stage.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<StormReport> RunAsync(
        SharedStack shared, OldRelease old, bool isKilled, TimeSpan stage, int seed, Action<string> say, CancellationToken cancellation)
    {
        var council = DevKey.Create();
        await using var scenario = await KeeperScenario.BuildAsync(shared, cancellation);
        var settings = scenario.Settings().Concat(TopUpAudit.Settings(council)).ToDictionary();
        await using var relayer = await RelayerUnderTest.SettleAsync(shared, new RelayerUnderTestOptions { Council = council, Settings = settings }, cancellation);
        await StartAsync(First, old.Program);
        await scenario.HandInAsync(relayer, AccountsHandedIn, cancellation);
        using var end = new CancellationTokenSource();
        using var workload = new Workload(relayer, seed, new WorkloadOptions(Clients: 4, HastySeconds: 3));
        var load = Task.WhenAll(workload.RunAsync(end.Token, cancellation), new Traders(scenario, seed, People).RunAsync(end.Token, cancellation));
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
        var (violations, summary) = await KeeperAuditor.CheckAsync(scenario, relayer, cancellation, workload.Requests);
        var (wrong, topUps) = await TopUpAudit.CheckAsync(relayer, cancellation);
        return new StormReport(
            $"upgrade from {old.Name}, instances {(isKilled ? "killed" : "stopped in order")}",
            $"dotnet run -c Release --project tests/Storms -- upgrade --from {old.Name} --seconds {stage.TotalSeconds:0} --seed {seed}",
            isKilled ? 3 : 0, [.. unwilling, .. workload.Surprises.Distinct(), .. violations, .. wrong],
            $"{workload.Accepted} requests accepted, {topUps} top-ups; {summary}; answers: "
            + string.Join(", ", workload.Answers.OrderBy(answer => answer.Key).Select(answer => $"{answer.Value} x {answer.Key}")),
            relayer.Output);

        async Task StartAsync(int place, string? program)
        {
            await relayer.StartAsync(place, null, cancellation, program, program is null ? null : OldRelease.FormerSettings(relayer.Settings));
            await relayer.At(place).WaitUntilReadyAsync(cancellation);
        }

        async Task LeaveAsync(int place)
        {
            if (isKilled)
            {
                await relayer.KillAsync(place);
            }
            else if (!await relayer.StopAsync(place))
            {
                unwilling.Add($"the instance in place {place} did not end in time when it was asked to");
            }
        }

        async Task StageAsync(string what)
        {
            var (started, before) = (TimeProvider.System.GetTimestamp(), workload.Accepted);
            await Task.Delay(stage, cancellation);
            while (workload.Accepted < before + AcceptedInStage && TimeProvider.System.GetElapsedTime(started) < StagePatience)
            {
                await Task.Delay(50, cancellation);
            }

            say($"{what}: {workload.Accepted - before} accepted, {scenario.Wishes.Count} pieces of work wanted so far");
            if (workload.Accepted < before + AcceptedInStage)
            {
                unwilling.Add($"{what}: only {workload.Accepted - before} requests were accepted in {StagePatience.TotalSeconds:0} s");
            }
        }
    }
}
