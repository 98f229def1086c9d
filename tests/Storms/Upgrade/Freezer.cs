using System.Net.Http.Headers;
using System.Text;
using DevChain;
using Relayer.Core.Crashes;
using Relayer.Core.Keepers.Engine;
using Storms.Audit;
using Storms.Keepers;
using Storms.Workloads;

namespace Storms.Upgrade;

/// <summary>Has an older release work, kills it in the middle of each kind of work, and writes down what it leaves.</summary>
internal sealed class Freezer(SharedStack shared, OldRelease old, Action<string> say) : IDisposable
{
    private const ulong LongEnough = 3_153_600_000; // a hundred years: an order that nobody settles stays settleable
    private const double Soon = 45; // signed deadlines are over by the time that somebody goes on
    private const string Never = "0 0 0 1 1 *";
    private const string Always = "* * * * * *";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    private static readonly string[] Timers =
    [
        "Confirm", "ReadBalances", "TopUpSigners", "PerformUpkeeps", "SettleOrders", "LiquidateAccounts", "DeployAccounts", "BridgeAccounts",
        "RedeemMessages", "DeliverAlerts",
    ];

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };
    private readonly List<SignedRequest> _requests = [];

    public async Task FreezeAsync(string folder, CancellationToken cancellation)
    {
        var council = DevKey.Create();
        await using var scenario = await KeeperScenario.BuildAsync(shared, cancellation, LongEnough);
        var settings = scenario.Settings().Concat(TopUpAudit.Settings(council)).ToDictionary();
        await using var relayer = await RelayerUnderTest.SettleAsync(shared, new RelayerUnderTestOptions { Council = council, Settings = settings, Signers = 1 }, cancellation);
        await HistoryAsync(scenario, relayer, cancellation);
        await CutOffAsync(scenario, relayer, cancellation);
        Directory.CreateDirectory(folder);
        await using (var connection = await relayer.OpenAsync(cancellation))
        {
            await RowDump.WriteAsync(connection, Frozen.RowsFile(folder), cancellation);
            say(string.Join("; ", await Rows.ReadAsync(
                connection,
                """
                select format('%s transactions in state %s', count(*), state) from transactions group by state
                union all select format('%s relays in state %s', count(*), state) from relays group by state
                union all select format('%s of %s in state %s', count(*), keeper, state) from keeper_work group by keeper, state
                union all select format('%s top-ups in state %s', count(*), state) from top_ups group by state
                """,
                row => row.GetString(0), cancellation)));
        }

        var node = shared.Stack.Node;
        await File.WriteAllBytesAsync(Frozen.ChainFile(folder), await node.DumpStateAsync(cancellation), cancellation);
        var contracts = shared.Stack.Contracts;
        await new Frozen(
            old.Commit, relayer.FirstBlock, [$"{contracts.OpenZeppelin}", $"{contracts.Infinex}", $"{contracts.Target}"],
            [.. relayer.Signers.Select(FrozenKey.Of)], FrozenKey.Of(council), FrozenScenario.Of(scenario.Plan()), [.. _requests.Select(FrozenPost.Of)])
            .WriteAsync(folder, cancellation);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Work of every kind that came to its end.</summary>
    private async Task HistoryAsync(KeeperScenario scenario, RelayerUnderTest relayer, CancellationToken cancellation)
    {
        await relayer.StartAsync(0, null, cancellation, old.Program, OldRelease.FormerSettings(relayer.Settings));
        await relayer.At(0).WaitUntilReadyAsync(cancellation);
        await scenario.HandInAsync(relayer, 2, cancellation);
        await CommitAsync(scenario, 1);
        await AskAsync(scenario);
        await PayInAsync(scenario);
        var user = new User(relayer, new Random(1));
        await PostAsync(relayer, user.Sequential(), cancellation);
        await PostAsync(relayer, user.Sequential(), cancellation);
        await PostAsync(relayer, user.Unordered(), cancellation);
        var (violations, summary) = await KeeperAuditor.CheckAsync(scenario, relayer, cancellation, _requests);
        say($"what came to its end: {summary}");
        await relayer.StopAsync(0);

        // The next are not refilled, so that there is something to fill.
        await relayer.StartAsync(0, null, cancellation, old.Program, Only(relayer, "Confirm"));
        for (var i = 0; i < 4; i++)
        {
            await PostAsync(relayer, new User(relayer, new Random(2 + i)).Unordered(), cancellation);
        }

        var open = await KeeperAuditor.CheckAsync(scenario, relayer, cancellation, _requests);
        if (violations.Count + open.Violations.Count > 0)
        {
            throw new DevChainException($"the old release did not end its work: {string.Join("; ", violations.Concat(open.Violations))}");
        }

        await relayer.StopAsync(0);
    }

    /// <summary>Work of every kind that is cut off, each time somewhere else. Nothing is mined any more, and nothing confirmed.</summary>
    private async Task CutOffAsync(KeeperScenario scenario, RelayerUnderTest relayer, CancellationToken cancellation)
    {
        await CommitAsync(scenario, 2);
        await CommitAsync(scenario, 3);
        await AskAsync(scenario);
        await PayInAsync(scenario);
        await DieAsync(relayer, CrashPoints.SubmitStored, null, cancellation, "ReadBalances", "TopUpSigners");
        await shared.Stack.Node.SetBlockTimeAsync(TimeSpan.Zero, cancellation);
        var user = new User(relayer, new Random(10));
        await DieAsync(relayer, CrashPoints.SubmitMarked, user.Unordered(), cancellation);
        await DieAsync(relayer, CrashPoints.SubmitBroadcast, user.Unordered(), cancellation);

        // Mined, and the records do not know.
        await shared.Stack.Node.MineAsync(1, cancellation);
        await DieAsync(relayer, CrashPoints.SubmitMarked, user.Unordered(), cancellation);
        await DieAsync(relayer, CrashPoints.SubmitBroadcast, user.Hasty(Soon), cancellation);
        await DieAsync(relayer, CrashPoints.SubmitStored, user.Unordered(), cancellation);
        await DieAsync(relayer, CrashPoints.KeeperReserved, null, cancellation, "SettleOrders");
        await DieAsync(relayer, CrashPoints.SubmitStored, null, cancellation, "DeployAccounts");
        await DieAsync(relayer, CrashPoints.KeeperPlanned, null, cancellation, "PerformUpkeeps");
        await DieAsync(relayer, CrashPoints.SubmitSigned, user.Unordered(), cancellation);
        await DieAsync(relayer, CrashPoints.RelayReserved, new User(relayer, new Random(11)).Hasty(Soon), cancellation);
        await DieAsync(relayer, CrashPoints.RelayReserved, user.Unordered(), cancellation);
    }

    private async Task DieAsync(RelayerUnderTest relayer, string point, SignedRequest? signed, CancellationToken cancellation, params string[] timers)
    {
        await relayer.KillAsync(0);
        if (await relayer.StartAsync(0, new Crash(point, 1), cancellation, old.Program, Only(relayer, timers)))
        {
            if (signed is not null)
            {
                await PostAsync(relayer, signed, cancellation);
            }

            var started = TimeProvider.System.GetTimestamp();
            while (relayer.IsRunning(0))
            {
                if (TimeProvider.System.GetElapsedTime(started) > Patience)
                {
                    throw new DevChainException($"it never got to {point} ({string.Join(", ", timers)}):\n{relayer.Output}");
                }

                await Task.Delay(20, cancellation);
            }
        }

        say($"cut off at {point} {string.Join(", ", timers)}");
    }

    /// <summary>Posts, and takes any answer or none.</summary>
    private async Task PostAsync(RelayerUnderTest relayer, SignedRequest signed, CancellationToken cancellation)
    {
        _requests.Add(signed);
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(signed.Body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var answer = await _http.PostAsync(new Uri(relayer.At(0).Url, "api/relay"), content, cancellation);
            signed.Answer = new Storms.Workloads.GivenAnswer((int)answer.StatusCode, null);
        }
        catch (HttpRequestException)
        {
            // It died over it.
        }
    }

    private static Dictionary<string, string> Only(RelayerUnderTest relayer, params string[] timers) => OldRelease.FormerSettings(relayer.Settings)
        .Concat(Timers.Select(timer => KeyValuePair.Create($"Schedules__{timer}", timers.Contains(timer) ? Always : Never))).ToDictionary();

    private static async Task CommitAsync(KeeperScenario scenario, ulong account)
    {
        await scenario.Perps.FundAsync(account, 1_000);
        scenario.Wishes[(KeeperNames.Settlement, WorkOnChain.Name(account))] = true;
        await scenario.Perps.CommitAsync(account, 1, 2_100);
    }

    private static async Task AskAsync(KeeperScenario scenario)
    {
        await scenario.Honest.SendAsync("ask()");
        scenario.Wishes[(KeeperNames.Upkeeps, WorkOnChain.Name(scenario.Honest.Address, await scenario.Honest.NumberAsync("asked()")))] = true;
    }

    private static async Task PayInAsync(KeeperScenario scenario)
    {
        scenario.Undeployed.TryDequeue(out var planned);
        foreach (var keeper in new[] { KeeperNames.Deployment, KeeperNames.Bridging, KeeperNames.Redemption })
        {
            scenario.Wishes[(keeper, planned.Account.ToString())] = true;
        }

        await scenario.Accounts.MintAsync(planned.Account, 100);
    }
}
