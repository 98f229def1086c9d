namespace Relayer.Core.Configuration;

/// <summary>PostgreSQL, bound from <c>Database</c>.</summary>
public sealed class DatabaseOptions
{
    /// <summary>An Npgsql connection string. It may hold a password: never logged.</summary>
    public string ConnectionString { get; set; } = "";
}
