using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Crashes;

namespace Relayer.Core.Storage;

/// <summary>Brings a database to this program's schema: numbered SQL files, each applied once, in order.</summary>
/// <remarks>
/// <para>
/// Each file runs in a transaction with its own record, under an advisory lock that ends with that transaction: a crash leaves it
/// either applied or not, one instance migrates while the others wait, and no lock outlives a connection (nor a pooler's switch).
/// </para>
/// <para>
/// Older programs go on beside what only adds. What they could not live with is held back for as long as one of them is connected.
/// </para>
/// </remarks>
/// <param name="source">The database.</param>
/// <param name="logger">Says what was applied.</param>
public sealed partial class Migrator(NpgsqlDataSource source, ILogger<Migrator> logger)
{
    // Any constant of ours: it only has to differ from other programs' locks in the same database.
    private const long LockKey = 0x52454C4159; // "RELAY"

    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>This program's steps.</summary>
    internal IReadOnlyList<Migration> Steps { get; init; } = Migration.All;

    /// <summary>Applies what is missing and may be applied now.</summary>
    /// <returns>False when something is held back, because an older program uses the database: to be tried again later.</returns>
    /// <exception cref="NpgsqlException">The database is unavailable or refuses.</exception>
    /// <exception cref="SchemaTooNewException">The database is not for this program any more.</exception>
    /// <exception cref="SchemaTooOldException">This role may not change the schema, and something is missing that the program needs.</exception>
    public async Task<bool> MigrateAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var state = await SchemaState.ReadAsync(connection, cancellation);
        RequireNotNewer(state);
        var missing = Missing(state);
        if (missing.Count == 0 || await IsLeftToOwnerAsync(connection, missing, cancellation))
        {
            return true;
        }

        // Nobody is left behind where nobody was.
        var isEmpty = state.Applied.Count == 0;
        while (true)
        {
            var (applied, left) = await ApplyNextAsync(connection, isEmpty, cancellation);
            if (applied is null)
            {
                return left == 0;
            }

            Log.Applied(logger, applied.Name);
        }
    }

    /// <summary>Applies the first that is missing and may be applied.</summary>
    /// <returns>Which, if any, and how many are missing when none is.</returns>
    private async Task<(Migration? Applied, int Missing)> ApplyNextAsync(NpgsqlConnection connection, bool isEmpty, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, $"select pg_advisory_xact_lock({LockKey})", cancellation);
        await SchemaState.PrepareAsync(connection, cancellation);
        var state = await SchemaState.ReadAsync(connection, cancellation);
        RequireNotNewer(state);
        var missing = Missing(state);
        if (await FirstAsync(connection, missing, isEmpty, cancellation) is not { } next)
        {
            return (null, missing.Count);
        }

        await ExecuteAsync(connection, next.Sql, cancellation);
        await SchemaState.WriteAsync(connection, next, cancellation);
        CrashPoints.Pass(CrashPoints.MigrationApplied);
        await transaction.CommitAsync(cancellation);
        return (next, missing.Count - 1);
    }

    private async Task<Migration?> FirstAsync(
        NpgsqlConnection connection, List<Migration> missing, bool isEmpty, CancellationToken cancellation)
    {
        var isHeldBack = false;
        foreach (var step in missing)
        {
            if (isEmpty || step.Oldest is not { } oldest)
            {
                return step;
            }

            // What takes away may stand on what takes away before it: they keep their order.
            if (isHeldBack)
            {
                continue;
            }

            if (await ProgramName.FindOlderAsync(connection, oldest, cancellation) is not { } older)
            {
                return step;
            }

            isHeldBack = true;
            Log.HeldBack(logger, step.Name, oldest, older);
        }

        return null;
    }

    private List<Migration> Missing(SchemaState state) => [.. Steps.Where(step => !state.Applied.Contains(step.Number))];

    /// <summary>True where another role owns the schema and only what takes away is missing: the program can do without that, and so need not wait.</summary>
    private static async Task<bool> IsLeftToOwnerAsync(NpgsqlConnection connection, List<Migration> missing, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select has_schema_privilege(current_schema(), 'create')", connection);
        if (await command.ExecuteScalarAsync(cancellation) is not false)
        {
            return false;
        }

        return missing.Find(step => step.Oldest is null) is { } needed
            ? throw new SchemaTooOldException(
                $"the step {needed.Name} is missing, and this role may not change the schema: run `SelfHost database migrate` as its owner, then scripts/database-role.sql")
            : true;
    }

    private void RequireNotNewer(SchemaState state)
    {
        if (state.Floor > Steps[^1].Number)
        {
            throw new SchemaTooNewException(
                $"the database's schema is for programs from version {state.Floor} on, this one's is {Steps[^1].Number}: deploy a newer program");
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        // An index on a large table takes its time, and so does waiting for the instance that makes it. Given up and rolled back after
        // a while, it would be begun anew indefinitely; without any limit a broken connection would be waited for as long.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)Longest.TotalSeconds };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 100, Level = LogLevel.Information, Message = "Applied migration {Migration}")]
        public static partial void Applied(ILogger logger, string migration);

        [LoggerMessage(EventId = 101, Level = LogLevel.Warning, Message = "Migration {Migration} waits until no program before version {Oldest} is connected; {Older} is")]
        public static partial void HeldBack(ILogger logger, string migration, int oldest, string older);
    }
}
