using System.Globalization;
using Microsoft.Extensions.Configuration;
using Relayer.Core.Configuration.Keepers;

namespace Relayer.Core.Configuration.Reading;

/// <summary>Finds numbers, times and yes-or-no that the binders could not read: they would stop at the first one.</summary>
internal static class UnreadableTexts
{
    private static readonly Dictionary<Type, (Func<string, bool> CanRead, string Fault)> Types = new()
    {
        [typeof(int)] = (text => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _), "is not a whole number, or too large a one"),
        [typeof(long)] = (text => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _), "is not a whole number, or too large a one"),
        [typeof(uint)] = (text => uint.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _), "is not a whole number from 0 on, or too large a one"),
        [typeof(ulong)] = (text => ulong.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _), "is not a whole number from 0 on, or too large a one"),
        [typeof(bool)] = (text => bool.TryParse(text, out _), "must be true or false"),
        [typeof(TimeSpan)] = (text => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out _), "is not a time such as 00:00:30"),
    };

    /// <summary>Each such setting with what is wrong with it; never with the text.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="own">The sections of keepers of one's own.</param>
    public static IReadOnlyList<TextFault> Find(IConfiguration configuration, IReadOnlyList<KeeperSection> own) =>
        [.. from setting in UnknownSettings.Known(configuration, own)
            where setting.Section.Value is { Length: > 0 }
            let type = Types.GetValueOrDefault(Nullable.GetUnderlyingType(setting.Type) ?? setting.Type)
            where type.CanRead is not null && !type.CanRead(setting.Section.Value)
            orderby setting.Section.Path
            select new TextFault(setting.Section.Path, type.Fault)];

    /// <summary>The same settings without those.</summary>
    public static IConfiguration Without(IConfiguration configuration, IReadOnlyList<TextFault> unreadable)
    {
        var keys = unreadable.Select(fault => fault.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return new ConfigurationBuilder().AddInMemoryCollection(configuration.AsEnumerable().Where(setting => setting.Value is not null && !keys.Contains(setting.Key))).Build();
    }
}
