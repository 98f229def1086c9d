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
                Columns.MaybeLong(report.ChainId?.Value),
                Columns.Bytes(report.Account?.ToArray()),
                Columns.Text(report.Title),
                Columns.Text(report.Detail),
                Columns.Flag(report.NeedsPerson),
                Columns.Time(now),
                Columns.Time(updatedBefore),
            },
        };
        return (await ReadAllAsync(command, cancellation)).FirstOrDefault();
    }

    public static async Task<List<Incident>> CloseAsync(
        NpgsqlConnection connection, string? cause, long? id, string? by, string why, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(CloseSql, connection)
        {
            Parameters = { Columns.MaybeText(cause), Columns.MaybeLong(id), Columns.MaybeText(by), Columns.Text(why), Columns.Time(now) },
        };
        return await ReadAllAsync(command, cancellation);
    }

    public static async Task<List<Incident>> ReadAsync(NpgsqlConnection connection, int closed, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ReadSql, connection) { Parameters = { Columns.Int(closed) } };
        return await ReadAllAsync(command, cancellation);
    }

    public static async Task<(bool IsOpen, DateTimeOffset? ClearedAt)> LookAsync(
        NpgsqlConnection connection, string cause, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select closed_at from incidents where cause = $1 order by id desc limit 1", connection)
        {
            Parameters = { Columns.Text(cause) },
        };
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        return await rows.ReadAsync(cancellation) ? (rows.IsDBNull(0), rows.GetTimeOrNull(0)) : (false, null);
    }

    public static async Task<IReadOnlySet<Address>> ReadAccountsAsync(
        NpgsqlConnection connection, string kind, ChainId chainId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select account from incidents where closed_at is null and kind = $1 and chain_id = $2 and account is not null", connection)
        {
            Parameters = { Columns.Text(kind), Columns.Long(chainId.Value) },
        };
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var accounts = new HashSet<Address>();
        while (await rows.ReadAsync(cancellation))
        {
            accounts.Add(rows.GetAddress(0));
        }

        return accounts;
    }

    private static async Task<List<Incident>> ReadAllAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var incidents = new List<Incident>();
        while (await rows.ReadAsync(cancellation))
        {
            var kind = rows.GetString(1);
            ChainId? chainId = rows.GetLongOrNull(3) is { } chain ? new ChainId(chain) : null;
            Address? account = rows.IsDBNull(4) ? null : rows.GetAddress(4);
            var common = IncidentReport.CauseOf(kind, chainId, account);
            var cause = rows.GetString(8);
            var report = new IncidentReport(
                kind, (IncidentSeverity)rows.GetInt16(2), chainId, account, rows.GetString(5), rows.GetString(6), rows.GetBoolean(7),
                cause.Length > common.Length ? cause[(common.Length + 1)..] : null);
            incidents.Add(new Incident(
                rows.GetInt64(0), report, rows.GetTime(9), rows.GetTime(10), rows.GetTimeOrNull(11), rows.GetTextOrNull(12), rows.GetTextOrNull(13)));
        }

        return incidents;
    }
}
