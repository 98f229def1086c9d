using System.Diagnostics.Metrics;
using Relayer.Core.Telemetry;

namespace Functions.Operators;

/// <summary>How it is told and counted that somebody came without a right key.</summary>
/// <param name="Called">What was called, as a sentence begins.</param>
/// <param name="Refused">Counts them.</param>
internal sealed record KeyWords(string Called, Counter<long> Refused)
{
    /// <summary>Operators' keys.</summary>
    public static KeyWords Operators { get; } = new("Operators' routes were", RelayerMetrics.OperatorsRefused);

    /// <summary>API clients' keys.</summary>
    public static KeyWords Clients { get; } = new("Users' routes were", RelayerMetrics.ClientsRefused);
}
