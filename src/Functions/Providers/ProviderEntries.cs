using System.Text.Json;
using Functions.Health;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers.Pool;

namespace Functions.Providers;

/// <summary>Shows how providers are: host and port, never a path or a key.</summary>
internal static class ProviderEntries
{
    public static ProviderEntry Of(ChainId chain, ProviderReport report) => new(
        chain.Value,
        report.Name,
        report.IsUsable,
        NameOf(report.State),
        report.Head,
        report.Lag,
        report.Latency is { } latency ? Math.Round(latency.TotalMilliseconds, 1) : null,
        Math.Round(report.ErrorRate, 3));

    public static string NameOf(ProviderState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());
}
