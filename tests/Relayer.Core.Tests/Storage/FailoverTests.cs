using Npgsql;
using Relayer.Core.Storage;

namespace Relayer.Core.Tests.Storage;

/// <summary>Sessions that were begun in a bad moment do not outlive it, with a real server.</summary>
[Trait("needs", "services")]
public sealed class FailoverTests(PostgresFixture postgres)
{
    private const int Sessions = 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sessions_begun_while_the_server_took_no_writes_are_not_used_once_it_does()
    {
        await using var database = await ReadyAsync();
        await SetAsync(database, "set default_transaction_read_only = on");
        database.Source.Clear();
        await HoldManyAsync(database);
        Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, await WriteAsync(database));

        await SetAsync(database, "reset default_transaction_read_only");
        await Task.Delay(ReadOnlySessions.Pause, Cancellation); // The longest that one may be handed out still.
        for (var i = 0; i < Sessions; i++)
        {
            Assert.Null(await WriteAsync(database));
        }
    }

    [Fact]
    public async Task While_it_takes_none_reads_are_served_and_refusals_cost_few_connections()
    {
        await using var database = await ReadyAsync();
        await SetAsync(database, "set default_transaction_read_only = on");
        database.Source.Clear();
        var (seen, started) = (new HashSet<int>(), TimeProvider.System.GetTimestamp());
        for (var i = 0; i < 500; i++)
        {
            await using var connection = await database.Database.OpenAsync(Cancellation);
            seen.Add(connection.ProcessID);
            await using var read = new NpgsqlCommand("select count(*) from kept", connection);
            Assert.Equal(0L, await read.ExecuteScalarAsync(Cancellation));
        }

        var pauses = (int)(TimeProvider.System.GetElapsedTime(started) / ReadOnlySessions.Pause) + 1;
        Assert.InRange(seen.Count, 1, (2 * pauses) + 1);
    }

    [Fact]
    public async Task Each_session_that_was_ended_costs_one_refusal_at_most()
    {
        await using var database = await ReadyAsync();
        await HoldManyAsync(database);
        await using (var other = new NpgsqlConnection(Unpooled(database)))
        {
            await other.OpenAsync(Cancellation);
            await using var end = new NpgsqlCommand(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()", other);
            Assert.InRange((long)(await end.ExecuteScalarAsync(Cancellation))!, Sessions, long.MaxValue);
        }

        var refused = 0;
        for (var i = 0; i < 3 * Sessions; i++)
        {
            refused += await WriteAsync(database) is null ? 0 : 1;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{refused} refused after {Sessions} sessions were ended");
        Assert.InRange(refused, 0, Sessions);
        Assert.Null(await WriteAsync(database));
    }

    [Theory]
    [InlineData("alter role {0} password 'another'", "alter role {0} password 'first'", PostgresErrorCodes.InvalidPassword, "it refuses the password")]
    [InlineData("alter role {0} nologin", "alter role {0} login", PostgresErrorCodes.InvalidAuthorizationSpecification, "it does not let the role")]
    [InlineData("alter role {0} rename to {0}_gone", "alter role {0}_gone rename to {0}; alter role {0} password 'first'", PostgresErrorCodes.InvalidPassword, "it refuses the password")]
    [InlineData("alter database {1} rename to {1}_gone", "alter database {1}_gone rename to {1}", PostgresErrorCodes.InvalidCatalogName, "the database that Database:ConnectionString names is not there")]
    [InlineData("alter database {1} allow_connections false", "alter database {1} allow_connections true", "55000", "database")]
    public async Task What_does_not_let_the_app_in_is_the_databases_trouble_and_heals(string away, string back, string state, string cause)
    {
        var settings = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync());
        var role = $"app_{settings.Database}";
        await using var admin = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false, Database = "postgres" }.ConnectionString);
        await admin.OpenAsync(Cancellation);
        await RunAsync($"create role {role} login password 'first'; alter database {settings.Database} owner to {role}");
        settings.Username = role;
        settings.Password = "first";
        await using var source = NpgsqlDataSource.Create(settings);
        var database = new Database(source, new Migrator(source, Microsoft.Extensions.Logging.Abstractions.NullLogger<Migrator>.Instance));
        await database.PingAsync(Cancellation);
        source.Clear();
        await RunAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, away, role, settings.Database));

        var failure = await Assert.ThrowsAsync<PostgresException>(() => database.PingAsync(Cancellation));
        Assert.Equal(state, failure.SqlState);
        Assert.True(StorageFailures.IsOne(failure));
        Assert.Contains(cause, StorageFailures.CauseOf(failure), StringComparison.Ordinal);

        await RunAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, back, role, settings.Database));
        await database.PingAsync(Cancellation);

        async Task RunAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, admin);
            await command.ExecuteNonQueryAsync(Cancellation);
        }
    }

    private async Task<TestDatabase> ReadyAsync()
    {
        var database = await TestDatabase.CreateAsync(postgres);
        await database.ExecuteAsync("create table kept (number integer)");
        return database;
    }

    private static string Unpooled(TestDatabase database) => new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString;

    private static async Task SetAsync(TestDatabase database, string what)
    {
        await using var other = new NpgsqlConnection(Unpooled(database));
        await other.OpenAsync(Cancellation);
        foreach (var sql in new[] { "set default_transaction_read_only = off", $"alter database {other.Database} {what}" })
        {
            await using var command = new NpgsqlCommand(sql, other);
            await command.ExecuteNonQueryAsync(Cancellation);
        }
    }

    /// <summary>Fills the pool.</summary>
    private static async Task HoldManyAsync(TestDatabase database)
    {
        var held = new List<NpgsqlConnection>();
        for (var i = 0; i < Sessions; i++)
        {
            held.Add(await database.Database.OpenAsync(Cancellation));
        }

        foreach (var connection in held)
        {
            await connection.DisposeAsync();
        }
    }

    /// <returns>What the server refuses the write with; null for nothing.</returns>
    private static async Task<string?> WriteAsync(TestDatabase database)
    {
        try
        {
            await using var connection = await database.Database.OpenAsync(Cancellation);
            await using var command = new NpgsqlCommand("insert into kept values (1)", connection);
            await command.ExecuteNonQueryAsync(Cancellation);
            return null;
        }
        catch (NpgsqlException refused)
        {
            Assert.True(StorageFailures.IsOne(refused));
            return (refused as PostgresException)?.SqlState ?? "";
        }
    }
}
