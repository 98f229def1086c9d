using System.Net.Http.Headers;
using System.Text;
using DevChain;
using Relayer.Core.Crashes;
using Relayer.Core.Keepers.Engine;
using Storms.Audit;
using Storms.Field;
using Storms.Keepers;

namespace Storms.Upgrade;

/// <summary>Has an older release work, kills it in the middle of each kind of work, and writes down what it leaves.</summary>
internal sealed class Freezer(Ground ground, OldRelease old, Action<string> say) : IDisposable
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
    private readonly List<Errand> _errands = [];

    public async Task FreezeAsync(string folder, CancellationToken cancellation)
    {
        var council = DevKey.Create();
        await using var town = await Town.BuildAsync(ground, cancellation, LongEnough);
        var settings = town.Settings().Concat(TopUpAudit.Settings(council)).ToDictionary();
        await using var site = await Site.SettleAsync(ground, new SiteOptions { Council = council, Settings = settings, Signers = 1 }, cancellation);
        await HistoryAsync(town, site, cancellation);
        await CutOffAsync(town, site, cancellation);
        Directory.CreateDirectory(folder);
        await using (var connection = await site.OpenAsync(cancellation))
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

        var node = ground.Stack.Node;
        await File.WriteAllBytesAsync(Frozen.ChainFile(folder), await node.DumpStateAsync(cancellation), cancellation);
        var contracts = ground.Stack.Contracts;
        await new Frozen(
            old.Commit, site.FirstBlock, [$"{contracts.OpenZeppelin}", $"{contracts.Infinex}", $"{contracts.Target}"],
            [.. site.Signers.Select(FrozenKey.Of)], FrozenKey.Of(council), FrozenTown.Of(town.Plan()), [.. _errands.Select(FrozenPost.Of)])
            .WriteAsync(folder, cancellation);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Work of every kind that came to its end.</summary>
    private async Task HistoryAsync(Town town, Site site, CancellationToken cancellation)
    {
        await site.StartAsync(0, null, cancellation, old.Program, OldRelease.FormerSettings(site.Settings));
        await site.At(0).WaitUntilReadyAsync(cancellation);
        await town.HandInAsync(site, 2, cancellation);
        await CommitAsync(town, 1);
        await AskAsync(town);
        await PayInAsync(town);
        var user = new Visitor(site, new Random(1));
        await PostAsync(site, user.Sequential(), cancellation);
        await PostAsync(site, user.Sequential(), cancellation);
        await PostAsync(site, user.Unordered(), cancellation);
        var (violations, summary) = await KeeperAuditor.CheckAsync(town, site, cancellation, _errands);
        say($"what came to its end: {summary}");
        await site.StopAsync(0);

        // The next are not refilled, so that there is something to fill.
        await site.StartAsync(0, null, cancellation, old.Program, Only(site, "Confirm"));
        for (var i = 0; i < 4; i++)
        {
            await PostAsync(site, new Visitor(site, new Random(2 + i)).Unordered(), cancellation);
        }

        var open = await KeeperAuditor.CheckAsync(town, site, cancellation, _errands);
        if (violations.Count + open.Violations.Count > 0)
        {
            throw new DevChainException($"the old release did not end its work: {string.Join("; ", violations.Concat(open.Violations))}");
        }

        await site.StopAsync(0);
    }

    /// <summary>Work of every kind that is cut off, each time somewhere else. Nothing is mined any more, and nothing confirmed.</summary>
    private async Task CutOffAsync(Town town, Site site, CancellationToken cancellation)
    {
        await CommitAsync(town, 2);
        await CommitAsync(town, 3);
        await AskAsync(town);
        await PayInAsync(town);
        await DieAsync(site, CrashPoints.SubmitStored, null, cancellation, "ReadBalances", "TopUpSigners");
        await ground.Stack.Node.SetBlockTimeAsync(TimeSpan.Zero, cancellation);
        var user = new Visitor(site, new Random(10));
        await DieAsync(site, CrashPoints.SubmitMarked, user.Unordered(), cancellation);
        await DieAsync(site, CrashPoints.SubmitBroadcast, user.Unordered(), cancellation);

        // Mined, and the records do not know.
        await ground.Stack.Node.MineAsync(1, cancellation);
        await DieAsync(site, CrashPoints.SubmitMarked, user.Unordered(), cancellation);
        await DieAsync(site, CrashPoints.SubmitBroadcast, user.Hasty(Soon), cancellation);
        await DieAsync(site, CrashPoints.SubmitStored, user.Unordered(), cancellation);
        await DieAsync(site, CrashPoints.KeeperReserved, null, cancellation, "SettleOrders");
        await DieAsync(site, CrashPoints.SubmitStored, null, cancellation, "DeployAccounts");
        await DieAsync(site, CrashPoints.KeeperPlanned, null, cancellation, "PerformUpkeeps");
        await DieAsync(site, CrashPoints.SubmitSigned, user.Unordered(), cancellation);
        await DieAsync(site, CrashPoints.RelayReserved, new Visitor(site, new Random(11)).Hasty(Soon), cancellation);
        await DieAsync(site, CrashPoints.RelayReserved, user.Unordered(), cancellation);
    }

    private async Task DieAsync(Site site, string point, Errand? errand, CancellationToken cancellation, params string[] timers)
    {
        await site.KillAsync(0);
        if (await site.StartAsync(0, new Crash(point, 1), cancellation, old.Program, Only(site, timers)))
        {
            if (errand is not null)
            {
                await PostAsync(site, errand, cancellation);
            }

            var started = TimeProvider.System.GetTimestamp();
            while (site.IsRunning(0))
            {
                if (TimeProvider.System.GetElapsedTime(started) > Patience)
                {
                    throw new DevChainException($"it never got to {point} ({string.Join(", ", timers)}):\n{site.Output}");
                }

                await Task.Delay(20, cancellation);
            }
        }

        say($"cut off at {point} {string.Join(", ", timers)}");
    }

    /// <summary>Posts, and takes any answer or none.</summary>
    private async Task PostAsync(Site site, Errand errand, CancellationToken cancellation)
    {
        _errands.Add(errand);
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(errand.Body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var answer = await _http.PostAsync(new Uri(site.At(0).Url, "api/relay"), content, cancellation);
            errand.Verdict = new Field.Verdict((int)answer.StatusCode, null);
        }
        catch (HttpRequestException)
        {
            // It died over it.
        }
    }

    private static Dictionary<string, string> Only(Site site, params string[] timers) => OldRelease.FormerSettings(site.Settings)
        .Concat(Timers.Select(timer => KeyValuePair.Create($"Schedules__{timer}", timers.Contains(timer) ? Always : Never))).ToDictionary();

    private static async Task CommitAsync(Town town, ulong account)
    {
        await town.Perps.FundAsync(account, 1_000);
        town.Wishes[(KeeperNames.Settlement, Deed.Name(account))] = true;
        await town.Perps.CommitAsync(account, 1, 2_100);
    }

    private static async Task AskAsync(Town town)
    {
        await town.Honest.SendAsync("ask()");
        town.Wishes[(KeeperNames.Upkeeps, Deed.Name(town.Honest.Address, await town.Honest.NumberAsync("asked()")))] = true;
    }

    private static async Task PayInAsync(Town town)
    {
        town.Undeployed.TryDequeue(out var planned);
        foreach (var keeper in new[] { KeeperNames.Deployment, KeeperNames.Bridging, KeeperNames.Redemption })
        {
            town.Wishes[(keeper, planned.Account.ToString())] = true;
        }

        await town.Accounts.MintAsync(planned.Account, 100);
    }
}
