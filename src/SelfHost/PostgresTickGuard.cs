using Npgsql;
using Relayer.Core.Storage;

namespace SelfHost;

/// <summary>Claims ticks in the table <c>timers(name text primary key, last_due timestamptz not null)</c>.</summary>
/// <remarks>A claim never goes back in time, so an instance with a slow clock skips what others already ran.</remarks>
/// <param name="database">The database, which has that table before it gives a connection.</param>
public sealed class PostgresTickGuard(Database database) : ITickGuard
{
    private const string Claim = """
        insert into timers (name, last_due) values ($1, $2)
        on conflict (name) do update set last_due = excluded.last_due
        where timers.last_due < excluded.last_due
        """;

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database is unavailable; nobody's claim is known.</exception>
    public async Task<bool> TryClaimAsync(string timer, DateTimeOffset due, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(Claim, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = timer });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = due.UtcDateTime });
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }
}

/// <summary>For an app without a database: it is alone, so every tick is its own.</summary>
internal sealed class SingleInstanceTickGuard : ITickGuard
{
    /// <inheritdoc/>
    public Task<bool> TryClaimAsync(string timer, DateTimeOffset due, CancellationToken cancellation) => Task.FromResult(true);
}
