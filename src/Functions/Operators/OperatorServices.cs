using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Functions.Operators;

/// <summary>Registers the gate in front of operators' functions.</summary>
internal static class OperatorServices
{
    /// <summary>Adds <see cref="OperatorGate"/>; it needs the operators' keys.</summary>
    public static IServiceCollection AddOperatorGate(this IServiceCollection services)
    {
        services.TryAddSingleton<OperatorGate>();
        return services;
    }
}
