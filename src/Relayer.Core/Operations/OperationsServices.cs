using Microsoft.Extensions.DependencyInjection;

namespace Relayer.Core.Operations;

/// <summary>Registers what operators do to the running relayer.</summary>
public static class OperationsServices
{
    /// <summary>Adds <see cref="Pauses"/> and <see cref="AuditLog"/>; they need storage.</summary>
    public static IServiceCollection AddOperations(this IServiceCollection services)
    {
        services.AddSingleton<Pauses>();
        services.AddSingleton<AuditLog>();
        return services;
    }
}
