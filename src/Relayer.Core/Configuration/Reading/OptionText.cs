using System.Reflection;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Configuration.Reading;

/// <summary>How the texts of one type of our own are read into the properties of options.</summary>
internal abstract class OptionText
{
    /// <summary>What is wrong with a setting that must be there and is not.</summary>
    public const string Missing = "is missing";

    private static readonly OptionText Addresses = new OptionText<Address>(ReadAddress);
    private static readonly OptionText Amounts = new OptionText<Wei>(ReadWei);
    private static readonly OptionText Numbers = new OptionText<UInt256>(ReadNumber);

    /// <summary>Who reads a type, which may be nullable; <see langword="null"/> for one that the binders read, or nobody.</summary>
    public static OptionText? Of(Type type)
    {
        var value = type.IsValueType ? Nullable.GetUnderlyingType(type) ?? type : type;
        return value == typeof(Address) ? Addresses : value == typeof(Wei) ? Amounts : value == typeof(UInt256) ? Numbers : null;
    }

    /// <summary>Sets a property. A text that cannot be read sets zero: a setting that is there counts as set.</summary>
    /// <returns>What is wrong with the text; <see langword="null"/> for nothing.</returns>
    public abstract string? Set(object options, PropertyInfo property, string text);

    /// <summary>Sets a list, instead of what it begins with.</summary>
    /// <returns>For each text what is wrong with it.</returns>
    /// <exception cref="NotSupportedException">The property holds them in another way.</exception>
    public abstract IReadOnlyList<string?> SetAll(object options, PropertyInfo property, IReadOnlyList<string> texts);

    /// <summary>Sets entries of a dictionary, beside what it begins with.</summary>
    /// <returns>For each text what is wrong with it.</returns>
    /// <exception cref="NotSupportedException">The property holds them in another way.</exception>
    public abstract IReadOnlyList<string?> SetAll(object options, PropertyInfo property, IReadOnlyList<string> names, IReadOnlyList<string> texts);

    private static string? ReadAddress(string text, out Address address) =>
        Address.TryParse(text, out address) ? null
        : text.Length == 0 ? Missing
        : "is not an address (0x and 40 digits; mixed case must be the right EIP-55 checksum)";

    private static string? ReadWei(string text, out Wei wei)
    {
        var fault = ReadNumber(text, out var number);
        wei = new(number);
        return fault is null ? null : "is not a whole number of wei in decimal digits";
    }

    // Not in hexadecimal: nobody sees how much it is.
    private static string? ReadNumber(string text, out UInt256 number)
    {
        number = default;
        return !text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && UInt256.TryParse(text, out number)
            ? null
            : "is not a whole number in decimal digits";
    }
}

/// <summary>Reads a text.</summary>
/// <returns>What is wrong with it; <see langword="null"/> for nothing. The value is zero otherwise.</returns>
internal delegate string? TextReading<T>(string text, out T value);

/// <summary>The same for one type.</summary>
internal sealed class OptionText<T>(TextReading<T> read) : OptionText
    where T : struct
{
    // Delegates and not SetValue, which makes code at its second use: that took as long as all the rest.
    public override string? Set(object options, PropertyInfo property, string text)
    {
        var isOptional = property.PropertyType != typeof(T);
        var isThere = text.Length > 0 || !isOptional;
        T value = default;
        var fault = isThere ? read(text, out value) : null;
        if (isOptional)
        {
            property.SetMethod!.CreateDelegate<Action<T?>>(options)(isThere ? value : null);
        }
        else
        {
            property.SetMethod!.CreateDelegate<Action<T>>(options)(value);
        }

        return fault;
    }

    public override IReadOnlyList<string?> SetAll(object options, PropertyInfo property, IReadOnlyList<string> texts)
    {
        var (values, faults) = (new T[texts.Count], new string?[texts.Count]);
        for (var i = 0; i < values.Length; i++)
        {
            faults[i] = read(texts[i], out values[i]);
        }

        if (property.GetValue(options) is ICollection<T> { IsReadOnly: false } list)
        {
            list.Clear();
            foreach (var value in values)
            {
                list.Add(value);
            }
        }
        else
        {
            property.SetValue(
                options, property.CanWrite && property.PropertyType.IsInstanceOfType(values) ? values : throw OptionSlot.Unfillable(property));
        }

        return faults;
    }

    public override IReadOnlyList<string?> SetAll(object options, PropertyInfo property, IReadOnlyList<string> names, IReadOnlyList<string> texts)
    {
        var entries = property.GetValue(options) as IDictionary<string, T> ?? throw OptionSlot.Unfillable(property);
        var faults = new string?[names.Count];
        for (var i = 0; i < names.Count; i++)
        {
            faults[i] = read(texts[i], out var value);
            entries[names[i]] = value;
        }

        return faults;
    }
}
