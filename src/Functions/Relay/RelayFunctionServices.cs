using Functions.Callers;
using Functions.Council;
using Functions.Health;

namespace Functions.Relay;

/// <summary>Registers what the relay functions need beside the core.</summary>
public static class RelayFunctionServices
{
    /// <summary>Adds <see cref="RelayWatch"/>, the readiness checks and what is done once at start.</summary>
    public static IServiceCollection AddRelayFunctions(this IServiceCollection services)
    {
        services.AddCallers();
        services.AddHostedService<Warmup>();
        services.AddSingleton<RelayWatch>();
        services.AddSingleton<CouncilPages>();
        services.AddReadinessCheck<DatabaseReadiness>("database");
        services.AddReadinessCheck<ChainsReadiness>("chains");
        services.AddReadinessCheck<WatchReadiness>("watch");
        return services;
    }
}
