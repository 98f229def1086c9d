using System.Collections.Concurrent;
using Relayer.Core.Crashes;
using Storms.Workloads;

namespace Storms.Keepers;

/// <summary>Instances with every keeper on one database, killed at every named place and at random while there is work.</summary>
public static class KeeperStorm
{
    private const int AccountsHandedIn = 40;
    private const int People = 4;

    /// <summary>From a start to the point being reached by the work.</summary>
    private static readonly TimeSpan PointPatience = TimeSpan.FromSeconds(60);

    /// <summary>Every place that keepers come by: their own, and the engine's that their transactions pass.</summary>
    public static IReadOnlyList<string> Points { get; } =
    [
        .. CrashPoints.Keeping, CrashPoints.SubmitSigned, CrashPoints.SubmitStored, CrashPoints.SubmitBroadcast, CrashPoints.SubmitMarked,
        CrashPoints.ConfirmRead, CrashPoints.ConfirmObserved, CrashPoints.RecordMoved, CrashPoints.RecordWritten, CrashPoints.RecordCommitted,
    ];

    /// <summary>Each place kills once a round, at the n-th time in the n-th round; beside that so many die at any moment.</summary>
    /// <param name="shared">Where.</param>
    /// <param name="instances">So many at once.</param>
    /// <param name="points">The places; none leaves only the random kills.</param>
    /// <param name="rounds">How often each.</param>
    /// <param name="kills">Random kills beside them.</param>
    /// <param name="seed">What randomness begins with.</param>
    /// <param name="progress">Gets a line for each death.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<StormReport> RunAsync(
        SharedStack shared, int instances, IReadOnlyList<string> points, int rounds, int kills, int seed, Action<string>? progress,
        CancellationToken cancellation)
    {
        await using var scenario = await KeeperScenario.BuildAsync(shared, cancellation);
        await using var relayer = await RelayerUnderTest.SettleAsync(shared, new RelayerUnderTestOptions { Settings = scenario.Settings() }, cancellation);
        await relayer.StartAsync(0, null, cancellation);
        await relayer.Running[0].WaitUntilReadyAsync(cancellation);
        await scenario.HandInAsync(relayer, AccountsHandedIn, cancellation);
        using var end = new CancellationTokenSource();
        var trading = new Traders(scenario, seed, People).RunAsync(end.Token, cancellation);
        var deaths = Draw(points, rounds, kills, new Random(seed));
        var (count, all, missed) = (0, deaths.Count, new ConcurrentQueue<string>());
        await Task.WhenAll(Enumerable.Range(0, instances).Select(place => Task.Run(
            async () =>
            {
                var random = new Random((seed * 100) + place);
                while (deaths.TryDequeue(out var crash))
                {
                    await relayer.KillAsync(place);
                    if (!await DieAsync(relayer, place, crash, random, cancellation))
                    {
                        missed.Enqueue($"never got to {crash!.Point} for the {crash.Occurrence}. time");
                        continue;
                    }

                    progress?.Invoke($"{Interlocked.Increment(ref count)} of {all} kills, the last {crash?.Point ?? "at random"}; {scenario.Wishes.Count} pieces of work wanted");
                }

                await relayer.KillAsync(place);
                await relayer.StartAsync(place, null, cancellation);
            },
            cancellation)));
        await end.CancelAsync();
        await trading;
        var (violations, summary) = await KeeperAuditor.CheckAsync(scenario, relayer, cancellation);
        var at = points.Count == Points.Count ? "" : points.Count == 0 ? " --rounds 0" : $" --at {string.Join(' ', points)}";
        return new StormReport(
            $"keepers, {count} kills of {instances} instances, {rounds} at each of {points.Count} named places",
            $"dotnet run -c Release --project tests/Storms -- keepers --count {kills} --rounds {rounds} --instances {instances} --seed {seed}{at}",
            count, [.. missed, .. violations], summary, relayer.Output);
    }

    /// <summary>All deaths to come, shuffled; null is a random moment.</summary>
    private static ConcurrentQueue<Crash?> Draw(IReadOnlyList<string> points, int rounds, int kills, Random random)
    {
        Crash?[] all =
        [
            .. points.SelectMany(point => Enumerable.Range(1, rounds).Select(round => new Crash(point, round))),
            .. Enumerable.Repeat<Crash?>(null, kills),
        ];
        random.Shuffle(all);
        return new ConcurrentQueue<Crash?>(all);
    }

    private static async Task<bool> DieAsync(RelayerUnderTest relayer, int place, Crash? crash, Random random, CancellationToken cancellation)
    {
        if (!await relayer.StartAsync(place, crash, cancellation))
        {
            return true;
        }

        if (crash is null)
        {
            await Task.Delay(random.Next(100, 2_000), cancellation);
            return true;
        }

        var started = TimeProvider.System.GetTimestamp();
        while (relayer.IsRunning(place))
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
