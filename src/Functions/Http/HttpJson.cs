using System.Text.Json;
using System.Text.Json.Serialization;
using Functions.Health;

namespace Functions.Http;

/// <summary>How the app's own answers are written: camelCase, generated at build, no reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(ReadyAnswer))]
[JsonSerializable(typeof(ReadinessEntry[]))]
internal sealed partial class HttpJson : JsonSerializerContext;
