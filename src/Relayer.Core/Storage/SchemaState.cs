using Npgsql;

namespace Relayer.Core.Storage;

/// <summary>What a database says about its schema.</summary>
/// <remarks>
/// <para>
/// Programs up to step 11 record their steps in <c>schema_versions</c>, and refuse a database whose highest number there is above their own.
/// So that number is the floor: the oldest program that may use the database. Later steps are recorded in <c>schema_steps</c>, where those
/// programs do not look, and leave the floor where it is; one that an older program could not live with raises it.
/// </para>
/// </remarks>
/// <param name="Floor">The oldest program that may use the database; 0 for an empty one.</param>
/// <param name="Applied">The steps that were taken.</param>
internal sealed record SchemaState(int Floor, IReadOnlySet<int> Applied)
{
    /// <summary>The last step that is recorded in <c>schema_versions</c>.</summary>
    public const int LastVersion = 11;

    private const string CreateTables =
        """
        create table if not exists schema_versions (number integer primary key, name text not null, applied_at timestamptz not null default now());
        create table if not exists schema_steps (number integer primary key, name text not null, applied_at timestamptz not null default now())
        """;

    private const string Versions = "insert into schema_versions (number, name) values ($1, $2) on conflict do nothing";
    private const string Steps = "insert into schema_steps (number, name) values ($1, $2)";

    /// <summary>Reads it, also where nothing is there yet.</summary>
    public static async Task<SchemaState> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var versions = await NumbersAsync(connection, "schema_versions", cancellation);
        var steps = await NumbersAsync(connection, "schema_steps", cancellation);
        return new SchemaState(
            versions.DefaultIfEmpty().Max(), versions.Where(number => number <= LastVersion).Concat(steps).ToHashSet());
    }

    /// <summary>Makes the tables where they are missing.</summary>
    public static async Task PrepareAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(CreateTables, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Records a step that was taken, and whom it leaves behind.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, Migration step, CancellationToken cancellation)
    {
        await InsertAsync(connection, step.Number <= LastVersion ? Versions : Steps, step.Number, step.Name, cancellation);
        if (step.Oldest is { } oldest)
        {
            await InsertAsync(connection, Versions, oldest, $"the oldest program since {step.Name}", cancellation);
        }
    }

    private static async Task<List<int>> NumbersAsync(NpgsqlConnection connection, string table, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select to_regclass('{table}') is not null", connection);
        if (await command.ExecuteScalarAsync(cancellation) is false)
        {
            return [];
        }

        command.CommandText = $"select number from {table}";
        return await command.ReadListAsync(row => row.GetInt32(0), cancellation);
    }

    private static async Task InsertAsync(NpgsqlConnection connection, string sql, int number, string name, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = number }, new() { Value = name } } };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
