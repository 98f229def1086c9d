using System.Collections;
using System.Reflection;

namespace Relayer.Core.Configuration.Reading;

/// <summary>How a property holds what <see cref="OptionTexts"/> fills.</summary>
internal enum OptionShape
{
    /// <summary>Options of our own, one, a list or a dictionary: what lies below is filled.</summary>
    Sections,

    /// <summary>One value.</summary>
    One,

    /// <summary>Values in order.</summary>
    List,

    /// <summary>Values by name.</summary>
    Dictionary,
}

/// <summary>A property that <see cref="OptionTexts"/> looks at.</summary>
/// <param name="Property">The property.</param>
/// <param name="Shape">How it holds its values.</param>
/// <param name="Text">Who reads them; nobody where they are sections.</param>
internal sealed record OptionSlot(PropertyInfo Property, OptionShape Shape, OptionText? Text)
{
    /// <summary>The properties of an options class that have to be looked at.</summary>
    /// <exception cref="NotSupportedException">One has a type that is read from a text in a shape that cannot be filled.</exception>
    public static OptionSlot[] Find(Type type)
    {
        var found = new List<OptionSlot>();
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (Of(property, property.PropertyType, type) is { } slot)
            {
                found.Add(slot);
            }
        }

        return [.. found];
    }

    /// <summary>What a property of sections holds.</summary>
    public object? Get(object options) => Property.GetMethod!.CreateDelegate<Func<object?>>(options)();

    /// <summary>A property of a type that settings cannot fill.</summary>
    public static NotSupportedException Unfillable(PropertyInfo property) => new(
        $"{property.DeclaringType}.{property.Name}: settings cannot fill a {property.PropertyType}. It may be one value, a list, or a dictionary by name.");

    private static OptionSlot? Of(PropertyInfo property, Type type, Type owner)
    {
        if (OptionText.Of(type) is { } one)
        {
            // Without a setter it is worked out from others.
            return property.SetMethod is { IsPublic: true } ? new(property, OptionShape.One, one) : null;
        }

        if (!type.IsArray && !type.IsGenericType)
        {
            return IsOptions(type, owner) ? new(property, OptionShape.Sections, null) : null;
        }

        var parts = type.IsArray ? [type.GetElementType()!] : type.GetGenericArguments();
        var isList = parts.Length == 1 && typeof(IEnumerable).IsAssignableFrom(type);
        var isDictionary = parts.Length == 2 && parts[0] == typeof(string) && typeof(IEnumerable).IsAssignableFrom(type);
        return !(isList || isDictionary) || Nullable.GetUnderlyingType(parts[^1]) is not null ? Mentions(type) ? throw Unfillable(property) : null
            : IsOptions(parts[^1], owner) ? new(property, OptionShape.Sections, null)
            : OptionText.Of(parts[^1]) is { } text ? new(property, isList ? OptionShape.List : OptionShape.Dictionary, text)
            : Mentions(type) ? throw Unfillable(property)
            : null;
    }

    private static bool IsOptions(Type type, Type owner) =>
        type.IsClass && (type.Assembly == owner.Assembly || type.Assembly == typeof(OptionSlot).Assembly);

    private static bool Mentions(Type type) =>
        OptionText.Of(type) is not null || (type.IsArray ? Mentions(type.GetElementType()!) : type.IsGenericType && type.GetGenericArguments().Any(Mentions));
}
