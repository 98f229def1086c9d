using System.Text.Json.Serialization;
using Relayer.Core.Treasury.Balances;

namespace Relayer.Core.Treasury.Reports;

/// <summary>How lists are kept in jsonb columns.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(IReadOnlyList<ProviderView>))]
[JsonSerializable(typeof(IReadOnlyList<ProviderBalance>))]
internal sealed partial class GasJson : JsonSerializerContext;
