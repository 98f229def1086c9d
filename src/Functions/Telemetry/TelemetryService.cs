using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Functions.Telemetry;

/// <summary>Sends traces and metrics over OTLP; the standard <c>OTEL_*</c> settings say where and how.</summary>
/// <remarks>Only added when an endpoint is configured. A collector that is unavailable costs spans, never requests.</remarks>
/// <param name="mode">What this instance is, as a resource attribute.</param>
internal sealed class TelemetryService(string mode) : IHostedService, IDisposable
{
    /// <summary>The name of this app's own activity source and meter.</summary>
    public const string Name = "Relayer";

    private static readonly string[] Sources = [Name, "Microsoft.AspNetCore", "Npgsql", "System.Net.Http"];

    private static readonly string[] Meters =
    [
        Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql", "System.Net.Http", "System.Runtime",
    ];

    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var resource = ResourceBuilder.CreateDefault()
            .AddService("relayer", serviceVersion: Functions.Health.HealthAnswer.Alive.Version)
            .AddAttributes([new("relayer.host", mode)])
            .AddEnvironmentVariableDetector();
        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(Sources)
            .AddProcessor<QueryRemover>()
            .AddOtlpExporter()
            .Build();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(Meters)
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    /// <summary>Sends what is left, for five seconds at most.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            const int LimitMilliseconds = 5_000;
            _traces?.Shutdown(LimitMilliseconds);
            _metrics?.Shutdown(LimitMilliseconds);
        },
        cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }
}
