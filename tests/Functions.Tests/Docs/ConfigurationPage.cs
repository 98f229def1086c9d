using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Functions.Timers;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;

namespace Functions.Tests.Docs;

/// <summary>The page <c>docs/configuration.md</c>, made from the options' own documentation and defaults.</summary>
internal static partial class ConfigurationPage
{
    private const string Front = """
        # Configuration

        <!-- Made from the options' XML documentation: change that, then run ConfigurationPageTests with UPDATE_DOCS=1. -->

        Weakest first: defaults, `Values` of `local.settings.json` (start from [`local.settings.sample.json`](../local.settings.sample.json)),
        environment variables, the command line. `__` separates the parts of a key; messages show `:` for it.

        All of it is checked at start: a message names each key and what is wrong with it. Event 13 in the log names each key below a known section that
        nothing reads, since a misspelt cap is not in force.

        `{name}` and other words in braces are names of your choice, `{n}` counts from 0. A time is `hh:mm:ss`, or `d.hh:mm:ss`. Amounts of wei are decimal
        integers. Addresses and keys are hexadecimal with `0x`.

        """;

    private static readonly (string Key, string Default, string What)[] Others =
    [
        ("Cors__Origins__{n}", "none", "A frontend's origin, such as `https://app.example`."),
        ("Port", "7071", "The port of this machine alone that is served, when the app runs alone; `--urls` opens others, but not in `Development`."),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "none", "Where traces and metrics are sent; nothing is collected without it. The standard's other `OTEL_*` variables hold too."),
    ];

    /// <summary>The whole page.</summary>
    public static string Write()
    {
        var docs = new XmlDocs(typeof(RelayerOptions).Assembly);
        return string.Join('\n', [Front, .. OptionGroup.All().Where(group => group.Settings.Count > 0).Select(group => Section(group, docs)), Timers(), Rest()]);
    }

    private static string Section(OptionGroup group, XmlDocs docs)
    {
        // Several places: each is named once, and the table shows what follows.
        var prefixes = group.Places.ConvertAll(place => place.Prefix);
        var isOne = prefixes.Count == 1;
        var where = isOne ? "" : $"\nBelow {string.Join(", ", prefixes.Select(prefix => $"`{prefix}`"))}:\n";
        var rows = group.Settings.Select(setting =>
            $"| `{(isOne ? prefixes[0] : "…__")}{setting.Name}{(IsList(setting) ? "__{n}" : "")}` | {KindOf(setting)} | {DefaultOf(setting, group)} | {docs.Of(setting)} |");
        var about = group.Type == typeof(RelayerOptions) ? "What stands below no section." : BoundFrom.Replace(docs.Of(group.Type), "");
        return $"## {Title(group.Type)}\n\n{about}\n{where}\n{Head("key", "type", "default", "what it says")}\n{string.Join('\n', rows)}\n";
    }

    private static string Timers()
    {
        var docs = new XmlDocs(typeof(Schedules).Assembly);
        var rows = typeof(Schedules).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (Field: field, Key: (string)field.GetValue(null)!))
            .Select(timer => $"| `{timer.Key.Replace(":", "__", StringComparison.Ordinal)}` | `{Schedules.Defaults[timer.Key]}` | {docs.Of(timer.Field)} |");
        return $"""
            ## Timers

            Cron expressions of six fields, the first for seconds; UTC. On Azure each must be set; where the app runs alone these are the defaults.

            {Head("key", "default", "what is done")}
            {string.Join('\n', rows)}

            """;
    }

    private static string Rest() => $"""
        ## Frontends and telemetry

        {Head("key", "default", "what it says")}
        {string.Join('\n', Others.Select(other => $"| `{other.Key}` | {(other.Default == "none" ? "none" : $"`{other.Default}`")} | {other.What} |"))}

        """;

    private static string Head(params string[] columns) =>
        $"| {string.Join(" | ", columns)} |\n|{string.Concat(columns.Select(_ => "---|"))}";

    private static string Title(Type type)
    {
        var words = Humps.Replace(type.Name.Replace("Options", "", StringComparison.Ordinal), " $0").Trim();
        return words == "Relayer" ? "General" : words[0] + words[1..].ToLowerInvariant();
    }

    private static bool IsList(PropertyInfo setting) => setting.PropertyType.IsGenericType && setting.PropertyType.GetGenericTypeDefinition() == typeof(IList<>);

    private static Type TypeOf(PropertyInfo setting) =>
        IsList(setting) ? setting.PropertyType.GetGenericArguments()[0] : Nullable.GetUnderlyingType(setting.PropertyType) ?? setting.PropertyType;

    private static string KindOf(PropertyInfo setting) => TypeOf(setting) switch
    {
        var type when type == typeof(Wei) => "wei",
        var type when type == typeof(Address) => "address",
        var type when type == typeof(string) => "text",
        var type when type == typeof(bool) => "`true` or `false`",
        var type when type == typeof(TimeSpan) => "time",
        var type when type == typeof(int) || type == typeof(long) || type == typeof(UInt256) => "number",
        var type => throw new InvalidOperationException($"{setting.DeclaringType}.{setting.Name}: say what a {type} is"),
    };

    private static string DefaultOf(PropertyInfo setting, OptionGroup group)
    {
        var defaults = group.Places.Select(place => (place.Prefix, Text: DefaultOf(setting, setting.GetValue(place.Defaults)))).ToArray();
        return defaults.Select(one => one.Text).Distinct().Count() == 1
            ? defaults[0].Text
            : string.Join("; ", defaults.Select(one => $"{one.Text} below `{one.Prefix}`"));
    }

    private static string DefaultOf(PropertyInfo setting, object? value) => value switch
    {
        null when TypeOf(setting) == typeof(Address) => "none",
        null => "by chain",
        "" => "none",
        string text => $"`{text}`",
        Wei amount => $"`{amount}`{InLargerUnits(setting.Name, amount)}",
        UInt256 number => $"`{number}`",
        bool flag => flag ? "`true`" : "`false`",
        TimeSpan time => $"`{time:c}`",
        IEnumerable => "none",
        IFormattable number => $"`{number.ToString(null, CultureInfo.InvariantCulture)}`",
        _ => throw new InvalidOperationException($"{setting.DeclaringType}.{setting.Name}: how is its default written?"),
    };

    // 50000000000000000 is hard to read; 0.05 ether is not.
    private static string InLargerUnits(string name, Wei amount)
    {
        if (amount < new Wei(1_000_000))
        {
            return "";
        }

        var (unit, size) = name.Contains("PerGas", StringComparison.Ordinal) ? ("gwei", 1e9m) : ("ether", 1e18m);
        return string.Create(CultureInfo.InvariantCulture, $" ({(decimal)amount.ToBigInteger() / size:0.##################} {unit})");
    }

    // The table's keys say it.
    [GeneratedRegex(",? bound from `[^`]*`( or `[^`]*`)?")]
    private static partial Regex BoundFrom { get; }

    [GeneratedRegex("(?<=[a-z])[A-Z]")]
    private static partial Regex Humps { get; }
}
