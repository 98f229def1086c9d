using System.Text.Json;

namespace Functions.Configuration;

/// <summary>Reads the <c>Values</c> of a <c>local.settings.json</c>, as the Azure Functions tools do.</summary>
public static class LocalSettings
{
    /// <summary>The file's name.</summary>
    public const string FileName = "local.settings.json";

    /// <summary>The settings, <c>__</c> read as <c>:</c>; empty when there is no such file.</summary>
    /// <exception cref="ConfigurationException">The file is not what it should be.</exception>
    public static IReadOnlyDictionary<string, string?> Read(string path)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (!File.Exists(path))
        {
            return values;
        }

        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        try
        {
            using var file = JsonDocument.Parse(File.ReadAllBytes(path), options);
            if (file.RootElement.TryGetProperty("Values", out var section))
            {
                foreach (var setting in section.EnumerateObject())
                {
                    values[setting.Name.Replace("__", ":", StringComparison.Ordinal)] = Text(setting);
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ConfigurationException(FileName, $"not valid: {exception.Message}");
        }

        return values;
    }

    private static string? Text(JsonProperty setting) => setting.Value.ValueKind switch
    {
        JsonValueKind.String => setting.Value.GetString(),
        JsonValueKind.Null => null,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => setting.Value.GetRawText(),
        _ => throw new ConfigurationException(setting.Name, $"a value in {FileName} must be a text, number or boolean."),
    };
}
