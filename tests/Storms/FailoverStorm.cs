using System.Collections.Concurrent;
using System.Globalization;
using DevChain;
using DevChain.Processes;
using Npgsql;
using Storms.Audit;
using Storms.Workloads;

namespace Storms;

/// <summary>
/// The primary of two database servers dies while users post, and its standby, which has all that was committed (a streaming replica, synchronous), is promoted.
/// </summary>
public static class FailoverStorm
{
    private const string Refusal = "503 storage_unavailable";

    private static readonly string[] Settings = ["wal_keep_size=512MB"];

    /// <summary>Fails over again and again: the server that died comes back as the standby of the other.</summary>
    /// <param name="shared">Where.</param>
    /// <param name="failovers">How often.</param>
    /// <param name="within">After this long since a promotion nobody may be refused any more.</param>
    /// <param name="seed">What randomness begins with.</param>
    /// <param name="progress">Gets a line for each.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<StormReport> RunAsync(
        SharedStack shared, int failovers, TimeSpan within, int seed, Action<string>? progress, CancellationToken cancellation)
    {
        var random = new Random(seed);
        await using var pair = await DatabasePair.StartAsync(Settings, cancellation);
        await using var relayer = await RelayerUnderTest.SettleAsync(
            shared, new RelayerUnderTestOptions { Database = pair.Database, Connect = _ => pair.Database }, cancellation);
        var refusals = new ConcurrentQueue<long>();
        using var workload = new Workload(relayer, seed, new WorkloadOptions(Clients: 8, PauseMilliseconds: 30))
        {
            OnAnswer = answer => Note(answer, refusals),
        };
        using var end = new CancellationTokenSource();
        foreach (var place in (int[])[0, 1])
        {
            await relayer.StartAsync(place, null, cancellation);
        }

        var posting = workload.RunAsync(end.Token, cancellation);
        var (times, failure) = (new List<(long Promoted, long Next)>(), "");
        try
        {
            for (var i = 1; i <= failovers; i++)
            {
                await workload.GrowAsync(20, cancellation);
                var died = TimeProvider.System.GetTimestamp();
                await pair.CrashAsync();
                await workload.AnsweredAsync(Refusal, cancellation);
                await Task.Delay(random.Next(500), cancellation);
                await pair.PromoteAsync(cancellation);
                times = [.. times.Select(time => time.Next == long.MaxValue ? time with { Next = died } : time), (TimeProvider.System.GetTimestamp(), long.MaxValue)];
                await workload.GrowAsync(100, cancellation);
                progress?.Invoke($"{i} of {failovers} failovers, {workload.Accepted} accepted, refused for {Seconds(LongestAfter(times[^1..], refusals))} s after the promotion");
                await pair.FollowAsync(cancellation);
            }
        }
        catch (TimeoutException late)
        {
            failure = late.Message;
        }

        await end.CancelAsync();
        await posting;
        var longest = LongestAfter(times, refusals);
        var report = StormReport.Of(
            $"{failovers} failovers of the database to a streaming replica", $"failover --failovers {failovers} --seed {seed}", 0,
            await Auditor.CheckAsync(relayer, workload, cancellation), workload, relayer);
        string[] violations =
        [
            .. failure.Length > 0 ? [failure] : Array.Empty<string>(),
            .. longest > within ? [$"refused for {Seconds(longest)} s after a promotion; at most {Seconds(within)}"] : Array.Empty<string>(),
            .. report.Violations,
        ];
        return report with { Violations = violations, Summary = $"refused for {Seconds(longest)} s at most after a promotion; {report.Summary}" };
    }

    private static void Note(string answer, ConcurrentQueue<long> refusals)
    {
        if (answer == Refusal)
        {
            refusals.Enqueue(TimeProvider.System.GetTimestamp());
        }
    }

    /// <summary>From a promotion to the last refusal before the next server died.</summary>
    private static TimeSpan LongestAfter(IEnumerable<(long Promoted, long Next)> times, IReadOnlyCollection<long> refusals) => times
        .Select(time => refusals.Where(at => at > time.Promoted && at < time.Next).Select(at => TimeProvider.System.GetElapsedTime(time.Promoted, at)).DefaultIfEmpty().Max())
        .DefaultIfEmpty().Max();

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);
}

/// <summary>Two servers, of which one takes writes and the other has them before they count as committed.</summary>
internal sealed class DatabasePair : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private PostgresServer _primary;
    private PostgresServer? _standby;

    private DatabasePair(PostgresServer primary, PostgresServer standby, string database) => (_primary, _standby, Database) = (primary, standby, database);

    /// <summary>A database's connection string that names both.</summary>
    public string Database { get; }

    public static async Task<DatabasePair> StartAsync(IReadOnlyList<string> settings, CancellationToken cancellation)
    {
        var primary = await PostgresServer.StartAsync(settings: settings, cancellation: cancellation);
        try
        {
            var database = new NpgsqlConnectionStringBuilder(await primary.CreateDatabaseAsync(cancellation));
            var standby = await FollowAsync(primary, null, cancellation);
            database.Host = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{primary.Port},127.0.0.1:{standby.Port}");
            database.TargetSessionAttributes = "primary";
            return new DatabasePair(primary, standby, database.ConnectionString);
        }
        catch
        {
            await primary.DisposeAsync();
            throw;
        }
    }

    /// <summary>The one that takes writes dies.</summary>
    public Task CrashAsync() => _primary.CrashAsync();

    /// <summary>The other one takes writes; nothing is left of the first.</summary>
    public async Task PromoteAsync(CancellationToken cancellation)
    {
        var standby = _standby ?? throw new InvalidOperationException("there is no standby");
        await standby.PromoteAsync(cancellation);
        await _primary.DisposeAsync();
        (FreePort, _primary, _standby) = (_primary.Port, standby, null);
    }

    /// <summary>A new standby, where the server that died was.</summary>
    public async Task FollowAsync(CancellationToken cancellation) => _standby = await FollowAsync(_primary, FreePort, cancellation);

    public async ValueTask DisposeAsync()
    {
        await _primary.DisposeAsync();
        if (_standby is not null)
        {
            await _standby.DisposeAsync();
        }
    }

    private int FreePort { get; set; }

    private static async Task<PostgresServer> FollowAsync(PostgresServer primary, int? port, CancellationToken cancellation)
    {
        var standby = await primary.BackUpAsync(isStandby: true, port, cancellation);
        try
        {
            await standby.StartAsync(cancellation);
            await BecomesAsync(primary, "select exists (select from pg_stat_replication where state = 'streaming')", cancellation);
            await primary.AskAsync("alter system set synchronous_standby_names = 'standby'", cancellation);
            await primary.AskAsync("select pg_reload_conf()", cancellation);
            await BecomesAsync(primary, "select exists (select from pg_stat_replication where sync_state = 'sync')", cancellation);
            return standby;
        }
        catch
        {
            await standby.DisposeAsync();
            throw;
        }
    }

    private static async Task BecomesAsync(PostgresServer server, string question, CancellationToken cancellation)
    {
        if (!await Poll.UntilAsync(async () => await server.AskAsync(question, cancellation) is true, Patience, TimeSpan.FromMilliseconds(50), cancellation))
        {
            throw new DevChainException($"the standby does not follow: {question}\n{server.Log}");
        }
    }
}
