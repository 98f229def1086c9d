using System.Text.Json;
using System.Text.Json.Serialization;

namespace Functions.Relay;

/// <summary>Reads an array as where each of its values stands, without making anything of them: a megabyte of commas costs no more than its bytes.</summary>
/// <remarks>For JSON that lies in memory in one piece. Of more values than a batch may have the rest is only looked at for being JSON.</remarks>
internal sealed class RangesConverter : JsonConverter<IReadOnlyList<Range>>
{
    /// <inheritdoc/>
    public override IReadOnlyList<Range> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException();
        }

        var ranges = new List<Range>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (ranges.Count <= RelayBodyReader.MaxBatch)
            {
                ranges.Add(start..(int)reader.BytesConsumed);
            }
        }

        return ranges;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IReadOnlyList<Range> value, JsonSerializerOptions options) =>
        throw new NotSupportedException("a batch is only read");
}
