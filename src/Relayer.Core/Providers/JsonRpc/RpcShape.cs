using System.Text.Json;

namespace Relayer.Core.Providers.JsonRpc;

/// <summary>What an answer must look like; what does not is a <see cref="FormatException"/>, which becomes the provider's fault.</summary>
internal static class RpcShape
{
    public static JsonElement Required(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var element) ? element : throw new FormatException($"the node's answer lacks {name}");

    public static JsonElement? Optional(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var element) && element.ValueKind != JsonValueKind.Null ? element : null;

    public static void RequireObject(JsonElement element, string what)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Misshapen(what, element);
        }
    }

    public static JsonElement.ArrayEnumerator RequireArray(JsonElement element, string what) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : throw Misshapen(what, element);

    // Names the kind only: what a node answers is not worth repeating, and may be long.
    public static FormatException Misshapen(string expected, JsonElement element) =>
        new($"the node answered {element.ValueKind} where {expected} was expected, or one of the wrong form");
}
