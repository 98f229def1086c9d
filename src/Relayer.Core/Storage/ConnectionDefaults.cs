using System.Data.Common;

namespace Relayer.Core.Storage;

/// <summary>How connections behave unless the configuration says otherwise. Pure.</summary>
internal static class ConnectionDefaults
{
    private const string NameKeyword = "Application Name";

    private static readonly (string Keyword, object Value)[] Defaults =
    [
        // The statements here are few and always the same: each connection parses and plans them once.
        // Behind a pooler that switches servers between transactions, configure "Max Auto Prepare=0".
        ("Max Auto Prepare", 64),
        ("Auto Prepare Min Usages", 2),

        // One plan for each statement, whatever its parameters, made once: planning cost as much as a quarter of the execution.
        // Plans outlive what they were made for: one made while a table is empty would read the whole of it ever after.
        // What is asked here is asked by key. (A report may choose otherwise for its own transaction, with "set local".)
        ("Options", "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"),

        // Nothing here leaves anything behind on a connection (settings and locks end with their transaction),
        // so that clearing it before each use would only cost.
        ("No Reset On Close", true),

        // In seconds. A server that has fallen silent without closing its connections (a fail-over, a broken route) is noticed by these
        // alone, and one caller may have to wait for both, behind another who does: Npgsql's 15 and 30 make that more than a minute.
        ("Timeout", 5),
        ("Command Timeout", 15),
    ];

    // Of several servers one takes writes. Which one that is may change: it is looked for anew after a second, where Npgsql would for ten seconds
    // take what it saw last.
    private static readonly (string Keyword, object Value)[] SeveralHosts = [("Target Session Attributes", "primary"), ("Host Recheck Seconds", 1)];

    /// <summary>The connection string with the defaults for what it does not mention.</summary>
    /// <exception cref="ArgumentException">It is not a connection string.</exception>
    public static string Apply(string connectionString)
    {
        var settings = new DbConnectionStringBuilder { ConnectionString = connectionString };
        var hosts = settings.Keys.Cast<string>().Where(given => IsSame(given, "Host") || IsSame(given, "Server")).Select(given => settings[given].ToString() ?? "");
        foreach (var (keyword, value) in hosts.Any(host => host.Contains(',', StringComparison.Ordinal)) ? [.. Defaults, .. SeveralHosts] : Defaults)
        {
            if (!settings.Keys.Cast<string>().Any(given => IsSame(given, keyword)))
            {
                settings[keyword] = value;
            }
        }

        // Whoever takes away what older programs need looks at who is connected.
        var name = settings.Keys.Cast<string>().FirstOrDefault(given => IsSame(given, NameKeyword)) ?? NameKeyword;
        settings[name] = ProgramName.Of(Migration.All[^1].Number, settings.TryGetValue(name, out var given) ? given.ToString()! : "");
        return settings.ConnectionString;
    }

    // Npgsql takes "MaxAutoPrepare" for "Max Auto Prepare".
    private static bool IsSame(string given, string keyword) =>
        given.Replace(" ", "", StringComparison.Ordinal).Equals(
            keyword.Replace(" ", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
}
