using System.Net;
using Npgsql;

namespace Relayer.Core.Configuration;

/// <summary>Checks where state is kept. The connection string is never repeated: it may hold a password.</summary>
internal static class DatabaseOptionsValidator
{
    private const string Key = "Database:ConnectionString";

    public static void Validate(DatabaseOptions database, bool isDevelopment, OptionFaults faults)
    {
        if (string.IsNullOrWhiteSpace(database.ConnectionString))
        {
            faults.Add(Key, "is missing");
            return;
        }

        try
        {
            var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString);
            faults.AddIf(
                !isDevelopment && settings.SslMode is SslMode.Disable or SslMode.Allow or SslMode.Prefer && !IsHere(settings.Host), Key,
                "does not ask for TLS: add SSL Mode=VerifyFull (or VerifyCA, Require); without it is for this machine alone");
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            faults.Add(Key, "is not an Npgsql connection string");
        }
    }

    /// <summary>Every host is this machine: by name, by a loopback address, or by a Unix socket's folder.</summary>
    private static bool IsHere(string? hosts) => (hosts ?? "").Split(',', StringSplitOptions.TrimEntries) is { Length: > 0 } all && Array.TrueForAll(all, host =>
        host.StartsWith('/') || host.StartsWith('@')
        || NameOf(host) is var name && (name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address))));

    // "db:5433" has a port; so has "[::1]:5433", but "::1" has none.
    private static string NameOf(string host) =>
        host.StartsWith('[') ? host[1..].Split(']')[0]
        : host.Count(character => character == ':') == 1 ? host.Split(':')[0]
        : host;
}
