using Microsoft.Extensions.DependencyInjection;

namespace Relayer.Core.Incidents;

/// <summary>Registers incidents and their alerts.</summary>
public static class IncidentServices
{
    /// <summary>Adds <see cref="IncidentLog"/> and <see cref="AlertService"/>; needs storage and keys.</summary>
    public static IServiceCollection AddIncidents(this IServiceCollection services) =>
        services.AddSingleton<IncidentLog>().AddSingleton<AlertService>();
}
