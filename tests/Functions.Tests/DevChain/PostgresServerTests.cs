using DevChain;
using Npgsql;

namespace Functions.Tests.DevChain;

[Trait("needs", "services")]
public sealed class PostgresServerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_gives_fresh_databases_and_is_gone_after_disposal()
    {
        var server = await PostgresServer.StartAsync(cancellation: Cancellation);
        var processId = server.ProcessId;
        var first = await server.CreateDatabaseAsync(Cancellation);
        var second = await server.CreateDatabaseAsync(Cancellation);
        await AskAsync(first, "CREATE TABLE only_here (n int)");
        var tables = await AskAsync(second, "SELECT count(*) FROM pg_tables WHERE tablename = 'only_here'");
        var version = await AskAsync(first, "SHOW server_version");
        var fsync = await AskAsync(first, "SHOW fsync");
        await server.DisposeAsync();

        Assert.Equal(0L, tables);
        Assert.StartsWith("18.", (string)version!, StringComparison.Ordinal);
        Assert.Equal("on", fsync);
        Assert.False(Running.Is(processId));
        Assert.True(Running.IsFree(server.Port));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_committed_survives_a_restart_and_a_crash(bool crash)
    {
        await using var server = await PostgresServer.StartAsync(cancellation: Cancellation);
        var database = await server.CreateDatabaseAsync(Cancellation);
        await AskAsync(database, "CREATE TABLE kept AS SELECT 42 AS n");
        await (crash ? server.CrashAsync() : server.StopAsync());
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => AskAsync(database, "SELECT n FROM kept"));
        await server.StartAsync(Cancellation);

        Assert.Equal(42, await AskAsync(database, "SELECT n FROM kept"));
    }

    [Fact]
    public async Task Nobody_enters_without_the_password()
    {
        await using var server = await PostgresServer.StartAsync(cancellation: Cancellation);
        var connection = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync(Cancellation)) { Password = "guess" };
        var refused = await Assert.ThrowsAsync<PostgresException>(() => AskAsync(connection.ConnectionString, "SELECT 1"));

        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
    }

    private static async Task<object?> AskAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
