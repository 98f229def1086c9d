using System.Collections;
using System.Reflection;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Keepers;

namespace Functions.Tests.Docs;

/// <summary>The settings that one options class declares, and every place where they may stand.</summary>
/// <param name="Type">The class.</param>
/// <param name="Places">What the keys begin with, with the options that have their defaults there.</param>
internal sealed record OptionGroup(Type Type, List<(string Prefix, object Defaults)> Places)
{
    /// <summary>Every group below the root, in the order of the settings; what several classes share comes before what each adds.</summary>
    public static IReadOnlyList<OptionGroup> All()
    {
        var groups = new List<OptionGroup>();
        Visit(groups, "", new RelayerOptions());
        return groups;
    }

    /// <summary>The settings themselves, without those that are sections.</summary>
    public IReadOnlyList<PropertyInfo> Settings => [.. Type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(property => IsBound(property) && SectionOf(property) is null)];

    private static void Visit(List<OptionGroup> groups, string prefix, object options)
    {
        foreach (var type in Line(options.GetType()))
        {
            if (groups.Find(group => group.Type == type) is { } known)
            {
                known.Places.Add((prefix, options));
            }
            else
            {
                groups.Add(new OptionGroup(type, [(prefix, options)]));
            }
        }

        foreach (var property in Line(options.GetType()).SelectMany(type =>
            type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)).Where(IsBound))
        {
            if (SectionOf(property) is { } section)
            {
                var defaults = IsCollection(property.PropertyType) ? Activator.CreateInstance(section) : property.GetValue(options);
                Visit(groups, $"{prefix}{property.Name}__{Item(property)}", defaults!);
            }
        }

        if (options is KeepersOptions)
        {
            Visit(groups, $"{prefix}{{keeper}}__", new OwnOptions());
        }
    }

    // From what a class derives from down to itself.
    private static IEnumerable<Type> Line(Type type) =>
        type == typeof(object) ? [] : type == typeof(OwnOptions) ? Line(type.BaseType!) : [.. Line(type.BaseType!), type];

    private static bool IsBound(PropertyInfo property) => property.CanWrite || IsCollection(property.PropertyType);

    private static Type? SectionOf(PropertyInfo property)
    {
        var type = IsCollection(property.PropertyType) ? property.PropertyType.GetGenericArguments()[^1] : property.PropertyType;
        return type.IsClass && type.Assembly == typeof(RelayerOptions).Assembly ? type : null;
    }

    private static string Item(PropertyInfo property) =>
        !IsCollection(property.PropertyType) ? ""
        : property.PropertyType.GetGenericArguments().Length == 1 ? "{n}__"
        : property.Name == nameof(RelayerOptions.Chains) ? "{name}__"
        : $"{{{property.Name.TrimEnd('s').ToLowerInvariant()}}}__";

    private static bool IsCollection(Type type) => type != typeof(string) && typeof(IEnumerable).IsAssignableFrom(type);

    /// <summary>The defaults of a keeper of one's own that adds nothing.</summary>
    private sealed class OwnOptions : ViewKeeperOptions;
}
