using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Crashes;

namespace Relayer.Core.Storage;

/// <summary>Brings a database to this program's schema: numbered SQL files, each applied once, in order.</summary>
/// <remarks>
/// Each file runs in a transaction with its own record, under an advisory lock that ends with that transaction: a crash leaves it
/// either applied or not, one instance migrates while the others wait, and no lock outlives a connection (nor a pooler's switch).
/// </remarks>
/// <param name="source">The database.</param>
/// <param name="logger">Says what was applied.</param>
public sealed partial class Migrator(NpgsqlDataSource source, ILogger<Migrator> logger)
{
    // Any constant of ours: it only has to differ from other programs' locks in the same database.
    private const long LockKey = 0x52454C4159; // "RELAY"

    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>Applies what is missing.</summary>
    /// <exception cref="NpgsqlException">The database is away or refuses.</exception>
    /// <exception cref="SchemaTooNewException">The database is newer than this program.</exception>
    public async Task MigrateAsync(CancellationToken cancellation)
    {
        var migrations = Load();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await ReadVersionAsync(connection, cancellation) == migrations[^1].Number)
        {
            return;
        }

        while (await ApplyNextAsync(connection, migrations, cancellation) is { } applied)
        {
            Log.Applied(logger, applied.Name);
        }
    }

    private const string CreateTable =
        "create table if not exists schema_versions (number integer primary key, name text not null, applied_at timestamptz not null default now())";

    /// <summary>Applies the first that is missing.</summary>
    /// <returns>Which; <see langword="null"/> when none is.</returns>
    private static async Task<Migration?> ApplyNextAsync(
        NpgsqlConnection connection, List<Migration> migrations, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, $"select pg_advisory_xact_lock({LockKey})", cancellation);
        await ExecuteAsync(connection, CreateTable, cancellation);
        var version = await ReadVersionAsync(connection, cancellation);
        if (version > migrations[^1].Number)
        {
            throw new SchemaTooNewException(
                $"the database's schema is at version {version}, this program's at {migrations[^1].Number}: deploy a newer program");
        }

        if (migrations.Find(migration => migration.Number > version) is not { } next)
        {
            return null;
        }

        await ExecuteAsync(connection, next.Sql, cancellation);
        await using var record = new NpgsqlCommand("insert into schema_versions (number, name) values ($1, $2)", connection)
        {
            Parameters = { new() { Value = next.Number }, new() { Value = next.Name } },
        };
        await record.ExecuteNonQueryAsync(cancellation);
        CrashPoints.Pass(CrashPoints.MigrationApplied);
        await transaction.CommitAsync(cancellation);
        return next;
    }

    private static async Task<int> ReadVersionAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select case when to_regclass('schema_versions') is null then 0 else -1 end", connection);
        if (await command.ExecuteScalarAsync(cancellation) is 0)
        {
            return 0;
        }

        command.CommandText = "select coalesce(max(number), 0) from schema_versions";
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        // An index on a large table takes its time, and so does waiting for the instance that makes it. Given up and rolled back after
        // a while, it would be begun anew for ever; without any limit a broken connection would be waited for as long.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)Longest.TotalSeconds };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static List<Migration> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.Contains(".Migrations.", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Read(assembly, name))];
    }

    private static Migration Read(Assembly assembly, string resource)
    {
        var name = resource.Split('.')[^2];
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return new Migration(int.Parse(name.TrimStart('_')[..4], CultureInfo.InvariantCulture), name, reader.ReadToEnd());
    }

    private sealed record Migration(int Number, string Name, string Sql);

    private static partial class Log
    {
        [LoggerMessage(EventId = 100, Level = LogLevel.Information, Message = "Applied migration {Migration}")]
        public static partial void Applied(ILogger logger, string migration);
    }
}

/// <summary>A newer program has changed the schema: this one must not touch it. It goes on when it is deployed anew.</summary>
/// <param name="message">Which versions.</param>
public sealed class SchemaTooNewException(string message) : Exception(message);
