using System.Globalization;
using DevChain;
using DevChain.Processes;
using Storms.Audit;
using Storms.Workloads;

namespace Storms;

/// <summary>
/// Blocks are taken back under load, some of them deeper than <c>Confirmations</c>, from relayers that differ in it. What users are told is watched all the time.
/// </summary>
/// <remarks>A chain of its own: what is taken back is taken back from everybody.</remarks>
public static class ReorgStorm
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>Lets it rage: each depth once, in the order given.</summary>
    /// <param name="confirmations">A relayer with each of them.</param>
    /// <param name="depths">How many blocks are taken back, time after time.</param>
    /// <param name="within">For so long an end may be wrong, where more blocks were taken back than the relayer waits for.</param>
    /// <param name="seed">What randomness begins with.</param>
    /// <param name="progress">Gets a line for each reorganisation.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<StormReport> RunAsync(
        IReadOnlyList<int> confirmations, IReadOnlyList<int> depths, TimeSpan within, int seed, Action<string>? progress, CancellationToken cancellation)
    {
        await using var shared = await SharedStack.StartAsync(progress, cancellation);
        var relayers = new List<ReorgedRelayer>();
        try
        {
            foreach (var depth in confirmations)
            {
                relayers.Add(await ReorgedRelayer.StartAsync(shared, depth, seed + relayers.Count, cancellation));
            }

            // The signers' money is older than anything that is taken back.
            await shared.Stack.Node.MineAsync(depths.Max() + 1, cancellation);
            await using var blocks = await Blocks.StartAsync(shared, cancellation);
            using var end = new CancellationTokenSource();
            var posting = Task.WhenAll(relayers.Select(relayer => relayer.PostAsync(end.Token, cancellation)));
            foreach (var depth in depths)
            {
                await Task.WhenAll(relayers.Select(relayer => relayer.Workload.GrowAsync(10, cancellation)));
                await blocks.ReorganiseAsync(depth, cancellation);
                await Task.WhenAll(relayers.Select(relayer => relayer.WatchAsync(blocks.Depths[^1], within, Look, cancellation)));
                progress?.Invoke($"{depth} blocks taken back; wrong ends: {string.Join(", ", relayers.Select(relayer => relayer.InWords))}");
            }

            await end.CancelAsync();
            await posting;
            var reports = await Task.WhenAll(relayers.Select(relayer => relayer.ReportAsync(blocks.Depths, within, cancellation)));
            return new StormReport(
                $"{string.Join(", ", blocks.Depths)} blocks taken back", Command(confirmations, depths, within, seed), 0,
                [.. reports.SelectMany(report => report.Violations.Select(violation => $"{report.Name}: {violation}"))],
                string.Concat(reports.Select(report => $"\n{report.Name}: {report.Summary}")), string.Join('\n', reports.Select(report => report.Output)));
        }
        finally
        {
            foreach (var relayer in relayers)
            {
                await relayer.DisposeAsync();
            }
        }
    }

    private static string Command(IReadOnlyList<int> confirmations, IReadOnlyList<int> depths, TimeSpan within, int seed) => string.Create(
        CultureInfo.InvariantCulture,
        $"dotnet run -c Release --project tests/Storms -- reorgs --confirmations {string.Join(' ', confirmations)} --depths {string.Join(' ', depths)} --within {within.TotalSeconds:0} --seed {seed}");
}

/// <summary>A relayer that loses blocks, its users, and what they were told.</summary>
internal sealed class ReorgedRelayer : IAsyncDisposable
{
    private readonly RelayerUnderTest _relayer;
    private readonly int _confirmations;
    private readonly ToldStates _told;
    private readonly List<string> _violations = [];

    private ReorgedRelayer(RelayerUnderTest relayer, int confirmations, int seed)
    {
        (_relayer, _confirmations, _told) = (relayer, confirmations, new ToldStates(relayer));
        Workload = new Workload(relayer, seed, new WorkloadOptions(Clients: 3, PauseMilliseconds: 150));
    }

    public Workload Workload { get; }

    public string InWords => string.Create(CultureInfo.InvariantCulture, $"{_told.Found} with {_confirmations} confirmations ({_told.Longest.TotalSeconds:0.0} s)");

    public static async Task<ReorgedRelayer> StartAsync(SharedStack shared, int confirmations, int seed, CancellationToken cancellation)
    {
        var settings = new Dictionary<string, string>
        {
            [$"Chains__{AppSettings.ChainName}__Confirmations"] = confirmations.ToString(CultureInfo.InvariantCulture),
        };
        var relayer = await RelayerUnderTest.SettleAsync(shared, new RelayerUnderTestOptions { Signers = 2, IsMigrated = true, Settings = settings }, cancellation);
        await relayer.StartAsync(0, null, cancellation);
        return new ReorgedRelayer(relayer, confirmations, seed);
    }

    public Task PostAsync(CancellationToken end, CancellationToken cancellation) => Workload.RunAsync(end, cancellation);

    /// <summary>Watches until everything that is told is right again.</summary>
    public async Task WatchAsync(int depth, TimeSpan within, TimeSpan pause, CancellationToken cancellation)
    {
        var before = _told.Found;
        await _told.LookAsync(cancellation);
        var isRight = await Poll.UntilAsync(
            async () =>
            {
                await _told.LookAsync(cancellation);
                return _told.Wrong == 0;
            },
            within, pause, cancellation);
        if (!isRight)
        {
            _violations.Add($"{_told.Wrong} ends are still wrong {within.TotalSeconds:0} s after {depth} blocks were taken back");
        }

        if (depth <= _confirmations && _told.Found > before)
        {
            _violations.Add($"{_told.Found - before} ends were wrong after {depth} blocks were taken back");
        }
    }

    /// <summary>
    /// What does not hold in the end. Where more blocks were taken back than were waited for, the records keep what the first block took: money is not compared.
    /// </summary>
    public async Task<StormReport> ReportAsync(IReadOnlyList<int> depths, TimeSpan within, CancellationToken cancellation)
    {
        var findings = await Auditor.CheckAsync(_relayer, Workload, depths.Max() > _confirmations ? AuditScope.Users : AuditScope.All, cancellation);
        await _told.LookAsync(cancellation);
        var report = StormReport.Of($"{_confirmations} confirmations", "", 0, findings, Workload, _relayer);
        return report with
        {
            Violations =
            [
                .. _violations, .. report.Violations,
                .. _told.Longest > within ? [$"an end was wrong for {_told.Longest.TotalSeconds:0.0} s"] : Array.Empty<string>(),
            ],
            Summary = string.Create(
                CultureInfo.InvariantCulture,
                $"{_told.Found} ends were wrong meanwhile, for {_told.Longest.TotalSeconds:0.0} s at most; {report.Summary}"),
        };
    }

    public async ValueTask DisposeAsync()
    {
        Workload.Dispose();
        await _relayer.DisposeAsync();
    }
}
