using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Functions.Health;

/// <summary>Registers what <c>/api/ready</c> asks.</summary>
internal static class ReadinessServices
{
    /// <summary>Adds a dependency to the framework's health checks; it is only made when it is asked for.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">What it is called in the answer.</param>
    public static IServiceCollection AddReadinessCheck<T>(this IServiceCollection services, string name)
        where T : class, IHealthCheck
    {
        services.AddHealthChecks().AddCheck<T>(name, failureStatus: null, tags: [], ReadinessProbe.Limit);
        return services;
    }
}
