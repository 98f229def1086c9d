using System.Globalization;
using Npgsql;
using Spectre.Console;

namespace Load;

/// <summary>What the database spends its time on, by <c>pg_stat_statements</c>.</summary>
internal static class Statements
{
    private const int TextLength = 110;

    /// <summary>Collecting costs some time itself, so that it is off unless asked for.</summary>
    public static IReadOnlyList<string> ServerSettings { get; } =
        ["shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track_planning=on"];

    public static async Task StartAsync(string database, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand("create extension if not exists pg_stat_statements");
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task ShowAsync(string database, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand("""
            select calls, rows, total_exec_time, plans, total_plan_time, regexp_replace(query, '\s+', ' ', 'g')
            from pg_stat_statements order by total_exec_time + total_plan_time desc limit 14
            """);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var table = new Table { Title = new TableTitle("What the database spent its time on") }.Border(TableBorder.Rounded);
        table.AddColumns("calls", "rows", "ms in all", "plans", "ms planning", "statement");
        while (await rows.ReadAsync(cancellation))
        {
            var text = rows.GetString(5);
            table.AddRow(
                Text(rows.GetInt64(0)), Text(rows.GetInt64(1)), Text(rows.GetDouble(2)), Text(rows.GetInt64(3)), Text(rows.GetDouble(4)),
                text[..Math.Min(text.Length, TextLength)].EscapeMarkup());
        }

        AnsiConsole.Write(table);
    }

    private static string Text(double number) => number.ToString("0", CultureInfo.InvariantCulture);
}
