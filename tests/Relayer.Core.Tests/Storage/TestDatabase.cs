using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Relayer.Core.Storage;

namespace Relayer.Core.Tests.Storage;

/// <summary>A migrated database of a test's own.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private TestDatabase(string connectionString)
    {
        ConnectionString = connectionString;

        // However busy the machine is: what fills tables with a history takes its time.
        Source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = 300 });
        Database = new Database(Source, new Migrator(Source, NullLogger<Migrator>.Instance));
    }

    /// <summary>With the password, which a source's own leaves out.</summary>
    public string ConnectionString { get; }

    public NpgsqlDataSource Source { get; }

    public Database Database { get; }

    public static async Task<TestDatabase> CreateAsync(PostgresFixture postgres)
    {
        var database = new TestDatabase(await postgres.CreateMigratedDatabaseAsync());
        await database.Database.PingAsync(TestContext.Current.CancellationToken);
        return database;
    }

    public async Task<NpgsqlConnection> OpenAsync() => await Source.OpenConnectionAsync(TestContext.Current.CancellationToken);

    public async Task<T> ScalarAsync<T>(string sql) => (await ColumnAsync<T>(sql))[0];

    public async Task<List<T>> ColumnAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var values = new List<T>();
        while (await rows.ReadAsync(TestContext.Current.CancellationToken))
        {
            values.Add(rows.GetFieldValue<T>(0));
        }

        return values;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
