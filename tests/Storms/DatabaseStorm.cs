using Npgsql;
using Storms.Audit;
using Storms.Faults;
using Storms.Workloads;

namespace Storms;

/// <summary>The database goes, comes, fills up and runs out of connections while users post.</summary>
public static class DatabaseStorm
{
    /// <summary>The server crashes or stops under load, and comes back, again and again.</summary>
    /// <remarks>It takes the server of the whole shared stack away: nothing else may run on it.</remarks>
    public static async Task<StormReport> RestartAsync(SharedStack shared, int restarts, int seed, Action<string>? progress, CancellationToken cancellation)
    {
        var random = new Random(seed);
        return await RunAsync(
            shared, new RelayerUnderTestOptions(), 2, $"{restarts} restarts of the database", $"database --restarts {restarts} --seed {seed}", seed,
            async (relayer, workload) =>
            {
                for (var i = 1; i <= restarts; i++)
                {
                    await workload.GrowAsync(10, cancellation);
                    await Task.Delay(random.Next(300), cancellation);
                    await (random.Next(3) == 0 ? shared.Stack.Postgres.StopAsync() : shared.Stack.Postgres.CrashAsync());
                    await Task.Delay(random.Next(500), cancellation);
                    await shared.Stack.Postgres.StartAsync(cancellation);
                    progress?.Invoke($"{i} of {restarts} restarts, {workload.Accepted} accepted");
                }
            },
            cancellation);
    }

    /// <summary>The disk under the tables is full for a while: a small file system where one can be mounted, a server that says so where not.</summary>
    /// <param name="shared">Where.</param>
    /// <param name="rounds">How often it fills up.</param>
    /// <param name="mayMount">False simulates a machine that forbids mounting.</param>
    /// <param name="seed">What randomness begins with.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<StormReport> DiskFullAsync(SharedStack shared, int rounds, bool mayMount, int seed, CancellationToken cancellation)
    {
        await using var disk = mayMount ? await SmallDisk.TryMountAsync(cancellation) : null;
        return await RunAsync(
            shared, new RelayerUnderTestOptions { Tablespace = disk?.Path }, 1,
            disk is null ? "disk full, as the server says it (a trigger raises 53100)" : "disk full, for real (a small tmpfs under the tables)",
            $"database --disk {rounds}{(mayMount ? "" : " --no-mount")} --seed {seed}", seed,
            async (relayer, workload) =>
            {
                for (var i = 0; i < rounds; i++)
                {
                    await workload.GrowAsync(10, cancellation);
                    await using (disk is null ? await FullTables.BeginAsync(relayer, cancellation) : disk.Fill())
                    {
                        await workload.AnsweredAsync("503 storage_unavailable", cancellation);
                        await Task.Delay(2_000, cancellation);
                    }
                }

                await workload.GrowAsync(10, cancellation);
            },
            cancellation);
    }

    /// <summary>More callers than connections: first the pool's, then the server's.</summary>
    public static async Task<StormReport> FewConnectionsAsync(SharedStack shared, bool isServer, int seed, CancellationToken cancellation)
    {
        const int Few = 4;
        var role = isServer ? await NarrowRole.CreateAsync(shared, Few, cancellation) : null;
        var options = new RelayerUnderTestOptions
        {
            Owner = role?.Name,
            Connect = database => role?.Connect(database) ?? new NpgsqlConnectionStringBuilder(database) { MaxPoolSize = 2, Timeout = 1 }.ConnectionString,
        };
        return await RunAsync(
            shared, options, isServer ? 3 : 1,
            isServer ? $"{Few} connections at the server for three instances" : "two connections in the pool",
            $"database --connections --seed {seed}", seed,
            async (relayer, workload) =>
            {
                await workload.GrowAsync(10, cancellation);
                await using (isServer ? null : await HeldTable.TakeAsync(relayer, cancellation))
                {
                    await workload.AnsweredAsync("503 storage_unavailable", cancellation);
                }

                await workload.GrowAsync(100, cancellation);
            },
            cancellation,
            new WorkloadOptions(Clients: 48, PauseMilliseconds: 1));
    }

    private static async Task<StormReport> RunAsync(
        SharedStack shared, RelayerUnderTestOptions options, int instances, string name, string command, int seed, Func<RelayerUnderTest, Workload, Task> rage,
        CancellationToken cancellation, WorkloadOptions? people = null)
    {
        await using var relayer = await RelayerUnderTest.SettleAsync(shared, options, cancellation);
        using var workload = new Workload(relayer, seed, people ?? new WorkloadOptions(Clients: 8, PauseMilliseconds: 30));
        using var end = new CancellationTokenSource();
        for (var place = 0; place < instances; place++)
        {
            await relayer.StartAsync(place, null, cancellation);
        }

        var posting = workload.RunAsync(end.Token, cancellation);
        var failure = "";
        try
        {
            await rage(relayer, workload);
        }
        catch (TimeoutException late)
        {
            failure = late.Message;
        }

        await end.CancelAsync();
        await posting;
        var report = StormReport.Of(name, command, 0, await Auditor.CheckAsync(relayer, workload, cancellation), workload, relayer);
        return failure.Length == 0 ? report : report with { Violations = [failure, .. report.Violations] };
    }
}
