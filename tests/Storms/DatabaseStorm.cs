using Npgsql;
using Storms.Audit;
using Storms.Field;
using Storms.Weather;

namespace Storms;

/// <summary>The database goes, comes, fills up and runs out of connections while users post.</summary>
public static class DatabaseStorm
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The server crashes or stops under load, and comes back, again and again.</summary>
    /// <remarks>It takes the server of the whole ground away: nothing else may run on it.</remarks>
    public static async Task<StormReport> RestartAsync(Ground ground, int restarts, int seed, Action<string>? progress, CancellationToken cancellation)
    {
        var random = new Random(seed);
        return await RunAsync(
            ground, new SiteOptions(), 2, $"{restarts} restarts of the database", $"database --restarts {restarts} --seed {seed}", seed,
            async (site, crowd) =>
            {
                for (var i = 1; i <= restarts; i++)
                {
                    await GrowAsync(crowd, 10, cancellation);
                    await Task.Delay(random.Next(300), cancellation);
                    await (random.Next(3) == 0 ? ground.Stack.Postgres.StopAsync() : ground.Stack.Postgres.CrashAsync());
                    await Task.Delay(random.Next(500), cancellation);
                    await ground.Stack.Postgres.StartAsync(cancellation);
                    progress?.Invoke($"{i} of {restarts} restarts, {crowd.Accepted} accepted");
                }
            },
            cancellation);
    }

    /// <summary>The disk under the tables is full for a while: a small file system where one can be mounted, a server that says so where not.</summary>
    /// <param name="ground">Where.</param>
    /// <param name="rounds">How often it fills up.</param>
    /// <param name="mayMount">False simulates a machine that forbids mounting.</param>
    /// <param name="seed">What randomness begins with.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<StormReport> DiskFullAsync(Ground ground, int rounds, bool mayMount, int seed, CancellationToken cancellation)
    {
        await using var disk = mayMount ? await SmallDisk.TryMountAsync(cancellation) : null;
        return await RunAsync(
            ground, new SiteOptions { Tablespace = disk?.Path }, 1,
            disk is null ? "disk full, as the server says it (a trigger raises 53100)" : "disk full, for real (a small tmpfs under the tables)",
            $"database --disk {rounds}{(mayMount ? "" : " --no-mount")} --seed {seed}", seed,
            async (site, crowd) =>
            {
                for (var i = 0; i < rounds; i++)
                {
                    await GrowAsync(crowd, 10, cancellation);
                    await using (disk is null ? await FullTables.BeginAsync(site, cancellation) : disk.Fill())
                    {
                        await RefusedAsync(crowd, "503 storage_unavailable", cancellation);
                        await Task.Delay(2_000, cancellation);
                    }
                }

                await GrowAsync(crowd, 10, cancellation);
            },
            cancellation);
    }

    /// <summary>More callers than connections: first the pool's, then the server's.</summary>
    public static async Task<StormReport> FewConnectionsAsync(Ground ground, bool isServer, int seed, CancellationToken cancellation)
    {
        const int Few = 4;
        var role = isServer ? await NarrowRole.CreateAsync(ground, Few, cancellation) : null;
        var options = new SiteOptions
        {
            Owner = role?.Name,
            Connect = database => role?.Connect(database) ?? new NpgsqlConnectionStringBuilder(database) { MaxPoolSize = 2, Timeout = 1 }.ConnectionString,
        };
        return await RunAsync(
            ground, options, isServer ? 3 : 1,
            isServer ? $"{Few} connections at the server for three instances" : "two connections in the pool",
            $"database --connections --seed {seed}", seed,
            async (site, crowd) =>
            {
                await GrowAsync(crowd, 10, cancellation);
                await using (isServer ? null : await HeldTable.TakeAsync(site, cancellation))
                {
                    await RefusedAsync(crowd, "503 storage_unavailable", cancellation);
                }

                await GrowAsync(crowd, 100, cancellation);
            },
            cancellation,
            new CrowdOptions(Clients: 48, PauseMilliseconds: 1));
    }

    private static async Task<StormReport> RunAsync(
        Ground ground, SiteOptions options, int instances, string name, string command, int seed, Func<Site, Crowd, Task> rage,
        CancellationToken cancellation, CrowdOptions? people = null)
    {
        await using var site = await Site.SettleAsync(ground, options, cancellation);
        using var crowd = new Crowd(site, seed, people ?? new CrowdOptions(Clients: 8, PauseMilliseconds: 30));
        using var end = new CancellationTokenSource();
        for (var place = 0; place < instances; place++)
        {
            await site.StartAsync(place, null, cancellation);
        }

        var posting = crowd.RunAsync(end.Token, cancellation);
        var failure = "";
        try
        {
            await rage(site, crowd);
        }
        catch (TimeoutException late)
        {
            failure = late.Message;
        }

        await end.CancelAsync();
        await posting;
        var report = StormReport.Of(name, command, 0, await Auditor.CheckAsync(site, crowd, cancellation), crowd, site);
        return failure.Length == 0 ? report : report with { Violations = [failure, .. report.Violations] };
    }

    private static Task GrowAsync(Crowd crowd, int by, CancellationToken cancellation)
    {
        var goal = crowd.Accepted + by;
        return UntilAsync(() => crowd.Accepted >= goal, $"no {by} more requests were accepted", cancellation);
    }

    private static Task RefusedAsync(Crowd crowd, string answer, CancellationToken cancellation)
    {
        var before = crowd.Answers.GetValueOrDefault(answer);
        return UntilAsync(() => crowd.Answers.GetValueOrDefault(answer) > before, $"nobody was answered {answer}", cancellation);
    }

    private static async Task UntilAsync(Func<bool> isSo, string otherwise, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException($"{otherwise} within {Patience.TotalSeconds} seconds");
            }

            await Task.Delay(20, cancellation);
        }
    }
}
