using System.Net.Sockets;
using Npgsql;

namespace Relayer.Core.Storage;

/// <summary>Which failures mean that the database cannot be used at present, rather than that a statement of ours is wrong. Pure.</summary>
public static class StorageFailures
{
    // https://www.postgresql.org/docs/current/errcodes-appendix.html. None of them is for a statement of ours to mend: somebody changes the server,
    // the role or the settings, and then all goes on.
    private static readonly Dictionary<string, string> Refusals = new()
    {
        [PostgresErrorCodes.InvalidPassword] = "it refuses the password of Database:ConnectionString",
        [PostgresErrorCodes.InvalidAuthorizationSpecification] = "it does not let the role of Database:ConnectionString in: it is gone, may not log in, or not from here",
        [PostgresErrorCodes.InvalidCatalogName] = "the database that Database:ConnectionString names is not there",
        [PostgresErrorCodes.InsufficientPrivilege] = "the role of Database:ConnectionString has not the rights that it needs (scripts/database-role.sql gives them)",
        [PostgresErrorCodes.ReadOnlySqlTransaction] = "it takes no writes at present: a replica, or one that was made read-only",
    };

    /// <summary>True when the database is unavailable, gave up, or does not let the app in.</summary>
    public static bool IsOne(Exception failure) => failure switch
    {
        PostgresException refused => refused.IsTransient || Refusals.ContainsKey(refused.SqlState),
        NpgsqlException or SocketException or TimeoutException or SchemaUnusableException => true,
        { InnerException: { } inner } => IsOne(inner),
        _ => false,
    };

    /// <summary>Why it cannot be used, for the log: no statement, no stack, no secret.</summary>
    public static string CauseOf(Exception failure) => failure switch
    {
        PostgresException refused => Refusals.TryGetValue(refused.SqlState, out var cause) ? $"{cause} ({refused.SqlState})" : $"{refused.MessageText} ({refused.SqlState})",
        NpgsqlException { InnerException: PostgresException inner } => CauseOf(inner),
        NpgsqlException { InnerException: { } inner } npgsql => $"{npgsql.Message}: {inner.Message}",
        not (NpgsqlException or SocketException or TimeoutException or SchemaUnusableException) when failure.InnerException is { } inner => CauseOf(inner),
        _ => failure.Message,
    };
}
