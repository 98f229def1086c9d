using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Relayer.Core.Storage;

namespace Relayer.Core.Tests.Storage;

[Trait("needs", "services")]
public sealed class MigratorTests(PostgresFixture postgres)
{
    // Of this database: other tests migrate theirs on the same server meanwhile.
    private const string LocksHeld =
        "select count(*) from pg_locks l join pg_database d on d.oid = l.database where l.locktype = 'advisory' and d.datname = current_database()";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Several_at_once_on_an_empty_database_apply_each_migration_once()
    {
        await using var source = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Migrator(source).MigrateAsync(Cancellation)));

        Assert.Equal(1L, await ScalarAsync(source, "select count(*) from schema_versions where number = 1"));
        Assert.Equal(0L, await ScalarAsync(source, "select count(*) from transactions"));
        Assert.Equal(0L, await ScalarAsync(source, LocksHeld));
    }

    [Fact]
    public async Task Another_instances_migration_is_waited_for_however_long_it_takes()
    {
        var settings = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync()) { CommandTimeout = 1 };
        await using var source = NpgsqlDataSource.Create(settings.ConnectionString);
        await using var other = await source.OpenConnectionAsync(Cancellation);
        await using var theirs = await other.BeginTransactionAsync(Cancellation);
        await using (var hold = new NpgsqlCommand("select pg_advisory_xact_lock(x'52454C4159'::bigint)", other))
        {
            await hold.ExecuteNonQueryAsync(Cancellation);
        }

        var migrating = Migrator(source).MigrateAsync(Cancellation);
        var isOver = await Task.WhenAny(migrating, Task.Delay(TimeSpan.FromSeconds(3), Cancellation)) == migrating;

        // Callers do not wait for it as long: they come back.
        var database = new Database(source, Migrator(source)) { MigrationPatience = TimeSpan.FromMilliseconds(200) };
        var told = await Assert.ThrowsAsync<NpgsqlException>(() => database.PingAsync(Cancellation));
        await theirs.CommitAsync(Cancellation);
        await migrating;

        Assert.False(isOver);
        Assert.Contains("schema", told.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await ScalarAsync(source, "select count(*) from relays"));
    }

    [Fact]
    public async Task A_newer_schema_is_refused_and_left_alone()
    {
        await using var source = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
        await Migrator(source).MigrateAsync(Cancellation);
        await ScalarAsync(source, "insert into schema_versions (number, name) values (9999, 'of the future')");

        var refusal = await Assert.ThrowsAsync<SchemaTooNewException>(() => Migrator(source).MigrateAsync(Cancellation));

        Assert.Contains("9999", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await ScalarAsync(source, LocksHeld));
    }

    [Fact]
    public async Task A_database_that_comes_late_is_found_without_a_restart()
    {
        var there = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync());
        var missing = new NpgsqlConnectionStringBuilder(there.ConnectionString) { Database = there.Database + "_later" };
        await using var source = NpgsqlDataSource.Create(missing.ConnectionString);
        var database = new Database(source, Migrator(source));

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => database.PingAsync(Cancellation));
        await using (var other = NpgsqlDataSource.Create(there.ConnectionString))
        {
            await ScalarAsync(other, $"create database {missing.Database}");
        }

        await database.PingAsync(Cancellation);
        Assert.Equal(0L, await ScalarAsync(source, "select count(*) from relays"));
    }

    private static Migrator Migrator(NpgsqlDataSource source) => new(source, NullLogger<Migrator>.Instance);

    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
