using System.Globalization;
using System.Text.Json;

namespace Relayer.Core.Keepers.Oracles;

/// <summary>Reads Hermes' answers, and believes only what fits the question. Pure.</summary>
internal static class HermesReply
{
    public static PriceAnswer Read(ReadOnlyMemory<byte> body, OracleQuery query)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var updates = new List<byte[]>();
            foreach (var item in root.GetProperty("binary").GetProperty("data").EnumerateArray())
            {
                var text = item.GetString() ?? "";
                if (!Ethereum.Hex.TryDecode(text.StartsWith("0x", StringComparison.Ordinal) ? text : "0x" + text, out var update) || update.Length == 0)
                {
                    return new PriceAnswer.Wrong("an update is not hexadecimal");
                }

                updates.Add(update);
            }

            return Check(root.GetProperty("parsed"), query) is { } fault ? new PriceAnswer.Wrong(fault)
                : updates.Count == 0 ? new PriceAnswer.Missing("Hermes gave no update")
                : new PriceAnswer.Found(updates);
        }
        catch (Exception misshapen) when (misshapen is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return new PriceAnswer.Wrong("Hermes answered junk");
        }
    }

    private static string? Check(JsonElement parsed, OracleQuery query)
    {
        var left = query.Ids.ToHashSet();
        foreach (var price in parsed.EnumerateArray())
        {
            var id = price.GetProperty("id").GetString() ?? "";
            var time = price.GetProperty("price").GetProperty("publish_time").GetInt64();
            if (!Ethereum.Hash32.TryParse(id.StartsWith("0x", StringComparison.Ordinal) ? id : "0x" + id, out var feed) || !left.Remove(feed))
            {
                return "a price of another feed";
            }

            if (query.Kind == OracleQuery.Benchmark && time < (long)query.Time)
            {
                return string.Create(CultureInfo.InvariantCulture, $"a price of {time}, before {query.Time}");
            }
        }

        return left.Count > 0 ? "the price of a feed is missing" : null;
    }
}
