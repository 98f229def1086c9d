using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;

namespace Relayer.Core.Incidents;

/// <summary>The rows behind <see cref="IncidentLog"/>.</summary>
internal static class IncidentStore
{
    private const string All =
        "id, kind, severity, chain_id, account, title, detail, needs_person, cause, opened_at, updated_at, closed_at, closed_by, closed_why";

    private const string RaiseSql = $"""
        insert into incidents as i (cause, kind, severity, chain_id, account, title, detail, needs_person, opened_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
        on conflict (cause) where closed_at is null do update
        set severity = excluded.severity, title = excluded.title, detail = excluded.detail, updated_at = excluded.updated_at,
            needs_person = i.needs_person or excluded.needs_person
        where i.severity <> excluded.severity
            or ((i.title, i.detail) is distinct from (excluded.title, excluded.detail) and i.updated_at <= $10)
        returning {All}
        """;

    private const string CloseSql = $"""
        update incidents set closed_at = $5, updated_at = $5, closed_by = $3, closed_why = $4
        where closed_at is null and (($1::text is not null and cause = $1 and not needs_person) or id = $2)
        returning {All}
        """;

    private const string ReadSql = $"""
        (select {All} from incidents where closed_at is null order by severity desc, id)
        union all
        (select {All} from incidents where closed_at is not null order by id desc limit $1)
        """;

    public static async Task<Incident?> RaiseAsync(
        NpgsqlConnection connection, IncidentReport report, DateTimeOffset now, DateTimeOffset updatedBefore, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(RaiseSql, connection)
        {
            Parameters =
            {
                Columns.Text(report.Cause),
                Columns.Text(report.Kind),
                Columns.Int((int)report.Severity),
                Columns.LongOrNull(report.ChainId?.Value),
                Columns.Bytes(report.Account?.ToArray()),
                Columns.Text(report.Title),
                Columns.Text(report.Detail),
                Columns.Flag(report.NeedsPerson),
                Columns.Time(now),
                Columns.Time(updatedBefore),
            },
        };
        return (await command.ReadListAsync(Read, cancellation)).FirstOrDefault();
    }

    public static async Task<List<Incident>> CloseAsync(
        NpgsqlConnection connection, string? cause, long? id, string? by, string why, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(CloseSql, connection)
        {
            Parameters = { Columns.TextOrNull(cause), Columns.LongOrNull(id), Columns.TextOrNull(by), Columns.Text(why), Columns.Time(now) },
        };
        return await command.ReadListAsync(Read, cancellation);
    }

    public static async Task<List<Incident>> ReadAsync(NpgsqlConnection connection, int closed, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ReadSql, connection) { Parameters = { Columns.Int(closed) } };
        return await command.ReadListAsync(Read, cancellation);
    }

    public static async Task<(bool IsOpen, DateTimeOffset? ClearedAt)> LookAsync(
        NpgsqlConnection connection, string cause, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select closed_at from incidents where cause = $1 order by id desc limit 1", connection)
        {
            Parameters = { Columns.Text(cause) },
        };
        return await command.ReadFirstOrDefaultAsync(row => (IsOpen: row.IsDBNull(0), ClearedAt: row.GetTimeOrNull(0)), cancellation);
    }

    public static async Task<IReadOnlyList<(DateTimeOffset From, DateTimeOffset? To)>> ReadTimesAsync(
        NpgsqlConnection connection, string cause, DateTimeOffset since, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select opened_at, closed_at from incidents where cause = $1 and (closed_at is null or closed_at > $2)", connection)
        {
            Parameters = { Columns.Text(cause), Columns.Time(since) },
        };
        return await command.ReadListAsync(row => (row.GetTime(0), row.GetTimeOrNull(1)), cancellation);
    }

    public static async Task<IReadOnlySet<Address>> ReadAccountsAsync(
        NpgsqlConnection connection, string kind, ChainId chainId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select account from incidents where closed_at is null and kind = $1 and chain_id = $2 and account is not null", connection)
        {
            Parameters = { Columns.Text(kind), Columns.Long(chainId.Value) },
        };
        return await command.ReadSetAsync(row => row.GetAddress(0), cancellation);
    }

    private static Incident Read(NpgsqlDataReader row)
    {
        var kind = row.GetString(1);
        ChainId? chainId = row.GetLongOrNull(3) is { } chain ? new ChainId(chain) : null;
        Address? account = row.IsDBNull(4) ? null : row.GetAddress(4);
        var common = IncidentReport.CauseOf(kind, chainId, account);
        var cause = row.GetString(8);
        var report = new IncidentReport(
            kind, row.GetEnum<IncidentSeverity>(2), chainId, account, row.GetString(5), row.GetString(6), row.GetBoolean(7),
            cause.Length > common.Length ? cause[(common.Length + 1)..] : null);
        return new Incident(
            row.GetInt64(0), report, row.GetTime(9), row.GetTime(10), row.GetTimeOrNull(11), row.GetTextOrNull(12), row.GetTextOrNull(13));
    }
}
