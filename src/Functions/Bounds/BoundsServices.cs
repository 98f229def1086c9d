using Functions.Operators;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Functions.Bounds;

/// <summary>Registers what bounds the calls, under every host.</summary>
internal static class BoundsServices
{
    /// <summary>Adds the bounds of bodies, waits, streams, requests and reads; they need the relayer's options.</summary>
    public static IServiceCollection AddBounds(this IServiceCollection services)
    {
        services.TryAddSingleton<CallerAddress>();
        services.TryAddSingleton<RequestBodies>();
        services.TryAddSingleton<OpenCalls>();
        services.TryAddSingleton<PublicReads>();
        services.TryAddSingleton<RelayGate>();
        return services;
    }
}
