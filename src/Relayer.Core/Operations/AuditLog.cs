using Npgsql;
using Relayer.Core.Storage;

namespace Relayer.Core.Operations;

/// <summary>What operators did. Append-only: the database refuses to change an entry.</summary>
/// <param name="database">The database.</param>
/// <param name="time">The clock.</param>
public sealed class AuditLog(Database database, TimeProvider time)
{
    /// <summary>Writes an entry in the transaction of <paramref name="connection"/>: the change and its entry are both there, or neither.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public static async Task AppendAsync(
        NpgsqlConnection connection, AuditEntry entry, DateTimeOffset at, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(entry);
        await using var command = new NpgsqlCommand(
            "insert into audit (at, who, action, target, reason, outcome) values ($1, $2, $3, $4, $5, $6)", connection);
        command.Parameters.Add(Columns.Time(at));
        command.Parameters.Add(Columns.Text(entry.Instruction.Who));
        command.Parameters.Add(Columns.Text(entry.Action));
        command.Parameters.Add(Columns.Text(entry.Target));
        command.Parameters.Add(Columns.Text(entry.Instruction.Reason));
        command.Parameters.Add(Columns.Text(entry.Outcome));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// Writes an entry by itself, for what is not one change in the database: <see cref="AuditOutcome.Asked"/> before anything is done,
    /// then how it ended.
    /// </summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task AppendAsync(AuditEntry entry, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await AppendAsync(connection, entry, time.GetUtcNow(), cancellation);
    }

    /// <summary>A page of entries, newest first.</summary>
    /// <param name="before">Only those before this <see cref="AuditRecord.Id"/>.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<IReadOnlyList<AuditRecord>> ListAsync(long before, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(
            "select id, at, who, reason, action, target, outcome from audit where id < $1 order by id desc limit $2", connection);
        command.Parameters.Add(Columns.Long(before));
        command.Parameters.Add(Columns.Int(limit));
        return await command.ReadListAsync(row => new AuditRecord(
            row.GetInt64(0), row.GetTime(1),
            new AuditEntry(new Instruction(row.GetString(2), row.GetString(3)), row.GetString(4), row.GetString(5), row.GetString(6))), cancellation);
    }
}
