using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Relayer.Core.Providers.Agreement;
using Relayer.Core.Providers.Client;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Providers;

/// <summary>Registers the chains' clients.</summary>
public static class ProvidersServices
{
    /// <summary>
    /// Adds <see cref="IChainClientFactory"/> over every URL of <c>Chains:{name}:Rpc</c>, and <see cref="ProviderObservations"/>. Needs
    /// <see cref="Configuration.RelayerOptions"/>, storage and logging to be registered; takes a <see cref="TimeProvider"/> if there is one.
    /// </summary>
    public static IServiceCollection AddProviders(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IChainClientFactory, ChainClientFactory>();
        services.TryAddSingleton<ProviderObservations>();
        services.TryAddSingleton<DisagreementLog>();
        return services;
    }
}
