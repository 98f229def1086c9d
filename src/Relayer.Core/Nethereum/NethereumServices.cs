using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Nethereum.Web3;
using Relayer.Core.Configuration;
using Relayer.Core.Providers;
using Relayer.Core.Transactions.Records;

namespace Relayer.Core.Nethereum;

/// <summary>Registers Nethereum over the engine.</summary>
public static class NethereumServices
{
    /// <summary>
    /// Adds <see cref="IWeb3Factory"/>, and <see cref="IWeb3"/> keyed by the name of each chain. Needs the engine, the providers and an
    /// <see cref="ITransactionOutlet"/>. A process that never calls this does not load Nethereum.
    /// </summary>
    public static IServiceCollection AddWeb3(this IServiceCollection services)
    {
        services.TryAddSingleton<IWeb3Factory>(provider => new Web3Factory(
            provider.GetRequiredService<RelayerOptions>(),
            provider.GetRequiredService<IChainClientFactory>(),
            new Lazy<ITransactionOutlet>(provider.GetRequiredService<ITransactionOutlet>),
            provider.GetRequiredService<TransactionDirectory>(),
            provider.GetRequiredService<TimeProvider>()));
        services.TryAddKeyedTransient(
            KeyedService.AnyKey, (provider, chain) => provider.GetRequiredService<IWeb3Factory>().For((string)chain!));
        return services;
    }
}
