using System.Text.Json;
using System.Text.Json.Serialization;
using Functions.Health;
using Relayer.Core.Providers.Pool;

namespace Functions.Providers;

/// <summary>How providers are, seen from each instance.</summary>
/// <param name="Observations">The newest of each provider from each place.</param>
public sealed record ProvidersAnswer(IReadOnlyList<ObservationAnswer> Observations)
{
    internal static ProvidersAnswer Of(IReadOnlyList<ProviderObservation> observations) => new(
        [.. observations.Select(seen => new ObservationAnswer(seen.At, seen.From, ProviderEntries.Of(seen.Chain, seen.Report)))]);
}

/// <summary>A provider, seen from somewhere.</summary>
/// <param name="At">When.</param>
/// <param name="ObservedFrom">The instance that looked, such as a region's name.</param>
/// <param name="Provider">What it saw.</param>
public sealed record ObservationAnswer(DateTimeOffset At, string ObservedFrom, ProviderEntry Provider);

/// <summary>How these answers are written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ProvidersAnswer))]
internal sealed partial class ProvidersJson : JsonSerializerContext;
