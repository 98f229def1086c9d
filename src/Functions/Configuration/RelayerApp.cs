using Functions.Admin;
using Functions.Bounds;
using Functions.Http;
using Functions.Keepers;
using Functions.Relay;
using Functions.Telemetry;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Relayer.Core.Keepers;
using Relayer.Core.Keys;
using Relayer.Core.Operations;
using Relayer.Core.Providers;
using Relayer.Core.Relay;
using Relayer.Core.Transactions;
using Relayer.Core.Treasury;

namespace Functions.Configuration;

/// <summary>The whole app, the same under every host.</summary>
public static class RelayerApp
{
    /// <summary>Adds everything that the functions stand on.</summary>
    /// <param name="services">The services; the host has put its <see cref="HostProfile"/> there.</param>
    /// <param name="configuration">The settings.</param>
    /// <exception cref="ConfigurationException">A setting is wrong; the message names each.</exception>
    public static IServiceCollection AddRelayerApp(this IServiceCollection services, IConfiguration configuration) => services
        .AddOwnKeepers().AddRelayerOptions(configuration)
        .AddStorage().AddOperations().AddProviders().AddKeys().AddTransactions().AddTreasury().AddRelay().AddKeepers()
        .AddRelayFunctions().AddAdminFunctions();

    /// <summary>Adds what any functions need that are served over HTTP: limits, log rules, telemetry, health, CORS.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The settings.</param>
    /// <param name="profile">The host.</param>
    public static IServiceCollection AddHost(this IServiceCollection services, IConfiguration configuration, HostProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        services.Configure<KestrelServerOptions>(ServerLimits.Set);
        return services.AddSingleton(profile).AddStartFaults(HostSettings.Faults(configuration)).AddLogRules().AddTelemetry(configuration, profile.Name).AddHttpFunctions()
            .AddConfiguredCors(configuration);
    }
}
