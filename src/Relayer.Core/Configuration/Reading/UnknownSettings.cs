using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Relayer.Core.Configuration.Keepers;

namespace Relayer.Core.Configuration.Reading;

/// <summary>Finds settings that nothing reads: a cap that is misspelt is not in force, and its default is.</summary>
/// <remarks>
/// They are told and not refused, so that an older version can be gone back to with a newer one's settings. The names at the top are left to
/// whom they belong: the environment has names of its own.
/// </remarks>
public static class UnknownSettings
{
    /// <summary>The keys below a section of <see cref="RelayerOptions"/> that no option is bound to.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="own">The sections of keepers of one's own.</param>
    public static IReadOnlyList<string> Find(IConfiguration configuration, params IReadOnlyList<KeeperSection> own)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return [.. configuration.GetChildren().SelectMany(section =>
            Option(typeof(RelayerOptions), section.Key) is { } option ? Below(section, option.PropertyType, own) : [])];
    }

    /// <summary>The settings of one value each that an option is bound to, with its type.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="own">The sections of keepers of one's own.</param>
    internal static IEnumerable<(IConfigurationSection Section, Type Type)> Known(IConfiguration configuration, IReadOnlyList<KeeperSection> own) =>
        configuration.GetChildren().SelectMany(section => Option(typeof(RelayerOptions), section.Key) is { } option ? Values(section, option.PropertyType, own) : []);

    /// <summary>Whether a name at the top is one of ours.</summary>
    internal static bool IsSection(string name) => Option(typeof(RelayerOptions), name) is not null;

    private static IEnumerable<(IConfigurationSection Section, Type Type)> Values(IConfigurationSection section, Type type, IReadOnlyList<KeeperSection> own) =>
        type == typeof(string) || type.IsValueType ? [(section, type)]
        : IsCollection(type) ? section.GetChildren().SelectMany(child => Values(child, type.GetGenericArguments()[^1], own))
        : section.GetChildren().SelectMany(child => TypeOf(type, child.Key, own) is { } option ? Values(child, option, own) : []);

    private static IEnumerable<string> Below(IConfigurationSection section, Type type, IReadOnlyList<KeeperSection> own)
    {
        if (type == typeof(string) || type.IsValueType)
        {
            return section.GetChildren().Select(child => child.Path);
        }

        // Of a list and of a dictionary every key names an item.
        return IsCollection(type)
            ? section.GetChildren().SelectMany(child => Below(child, type.GetGenericArguments()[^1], own))
            : section.GetChildren().SelectMany(child => TypeOf(type, child.Key, own) is { } option ? Below(child, option, own) : [child.Path]);
    }

    private static Type? TypeOf(Type type, string name, IReadOnlyList<KeeperSection> own) => Option(type, name)?.PropertyType
        ?? (type == typeof(KeepersOptions) ? own.FirstOrDefault(keeper => keeper.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Type : null);

    private static bool IsCollection(Type type) => type != typeof(string) && typeof(IEnumerable).IsAssignableFrom(type);

    [UnconditionalSuppressMessage(
        "Trimming", "IL2070", Justification = "The app is not trimmed; if it were, settings would be called unknown that are not, and nothing else.")]
    private static PropertyInfo? Option(Type type, string name) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .FirstOrDefault(property => (property.CanWrite || IsCollection(property.PropertyType)) && property.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
