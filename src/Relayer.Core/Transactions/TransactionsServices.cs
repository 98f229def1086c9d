using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Configuration;
using Relayer.Core.Incidents;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Transactions.Records;

namespace Relayer.Core.Transactions;

/// <summary>Registers storage and the engine that everything spending gas goes through.</summary>
public static class TransactionsServices
{
    /// <summary>Adds <see cref="Database"/>; connects to nothing. Needs <see cref="RelayerOptions"/> and logging.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.AddSingleton(provider => new NpgsqlDataSourceBuilder(
            ConnectionDefaults.Apply(provider.GetRequiredService<RelayerOptions>().Database.ConnectionString))
            .UseLoggerFactory(provider.GetRequiredService<ILoggerFactory>()).Build());
        services.AddSingleton<Migrator>();
        services.AddSingleton<Database>();
        services.AddSingleton<StorageTrouble>();
        return services;
    }

    /// <summary>Adds <see cref="ChainEngines"/>; needs storage, providers and keys, every feature's <see cref="ITransactionHandler"/>, and takes an <see cref="ISpendLedger"/> and an <see cref="IncidentLog"/> if there are.</summary>
    public static IServiceCollection AddTransactions(this IServiceCollection services) =>
        services.AddSingleton<TransactionDirectory>().AddSingleton(provider => new ChainEngines(
            provider.GetRequiredService<RelayerOptions>(),
            provider.GetRequiredService<IChainClientFactory>(),
            provider.GetRequiredService<ISignerSource>(),
            provider.GetRequiredService<Database>(),
            new Lazy<IEnumerable<ITransactionHandler>>(provider.GetServices<ITransactionHandler>),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetService<ISpendLedger>(),
            provider.GetService<IncidentLog>()));
}
