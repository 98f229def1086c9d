using Functions.Configuration;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Relayer.Core.Telemetry;

namespace Functions.Telemetry;

/// <summary>Turns telemetry on when somebody listens.</summary>
/// <remarks>The standard <c>OTEL_*</c> settings say where it is sent and how. A collector that is unavailable costs spans, never requests.</remarks>
public static class TelemetryServices
{
    private static readonly string[] Sources = [RelayerMetrics.Name, "Microsoft.AspNetCore", "Npgsql", "System.Net.Http"];

    private static readonly string[] Meters =
    [
        RelayerMetrics.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql", "System.Net.Http", "System.Runtime",
    ];

    /// <summary>Adds OTLP export when one of the standard endpoint settings is there; otherwise nothing is even loaded.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">Where the endpoint would be.</param>
    /// <param name="mode">What this instance is: <c>alone</c> or <c>isolated</c>.</param>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration, string mode) =>
        HostSettings.TelemetryEndpoints.Any(key => !string.IsNullOrEmpty(configuration[key])) ? AddExport(services, mode) : services;

    private static IServiceCollection AddExport(IServiceCollection services, string mode)
    {
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService("relayer", serviceVersion: Health.HealthAnswer.Alive.Version)
                .AddAttributes([new("relayer.host", mode)])
                .AddEnvironmentVariableDetector())
            .WithTracing(traces => traces.AddSource(Sources).AddProcessor<QueryRemover>().AddOtlpExporter())
            .WithMetrics(metrics => metrics.AddMeter(Meters).AddOtlpExporter());
        return services;
    }
}
