using Functions.Bounds;
using Functions.Health;
using Functions.OpenApi;
using Functions.Operators;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Functions.Http;

/// <summary>What the app's own functions need, under every host.</summary>
public static class HttpServices
{
    /// <summary>Adds health, readiness, the API's description and the gate in front of operators' functions.</summary>
    public static IServiceCollection AddHttpFunctions(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ReadinessProbe>();
        services.TryAddSingleton<OpenApiDocuments>();
        return services.AddBounds().AddOperatorGate();
    }
}
