using Npgsql;
using Relayer.Core.Storage;

namespace Relayer.Core.Operations;

/// <summary>What operators have paused. In the database, so that every instance sees it at its next look.</summary>
/// <remarks>Safe for concurrent use. Pausing what is paused, and resuming what is not, changes nothing and is still audited.</remarks>
/// <param name="database">The database.</param>
/// <param name="time">The clock.</param>
public sealed class Pauses(Database database, TimeProvider time)
{
    private const string Fields = "select scope, by, reason, since from pauses";

    /// <summary>The statement that finds which of some scopes are paused; it may ride in a feature's own batch.</summary>
    public static NpgsqlBatchCommand Find(IEnumerable<PauseScope> scopes) => new($"{Fields} where scope = any($1)")
    {
        Parameters = { Columns.Texts(scopes.Select(scope => scope.Name)) },
    };

    /// <summary>Reads the rows of <see cref="Find"/>, the current result of <paramref name="rows"/>.</summary>
    public static async Task<IReadOnlyList<Pause>> ReadAsync(NpgsqlDataReader rows, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return await rows.ReadListAsync(Read, cancellation);
    }

    /// <summary>The pause of a scope; <see langword="null"/> when it goes on.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<Pause?> FindAsync(PauseScope scope, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        return await FindAsync(connection, scope, cancellation);
    }

    /// <summary>Everything that is paused, the longest first.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<IReadOnlyList<Pause>> ListAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand($"{Fields} order by since, scope", connection);
        return await command.ReadListAsync(Read, cancellation);
    }

    /// <summary>Pauses; a pause that is there already keeps its reason. Audited.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable; whether it was done is not known: do it again.</exception>
    public Task<PauseChange> PauseAsync(PauseScope scope, Instruction instruction, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(instruction);
        var insert = new NpgsqlCommand("insert into pauses (scope, by, reason, since) values ($1, $2, $3, $4) on conflict do nothing")
        {
            Parameters =
            {
                Columns.Text(scope.Name), Columns.Text(instruction.Who), Columns.Text(instruction.Reason), Columns.Time(time.GetUtcNow()),
            },
        };
        return ChangeAsync(insert, scope, instruction, "pause", cancellation);
    }

    /// <summary>Ends a pause. Audited.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable; whether it was done is not known: do it again.</exception>
    public Task<PauseChange> ResumeAsync(PauseScope scope, Instruction instruction, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(instruction);
        var delete = new NpgsqlCommand("delete from pauses where scope = $1") { Parameters = { Columns.Text(scope.Name) } };
        return ChangeAsync(delete, scope, instruction, "resume", cancellation);
    }

    /// <summary>Ends a pause that <paramref name="by"/> began, within a database transaction of the caller's; anybody else's stays. Audited when there was one.</summary>
    internal async Task EndAsync(
        NpgsqlConnection connection, PauseScope scope, string by, Instruction instruction, CancellationToken cancellation)
    {
        await using var delete = new NpgsqlCommand("delete from pauses where scope = $1 and by = $2", connection)
        {
            Parameters = { Columns.Text(scope.Name), Columns.Text(by) },
        };
        if (await delete.ExecuteNonQueryAsync(cancellation) > 0)
        {
            await AuditLog.AppendAsync(connection, Entry(scope, instruction, "resume", hasChanged: true), time.GetUtcNow(), cancellation);
        }
    }

    private async Task<PauseChange> ChangeAsync(
        NpgsqlCommand change, PauseScope scope, Instruction instruction, string verb, CancellationToken cancellation)
    {
        await using var command = change;
        await using var connection = await database.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        command.Connection = connection;
        var hasChanged = await command.ExecuteNonQueryAsync(cancellation) > 0;
        await AuditLog.AppendAsync(connection, Entry(scope, instruction, verb, hasChanged), time.GetUtcNow(), cancellation);
        var now = await FindAsync(connection, scope, cancellation);
        await transaction.CommitAsync(cancellation);
        return new PauseChange(hasChanged, now);
    }

    // The part before the colon says what is done, the whole says to what.
    private static AuditEntry Entry(PauseScope scope, Instruction instruction, string verb, bool hasChanged) =>
        new(instruction, $"{scope.Name.Split(':')[0]}.{verb}", scope.Name, AuditOutcome.Of(hasChanged));

    private static async Task<Pause?> FindAsync(NpgsqlConnection connection, PauseScope scope, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Find([scope]) } };
        return await batch.ReadFirstOrDefaultAsync(Read, cancellation);
    }

    private static Pause Read(NpgsqlDataReader row) =>
        new(new PauseScope(row.GetString(0)), row.GetString(1), row.GetString(2), row.GetTime(3));
}
