using Functions.Health;
using Functions.OpenApi;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Functions.Http;

/// <summary>What the app's own functions need, under every host.</summary>
public static class HttpServices
{
    /// <summary>Adds health, readiness and the API's description.</summary>
    public static IServiceCollection AddHttpFunctions(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<CallerKeys>();
        services.TryAddSingleton<ReadinessProbe>();
        services.TryAddSingleton<OpenApiDocuments>();
        return services;
    }
}
