namespace Functions.Configuration;

/// <summary>Checks the settings that .NET and OpenTelemetry read, which would stop the app with a stack, or be passed over in silence.</summary>
internal static class HostSettings
{
    private static readonly string[] Endpoints =
    [
        "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    ];

    /// <summary>Where telemetry is sent to; each may be there or not.</summary>
    public static IReadOnlyList<string> TelemetryEndpoints => Endpoints;

    /// <summary>Each that is wrong, as <c>Key: what is wrong</c>.</summary>
    public static IReadOnlyList<string> Faults(IConfiguration configuration) =>
    [
        .. Levels(configuration.GetSection("Logging"))
            .Where(level => !string.IsNullOrEmpty(level.Value) && !Enum.TryParse<LogLevel>(level.Value, ignoreCase: true, out _))
            .Select(level => $"{level.Path}: '{level.Value}' is not a level: {string.Join(", ", Enum.GetNames<LogLevel>())}"),
        .. Endpoints.Where(key => configuration[key] is { Length: > 0 } text && !IsUrl(text)).Select(key => $"{key}: is not an http or https URL: nothing would be sent"),
    ];

    private static bool IsUrl(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);

    // Logging:LogLevel:{category}, and Logging:{provider}:LogLevel:{category}.
    private static IEnumerable<IConfigurationSection> Levels(IConfigurationSection logging) =>
        logging.GetSection("LogLevel").GetChildren().Concat(logging.GetChildren().SelectMany(provider => provider.GetSection("LogLevel").GetChildren()));
}
