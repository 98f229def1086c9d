namespace Relayer.Core.Configuration;

/// <summary>PostgreSQL, bound from <c>Database</c>.</summary>
public sealed class DatabaseOptions
{
    /// <summary>An Npgsql connection string, with <c>Host</c> and <c>Database</c>; of several hosts the one that takes writes is used. In Production with <c>SSL Mode=VerifyFull</c> (or <c>VerifyCA</c>, <c>Require</c>), but for this machine's own. It may hold a password: never logged.</summary>
    public string ConnectionString { get; set; } = "";
}
