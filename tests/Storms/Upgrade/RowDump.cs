using System.Globalization;
using Npgsql;
using Storms.Audit;

namespace Storms.Upgrade;

/// <summary>All rows of a database as SQL, and back into one with the same schema, moved on in time.</summary>
internal static class RowDump
{
    private const string Tables =
        """
        select table_name, string_agg(quote_ident(column_name), ', ' order by ordinal_position)
        from information_schema.columns join information_schema.tables using (table_schema, table_name)
        where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'schema_versions' and is_generated = 'NEVER'
        group by table_name order by table_name
        """;

    private const string Frozen = "-- frozen at ";

    /// <summary>Writes them in the form of pg_dump, after a line that says when.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, string file, CancellationToken cancellation)
    {
        await using var text = new StreamWriter(file) { NewLine = "\n" };
        var at = (await Rows.ReadAsync(connection, "select now()", row => row.GetFieldValue<DateTime>(0), cancellation))[0];
        await text.WriteLineAsync(Frozen + at.ToString("O", CultureInfo.InvariantCulture));
        foreach (var (table, columns) in await Rows.ReadAsync(connection, Tables, row => (row.GetString(0), row.GetString(1)), cancellation))
        {
            using var rows = await connection.BeginTextExportAsync($"COPY {table} ({columns}) TO STDOUT", cancellation);
            var all = await rows.ReadToEndAsync(cancellation);
            if (all.Length > 0)
            {
                await text.WriteAsync($"COPY {table} ({columns}) FROM stdin;\n{all}\\.\n");
            }
        }
    }

    /// <summary>Puts them into empty tables.</summary>
    public static async Task ReadAsync(NpgsqlConnection connection, string file, CancellationToken cancellation)
    {
        // Rows refer to rows of tables that come later.
        await ExecuteAsync(connection, "set session_replication_role = replica", cancellation);
        var lines = await File.ReadAllLinesAsync(file, cancellation);
        for (var i = 1; i < lines.Length; i++)
        {
            await using var table = await connection.BeginTextImportAsync(lines[i].TrimEnd(';'), cancellation);
            for (i++; lines[i] != "\\."; i++)
            {
                await table.WriteAsync(lines[i] + "\n");
            }
        }

        await MoveOnAsync(connection, DateTime.Parse(lines[0][Frozen.Length..], CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind), cancellation);
        await ExecuteAsync(connection, "set session_replication_role = origin", cancellation);
    }

    /// <summary>As if it had been written just now; but what users have signed a deadline for expires then.</summary>
    private static async Task MoveOnAsync(NpgsqlConnection connection, DateTime frozen, CancellationToken cancellation)
    {
        var columns = await Rows.ReadAsync(
            connection,
            """
            select table_name, quote_ident(column_name), data_type, is_identity = 'YES'
            from information_schema.columns join information_schema.tables using (table_schema, table_name)
            where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'schema_versions' and is_generated = 'NEVER'
                and column_name <> 'expires_at'
            """,
            row => (Table: row.GetString(0), Column: row.GetString(1), Type: row.GetString(2), IsIdentity: row.GetBoolean(3)), cancellation);
        var at = frozen.ToString("O", CultureInfo.InvariantCulture);
        foreach (var table in columns.GroupBy(column => column.Table))
        {
            string[] sets =
            [
                .. table.Where(column => column.Type == "timestamp with time zone").Select(column => $"{column.Column} = {column.Column} + (now() - '{at}'::timestamptz)"),
                .. table.Where(column => column.Type == "date").Select(column => $"{column.Column} = {column.Column} + (now()::date - '{at}'::timestamptz::date)"),
            ];
            if (sets.Length > 0)
            {
                await ExecuteAsync(connection, $"update {table.Key} set {string.Join(", ", sets)}", cancellation);
            }

            foreach (var column in table.Where(column => column.IsIdentity))
            {
                await ExecuteAsync(
                    connection,
                    $"select setval(pg_get_serial_sequence('{table.Key}', '{column.Column.Trim('"')}'), (select coalesce(max({column.Column}), 0) + 1 from {table.Key}), false)",
                    cancellation);
            }
        }

        // The Infinex dialect signs no deadline.
        await ExecuteAsync(
            connection,
            $"""
            update transactions t set expires_at = expires_at + (now() - '{at}'::timestamptz)
            where not exists (select from relays r where r.transaction_id = t.id and r.expires_at = date_trunc('second', r.expires_at));
            update relays set expires_at = expires_at + (now() - '{at}'::timestamptz) where expires_at <> date_trunc('second', expires_at)
            """,
            cancellation);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
