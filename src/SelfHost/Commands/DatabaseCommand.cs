using System.Globalization;
using Functions.Configuration;
using Npgsql;
using Relayer.Core.Configuration;
using Relayer.Core.Operations;
using Relayer.Core.Storage;
using Relayer.Core.Transactions;

namespace SelfHost.Commands;

/// <summary>What the program does instead of serving, for people: it needs <c>Database:ConnectionString</c> and nothing else.</summary>
internal static class DatabaseCommand
{
    /// <summary>All of it is as it should be.</summary>
    public const int Done = 0;

    /// <summary>It could not be done, or not be looked at.</summary>
    public const int Failed = 1;

    /// <summary>The audit was tampered with.</summary>
    public const int Broken = 2;

    /// <summary>A step of the schema waits for older programs to go.</summary>
    public const int HeldBack = 3;

    private const string DatabaseSection = "Database";

    /// <summary>The command that the arguments name; null when they name none, and the app is to serve.</summary>
    public static Func<Task<int>>? Find(string[] args) => args switch
    {
        ["audit", "verify", .. var rest] => () => RunAsync(rest, VerifyAsync),
        ["database", "migrate", .. var rest] => () => RunAsync(rest, MigrateAsync),
        _ => null,
    };

    private static async Task<int> VerifyAsync(IServiceProvider services, IConfiguration configuration)
    {
        var known = configuration["known"];
        var verdict = await AuditChain.VerifyAsync(services.GetRequiredService<NpgsqlDataSource>(), known, CancellationToken.None);
        var entries = verdict.Entries.ToString(CultureInfo.InvariantCulture);
        if (verdict.Fault is { } fault)
        {
            await Console.Error.WriteLineAsync($"The audit is broken: {fault}.\n{entries} entries before hold, up to {verdict.LastHash}.");
            return Broken;
        }

        await Console.Out.WriteLineAsync($"The audit holds: {entries} entries. Keep this hash elsewhere, for --known the next time:\n{verdict.LastHash}");
        return Done;
    }

    private static async Task<int> MigrateAsync(IServiceProvider services, IConfiguration configuration)
    {
        if (await services.GetRequiredService<Migrator>().MigrateAsync(CancellationToken.None))
        {
            await Console.Out.WriteLineAsync("The schema is up to date.");
            return Done;
        }

        await Console.Error.WriteLineAsync("A step waits until older programs have gone; the log says which. Run this again then.");
        return HeldBack;
    }

    private static async Task<int> RunAsync(string[] args, Func<IServiceProvider, IConfiguration, Task<int>> command)
    {
        try
        {
            await using var services = Build(args, out var configuration);
            return await command(services, configuration);
        }
        catch (ConfigurationException exception)
        {
            await Console.Error.WriteLineAsync($"The configuration cannot be used:\n{exception.Message}");
        }
        catch (Exception exception) when (StorageFailures.IsOne(exception))
        {
            await Console.Error.WriteLineAsync($"The database cannot be used: {StorageFailures.CauseOf(exception)}");
        }

        return Failed;
    }

    private static ServiceProvider Build(string[] args, out IConfiguration configuration)
    {
        var settings = new ConfigurationManager();
        Settings.Load(settings, Directory.GetCurrentDirectory(), args);
        configuration = settings;
        var options = new RelayerOptions { Environment = settings["Environment"] ?? "Production" };
        settings.GetSection(DatabaseSection).Bind(options.Database);
        var faults = RelayerOptionsValidator.ValidateDatabase(options);
        return faults.Count > 0
            ? throw new ConfigurationException(faults)
            : new ServiceCollection().AddSingleton(options).AddLogging(logging => HostLogging.Configure(logging, settings)).AddStorage().BuildServiceProvider();
    }
}
