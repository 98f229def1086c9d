using Npgsql;

namespace Relayer.Core.Storage;

/// <summary>PostgreSQL, opened on first use and migrated before anything else runs on it.</summary>
/// <remarks>
/// Safe for concurrent use. A failed migration is tried again by the next caller, so a database that comes late
/// is found without a restart. One that takes long goes on while callers are told to come back.
/// A session that was begun while the server took no writes (a replica before its promotion, a role that was read-only) may go on refusing them
/// ever after: it is not handed out again once it may have ended. <see cref="ReadOnlySessions"/> says which ones are.
/// </remarks>
/// <param name="source">The pool of connections.</param>
/// <param name="migrator">Brings the schema up to date.</param>
public sealed class Database(NpgsqlDataSource source, Migrator migrator)
{
    private readonly Lock _gate = new();
    private readonly ReadOnlySessions _readOnly = new();
    private Task? _migrated;

    /// <summary>How long a caller waits for a migration.</summary>
    internal TimeSpan MigrationPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A connection to a database with the present schema. Dispose it to give it back.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable or refuses, or its schema is still being brought up to date.</exception>
    public async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        try
        {
            await MigratedAsync().WaitAsync(MigrationPatience, cancellation);
        }
        catch (TimeoutException late)
        {
            throw new NpgsqlException("the schema is still being brought up to date", late);
        }

        var connection = await source.OpenConnectionAsync(cancellation);
        if (!_readOnly.ShouldRenew(connection))
        {
            return connection;
        }

        // All of the pool may be so, and a new session tells how it is now. Those in use are closed when they are given back.
        await connection.DisposeAsync();
        source.Clear();
        return await source.OpenConnectionAsync(cancellation);
    }

    /// <summary>Asks the database for an answer.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable or refuses.</exception>
    public async Task PingAsync(CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("select 1", connection);
        await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>Applies what was held back for older programs' sake, if they are gone.</summary>
    /// <returns>True when nothing is held back any more.</returns>
    /// <exception cref="NpgsqlException">The database is unavailable or refuses.</exception>
    public async Task<bool> CatchUpAsync(CancellationToken cancellation)
    {
        await PingAsync(cancellation);
        return await migrator.MigrateAsync(cancellation);
    }

    private Task MigratedAsync()
    {
        lock (_gate)
        {
            if (_migrated is null or { IsFaulted: true })
            {
                _migrated = Task.Run(() => migrator.MigrateAsync(CancellationToken.None));
            }

            return _migrated;
        }
    }
}
