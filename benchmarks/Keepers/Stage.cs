using DevChain;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Relayer.Core.Configuration;
using Relayer.Core.Keepers;
using Relayer.Core.Keys;
using Relayer.Core.Operations;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Transactions;

namespace Keepers;

/// <summary>What keepers are measured on.</summary>
internal static class Stage
{
    /// <summary>A block a second, with room for everything.</summary>
    public static AnvilOptions Node { get; } = new() { BlockTime = TimeSpan.FromSeconds(1), MixedMining = true, GasLimit = 200_000_000 };

    /// <summary>Says a step to the error stream, so that the output is the table.</summary>
    public static void Tell(string step) => Console.Error.WriteLine($"  {step}");

    /// <summary>The keepers in this process, behind a tap that counts what they ask.</summary>
    public static async Task<ServiceProvider> StartServicesAsync(DevStack stack, RpcTap tap, Dictionary<string, string> keepers)
    {
        var settings = new Dictionary<string, string>(stack.Settings.Concat(keepers));
        settings[$"Chains__{AppSettings.ChainName}__Rpc__0"] = tap.Url.ToString();
        await using var source = NpgsqlDataSource.Create(stack.ConnectionString);
        await new Migrator(source, NullLogger<Migrator>.Instance).MigrateAsync(default);
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(item => KeyValuePair.Create(item.Key.Replace("__", ":", StringComparison.Ordinal), (string?)item.Value)))
            .Build();
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddSingleton(RelayerOptions.Bind(configuration));
        return services.AddStorage().AddOperations().AddProviders().AddKeys().AddTransactions().AddKeepers().BuildServiceProvider();
    }

    /// <summary>Prices of 2,000.</summary>
    public static async Task<HermesStandIn> StartHermesAsync()
    {
        var hermes = await HermesStandIn.StartAsync();
        hermes.Prices[DevPerps.Feed] = _ => 2000_00000000;
        return hermes;
    }

    /// <summary>One value.</summary>
    public static async Task<T> AskAsync<T>(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
