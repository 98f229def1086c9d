using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Relayer.Core.Providers;

/// <summary>Registers the chains' clients.</summary>
public static class ProvidersServices
{
    /// <summary>
    /// Adds <see cref="IChainClients"/> over every URL of <c>Chains:{name}:Rpc</c>, and <see cref="ProviderObservations"/>. Needs
    /// <see cref="Configuration.RelayerOptions"/>, storage and logging to be registered; takes a <see cref="TimeProvider"/> if there is one.
    /// </summary>
    public static IServiceCollection AddProviders(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IChainClients, ChainClients>();
        services.TryAddSingleton<ProviderObservations>();
        return services;
    }
}
