using System.Globalization;
using System.Net;
using Npgsql;
using Relayer.Core.Configuration.Reading;

namespace Relayer.Core.Configuration;

/// <summary>Checks where state is kept: by what the connections will do, and not by its form alone. The connection string is never repeated: it may hold a password.</summary>
internal static class DatabaseOptionsValidator
{
    private const string Key = "Database:ConnectionString";

    public static void Validate(DatabaseOptions database, bool isDevelopment, OptionFaults faults)
    {
        if (string.IsNullOrWhiteSpace(database.ConnectionString))
        {
            faults.Add(Key, OptionText.Missing);
            return;
        }

        var (settings, unread) = ConnectionText.Read(database.ConnectionString);
        foreach (var fault in unread)
        {
            faults.Add(Key, fault);
        }

        if (settings is null)
        {
            return;
        }

        var before = faults.Messages.Count;
        var asksForTls = isDevelopment || settings.SslMode is SslMode.Require or SslMode.VerifyCA or SslMode.VerifyFull
            || unread.Any(fault => fault.StartsWith("ssl", StringComparison.OrdinalIgnoreCase)); // What it asks for is not known.
        ValidateHosts(settings, asksForTls, faults);
        faults.AddIf(string.IsNullOrWhiteSpace(settings.Database), Key, "names no Database");
        faults.AddIf(
            settings.MinPoolSize > settings.MaxPoolSize, Key,
            string.Create(CultureInfo.InvariantCulture, $"wants at least {settings.MinPoolSize} connections (Minimum Pool Size) and at most {settings.MaxPoolSize} (Maximum Pool Size)"));
        foreach (var (name, file) in new[] { ("Root Certificate", settings.RootCertificate), ("SSL Certificate", settings.SslCertificate), ("SSL Key", settings.SslKey), ("Passfile", settings.Passfile) })
        {
            faults.AddIf(!string.IsNullOrEmpty(file) && !File.Exists(file), Key, $"names a file as {name} that is not there, or may not be read");
        }

        if (unread.Count == 0 && faults.Messages.Count == before)
        {
            Try(database.ConnectionString, faults);
        }
    }

    private static void ValidateHosts(NpgsqlConnectionStringBuilder settings, bool asksForTls, OptionFaults faults)
    {
        var hosts = (settings.Host ?? "").Split(',', StringSplitOptions.TrimEntries);
        if (hosts.Any(host => NameOf(host).Name.Length == 0))
        {
            faults.Add(Key, hosts.Length == 1 ? "names no Host" : "has an empty one among its hosts");
            return;
        }

        faults.AddIf(
            hosts.Any(host => NameOf(host).Port is { } port && !(int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= IPEndPoint.MaxPort)),
            Key, "has a host whose port is not from 1 to 65535");
        faults.AddIf(settings.Port is < 1 or > IPEndPoint.MaxPort, Key, "has a Port that is not from 1 to 65535");
        faults.AddIf(
            settings.TargetSessionAttributes?.ToLowerInvariant() is "read-only" or "standby" or "prefer-standby", Key,
            "asks for a server that only reads (Target Session Attributes): write primary");
        faults.AddIf(
            !asksForTls && !hosts.All(IsHere), Key,
            "does not ask for TLS: add SSL Mode=VerifyFull (or VerifyCA, Require); without it is for this machine alone");
    }

    /// <summary>Makes the pool that the app would make. It connects to nothing.</summary>
    private static void Try(string connection, OptionFaults faults)
    {
        try
        {
            using var pool = new NpgsqlDataSourceBuilder(connection).Build();
        }
        catch (Exception refusal) when (refusal is ArgumentException or InvalidOperationException or NotSupportedException or FormatException)
        {
            faults.Add(Key, "has words that do not go together for Npgsql");
        }
    }

    /// <summary>This machine: by name, by a loopback address, or by a Unix socket's folder.</summary>
    private static bool IsHere(string host) => IsSocket(host)
        || NameOf(host).Name is var name && (name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address)));

    private static bool IsSocket(string host) => host.StartsWith('/') || host.StartsWith('@');

    // "db:5433" has a port; so has "[::1]:5433", but "::1" has none.
    private static (string Name, string? Port) NameOf(string host)
    {
        if (IsSocket(host))
        {
            return (host, null);
        }

        if (host.StartsWith('['))
        {
            var end = host.IndexOf(']', StringComparison.Ordinal);
            return end < 0 ? ("", null) : (host[1..end], end + 1 < host.Length ? host[(end + 1)..].TrimStart(':') : null);
        }

        return host.Count(character => character == ':') == 1 ? (host.Split(':')[0], host.Split(':')[1]) : (host, null);
    }
}
