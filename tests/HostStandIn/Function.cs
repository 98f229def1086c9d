using System.Text.Json;
using HostStandIn.Protocol;

namespace HostStandIn;

/// <summary>A function as the worker told it.</summary>
/// <param name="Metadata">As told.</param>
/// <param name="Trigger">The trigger's binding.</param>
internal sealed record Function(RpcFunctionMetadata Metadata, JsonElement Trigger)
{
    public string Name => Metadata.Name;

    public string Id => Metadata.FunctionId;

    public bool IsHttp => Text("type") == "httpTrigger";

    public bool IsTimer => Text("type") == "timerTrigger";

    public string Route => Text("route") ?? Name;

    public string Schedule => Text("schedule") ?? "";

    public string Level => (Text("authLevel") ?? "function").ToLowerInvariant();

    public string Binding => Text("name")!;

    public string[] Methods => Trigger.TryGetProperty("methods", out var methods)
        ? [.. methods.EnumerateArray().Select(method => method.GetString()!.ToUpperInvariant())]
        : [];

    /// <summary>Reads what the worker told; null without a trigger.</summary>
    public static Function? Of(RpcFunctionMetadata metadata)
    {
        foreach (var raw in metadata.RawBindings)
        {
            var binding = JsonSerializer.Deserialize<JsonElement>(raw);
            if (binding.GetProperty("type").GetString()!.EndsWith("Trigger", StringComparison.Ordinal))
            {
                return new Function(metadata, binding);
            }
        }

        return null;
    }

    private string? Text(string name) => Trigger.TryGetProperty(name, out var value) ? value.GetString() : null;
}
