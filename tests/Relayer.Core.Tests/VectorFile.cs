using System.Text.Json;

namespace Relayer.Core.Tests;

/// <summary>Reads the JSON beside the tests.</summary>
internal static class VectorFile
{
    public static JsonElement Read(string name)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Vectors", name));
        using var document = JsonDocument.Parse(file);
        return document.RootElement.Clone();
    }

    public static string Text(this JsonElement json, string member) => json.GetProperty(member).GetString()!;
}
