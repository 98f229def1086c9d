using Functions.Bounds;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Relayer.Core.Relay.Callers;

namespace Functions.Callers;

/// <summary>Registers what tells callers apart, under every host.</summary>
internal static class CallerServices
{
    /// <summary>Adds <see cref="CallerDoor"/>; it needs the relayer's options and the clients' keys.</summary>
    public static IServiceCollection AddCallers(this IServiceCollection services)
    {
        services.AddHostedService<ClientsReport>();
        services.TryAddSingleton<AttemptRates>();
        services.AddSingleton<IUserAttempts>(provider => provider.GetRequiredService<AttemptRates>());
        services.TryAddSingleton<ClientGate>();
        services.TryAddSingleton<CallerDoor>();
        return services;
    }
}
