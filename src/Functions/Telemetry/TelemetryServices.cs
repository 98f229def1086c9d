namespace Functions.Telemetry;

/// <summary>Turns telemetry on when somebody listens.</summary>
public static class TelemetryServices
{
    private static readonly string[] Endpoints =
    [
        "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    ];

    /// <summary>Adds OTLP export when one of the standard endpoint settings is there; otherwise nothing is even loaded.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">Where the endpoint would be.</param>
    /// <param name="mode">What this instance is: <c>alone</c> or <c>isolated</c>.</param>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration, string mode) =>
        Array.Exists(Endpoints, key => !string.IsNullOrEmpty(configuration[key])) ? AddExport(services, mode) : services;

    private static IServiceCollection AddExport(IServiceCollection services, string mode) =>
        services.AddHostedService(_ => new TelemetryService(mode));
}
