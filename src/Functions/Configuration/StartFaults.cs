namespace Functions.Configuration;

/// <summary>What was found wrong while services were added, to be told together with what is found later.</summary>
/// <param name="Faults">Each <c>Key: what is wrong</c>.</param>
internal sealed record StartFaults(IReadOnlyList<string> Faults);

/// <summary>Notes and gathers them.</summary>
internal static class StartFaultsServices
{
    /// <summary>Notes faults; nothing when there are none.</summary>
    public static IServiceCollection AddStartFaults(this IServiceCollection services, params IReadOnlyList<string> faults) =>
        faults.Count == 0 ? services : services.AddSingleton(new StartFaults(faults));

    /// <summary>Those that were noted so far.</summary>
    public static IEnumerable<string> FindStartFaults(this IServiceCollection services) =>
        services.Select(service => service.ImplementationInstance).OfType<StartFaults>().SelectMany(found => found.Faults);
}
