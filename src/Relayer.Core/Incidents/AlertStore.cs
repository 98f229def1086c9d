using Npgsql;
using Relayer.Core.Storage;

namespace Relayer.Core.Incidents;

/// <summary>The rows of what is yet to be told.</summary>
internal static class AlertStore
{
    public static async Task AddAsync(
        NpgsqlConnection connection, Incident incident, string @event, string body, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "insert into alerts (incident_id, event, body, created_at, next_try_at) values ($1, $2, $3, $4, $4)", connection)
        {
            Parameters = { Columns.Long(incident.Id), Columns.Text(@event), Columns.Text(body), Columns.Time(now) },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// Takes what is due, and sets each aside for a while: nobody else delivers it meanwhile, nor is it lost. Of an incident only the
    /// oldest that is still to be told: nobody hears of its end before its beginning.
    /// </summary>
    public static async Task<List<DueAlert>> ClaimAsync(
        NpgsqlConnection connection, DateTimeOffset now, DateTimeOffset again, int limit, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            with due as (
                select id from alerts a where next_try_at <= $1 and not exists (
                    select from alerts earlier
                    where earlier.incident_id = a.incident_id and earlier.id < a.id and earlier.next_try_at is not null)
                order by next_try_at limit $3 for update skip locked)
            update alerts a set next_try_at = $2, attempts = a.attempts + 1 from due where a.id = due.id
            returning a.id, a.body, a.attempts, a.created_at
            """, connection)
        {
            Parameters = { Columns.Time(now), Columns.Time(again), Columns.Int(limit) },
        };
        var due = await command.ReadListAsync(row => new DueAlert(row.GetInt64(0), row.GetString(1), row.GetInt32(2), row.GetTime(3)), cancellation);

        return [.. due.OrderBy(alert => alert.Id)];
    }

    /// <summary>Gives back what was taken and not tried.</summary>
    public static async Task PostponeAsync(NpgsqlConnection connection, IEnumerable<long> ids, DateTimeOffset until, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "update alerts set next_try_at = $2, attempts = attempts - 1 where id = any($1) and delivered_at is null", connection)
        {
            Parameters = { Columns.Longs(ids), Columns.Time(until) },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task NoteAsync(
        NpgsqlConnection connection, long id, DateTimeOffset? deliveredAt, DateTimeOffset? nextTryAt, string? error, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "update alerts set delivered_at = $2, next_try_at = $3, last_error = $4 where id = $1 and delivered_at is null", connection)
        {
            Parameters = { Columns.Long(id), Columns.TimeOrNull(deliveredAt), Columns.TimeOrNull(nextTryAt), Columns.TextOrNull(error) },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}

/// <summary>Something to tell.</summary>
/// <param name="Id">Its place in the order of events.</param>
/// <param name="Body">The JSON.</param>
/// <param name="Attempt">1 for the first delivery.</param>
/// <param name="CreatedAt">When it happened.</param>
internal sealed record DueAlert(long Id, string Body, int Attempt, DateTimeOffset CreatedAt);
