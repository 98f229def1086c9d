using System.Globalization;
using Npgsql;

namespace Relayer.Core.Storage;

/// <summary>What a program calls itself on its connections, so that the server knows which programs use the database.</summary>
internal static class ProgramName
{
    private const string Prefix = "relayer/";

    /// <summary>The name of a program, before whatever the configuration calls it.</summary>
    /// <param name="number">The program's newest step of the schema.</param>
    /// <param name="given">What the configuration calls it; may be empty.</param>
    public static string Of(int number, string given) => given.StartsWith(Prefix, StringComparison.Ordinal)
        ? given
        : string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number} {given}").TrimEnd();

    /// <summary>The program's number by its name; 0 for one that has none: the programs before step 12, and strangers.</summary>
    public static int NumberOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(name[Prefix.Length..].Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;

    /// <summary>Who uses the database beside this connection and is older than that; null when nobody is.</summary>
    /// <remarks>
    /// Looked at is this role, and each that may write into our tables by a grant: the app's, where the schema belongs to another one. What the server
    /// does not tell this role counts as older.
    /// </remarks>
    public static async Task<string?> FindOlderAsync(NpgsqlConnection connection, int oldest, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            select application_name, coalesce(host(client_addr), 'this machine') from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and (usename = current_user and backend_type = 'client backend'
                or coalesce(backend_type, 'client backend') = 'client backend' and usename <> current_user
                and usesysid in (select oid from pg_roles where not rolsuper) and has_table_privilege(usesysid, to_regclass('audit'), 'insert'))
            """,
            connection);
        var connected = await command.ReadListAsync(row => (Name: row.GetTextOrNull(0) ?? "", From: row.GetString(1)), cancellation);
        return connected.Where(program => NumberOf(program.Name) < oldest).Select(program => $"'{program.Name}' from {program.From}").FirstOrDefault();
    }
}
