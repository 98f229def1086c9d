using System.Globalization;
using System.Text.Json;

namespace Relayer.Core.Providers.JsonRpc;

/// <summary>Calls that are passed on as they are.</summary>
internal static class RpcRaw
{
    public static RpcCall<JsonElement> Call(RawRead read) => new(read.Method, writer => Write(writer, read.Parameters), result => result.Clone());

    /// <summary>The last block that the events asked for may be in, where it is a number.</summary>
    public static long? EndOfRange(RawRead read) =>
        read.Method == RpcLogs.GetLogs
        && read.Parameters is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0
        && list[0] is { ValueKind: JsonValueKind.Object } filter
        && filter.TryGetProperty("toBlock", out var block) && block.ValueKind == JsonValueKind.String
        && block.GetString() is { } text && text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static void Write(Utf8JsonWriter writer, JsonElement parameters)
    {
        if (parameters.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (var parameter in parameters.EnumerateArray())
        {
            parameter.WriteTo(writer);
        }
    }
}
