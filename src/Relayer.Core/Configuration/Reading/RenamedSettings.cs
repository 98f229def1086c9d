using Microsoft.Extensions.Configuration;

namespace Relayer.Core.Configuration.Reading;

/// <summary>Refuses settings by their former names: what is written under one would not be in force, and nobody would know.</summary>
/// <remarks>Whoever renames a setting adds it to the table, and it stays there.</remarks>
public static class RenamedSettings
{
    private const string Any = "*";

    /// <summary>Former and present keys; <c>*</c> is a name that users choose. What lies below a key is renamed with it.</summary>
    public static IReadOnlyList<(string Former, string Present)> Table { get; } =
    [
        ("Functions:Keys:*", "Operators:*:Key"),

        // The gas of settling is measured; what is left to set is how much it may be at most.
        ("Chains:*:Keepers:Settlement:GasBase", "Chains:*:Keepers:Settlement:GasLimit"),
        ("Chains:*:Keepers:Settlement:GasPerOrder", "Chains:*:Keepers:Settlement:GasLimit"),
    ];

    /// <summary>Each setting that is there under a former name, as <c>Key: was renamed, write the present key</c>.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="table">The former and present keys; null is <see cref="Table"/>.</param>
    public static IReadOnlyList<string> Find(IConfiguration configuration, IReadOnlyList<(string Former, string Present)>? table = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return [.. from setting in configuration.AsEnumerable()
            where setting.Value is not null
            orderby setting.Key
            from entry in table ?? Table
            let present = Rename(setting.Key.Split(':'), entry.Former.Split(':'), entry.Present)
            where present is not null
            select $"{setting.Key}: was renamed, write {present}"];
    }

    /// <summary>A key under its other name; null when the entry is not about it.</summary>
    internal static string? Rename(string[] key, string[] former, string present)
    {
        if (key.Length < former.Length || !former.Zip(key).All(pair => pair.First == Any || pair.First.Equals(pair.Second, StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }

        var chosen = new Queue<string>(former.Zip(key).Where(pair => pair.First == Any).Select(pair => pair.Second));
        return string.Join(':', [.. present.Split(':').Select(name => name == Any ? chosen.Dequeue() : name), .. key[former.Length..]]);
    }
}
