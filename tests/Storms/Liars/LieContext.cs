using System.Globalization;
using System.Text.Json.Nodes;

namespace Storms.Liars;

/// <summary>What a lie is made from, beside the honest answer.</summary>
/// <param name="Number">How many bodies were lied to before: what alternates goes by it.</param>
/// <param name="Head">The node's newest block.</param>
internal sealed record LieContext(int Number, long Head)
{
    /// <summary>So many blocks behind is one that is stale.</summary>
    public const int Lag = 6;

    /// <summary>Every second time.</summary>
    public bool IsOdd => Number % 2 != 0;

    /// <summary>Where one that is stale stands.</summary>
    public long StaleHead => Math.Max(0, Head - Lag);

    /// <summary>A quantity as a node writes it.</summary>
    public static string Quantity(long value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>The number of a quantity; <see langword="null"/> when it is none.</summary>
    public static long? NumberOf(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) && text.StartsWith("0x", StringComparison.Ordinal)
        && long.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Another hash, the same for the same.</summary>
    public static string Other(string hash, int salt = 0) =>
        $"0x{(salt % 0xfff) + 1:x3}{new string([.. hash[5..].Select(digit => digit == 'f' ? '0' : digit == '9' ? 'a' : (char)(digit + 1))])}";

    /// <summary>A reply with a result.</summary>
    public static JsonObject Result(JsonObject call, JsonNode? result) =>
        new() { ["jsonrpc"] = "2.0", ["id"] = call["id"]!.DeepClone(), ["result"] = result };

    /// <summary>A reply with an error.</summary>
    public static JsonObject Refusal(JsonObject call, int code, string message, string? data = null)
    {
        var error = new JsonObject { ["code"] = code, ["message"] = message };
        if (data is not null)
        {
            error["data"] = data;
        }

        return new() { ["jsonrpc"] = "2.0", ["id"] = call["id"]!.DeepClone(), ["error"] = error };
    }

    /// <summary>The method of a call.</summary>
    public static string MethodOf(JsonObject call) => (string)call["method"]!;
}
