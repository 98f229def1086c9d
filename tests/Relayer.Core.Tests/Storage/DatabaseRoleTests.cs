using DevChain;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Relayer.Core.Operations;
using Relayer.Core.Storage;

namespace Relayer.Core.Tests.Storage;

/// <summary>The role that scripts/database-role.sql makes, on the real server.</summary>
[Trait("needs", "services")]
public sealed class DatabaseRoleTests(PostgresFixture postgres)
{
    private static readonly Migration Adds = Migration.Read("9001_adds", "alter table relays add column note text");
    private static readonly Migration TakesAway = Migration.Read("9002_takes_away", "-- oldest: 9001\nalter table relays drop column reason");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_changes_neither_the_schema_nor_the_audit_and_appends_to_it()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        await using var app = await AppAsync(database);
        var pauses = new Pauses(new Database(app, new Migrator(app, NullLogger<Migrator>.Instance)), TimeProvider.System);
        var instruction = new Instruction("night-watch", "prices look wrong");

        Assert.True((await pauses.PauseAsync(PauseScope.Sponsorship, instruction, Cancellation)).HasChanged);
        Assert.True((await pauses.ResumeAsync(PauseScope.Sponsorship, instruction, Cancellation)).HasChanged);
        Assert.Equal((2, null), await VerifyAsync(app));
        await ExecuteAsync(app, """
            insert into provider_disagreements (at, chain_id, what, subject, height, provider, operator, said, believed, observed_from)
            values (now(), 1, 'block', '', 1, 'one', 'one', 'this', false, 'here')
            """);
        string[] forbidden =
        [
            "update audit set who = 'nobody'", "update audit set who = 'nobody' where false", "delete from audit", "truncate audit",
            "update provider_disagreements set said = ''", "delete from provider_disagreements", "truncate provider_disagreements",
            "alter table provider_disagreements disable trigger all",
            "alter table audit disable trigger all", "alter table audit disable trigger audit_chain", "drop trigger audit_chain on audit",
            "drop table audit", "drop table relays", "alter table relays add column note text", "create table mine (id bigint)",
            "create or replace function chain_audit() returns trigger language plpgsql as 'begin return new; end'",
            "create or replace function audit_hash(bytea, bigint, timestamptz, text, text, text, text, text) returns bytea language sql as 'select $1'",
            "insert into schema_steps (number, name) values (99, 'mine')", "update schema_versions set number = 99", "delete from schema_versions",
            "set session_replication_role = replica", "create role another", "alter role current_user superuser",
        ];
        foreach (var sql in forbidden)
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(app, sql));
            Assert.True(refused.SqlState == PostgresErrorCodes.InsufficientPrivilege, $"{sql}: {refused.SqlState} {refused.MessageText}");
        }

        Assert.Equal((2, null), await VerifyAsync(app));
    }

    [Fact]
    public async Task It_reads_and_writes_every_other_table_those_of_later_steps_too()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        await using var app = await AppAsync(database);
        await database.ExecuteAsync("create table later (id bigint generated always as identity, other bigserial)");
        await ExecuteAsync(app, "insert into later default values");
        var all = await database.ColumnAsync<string>(
            "select relname::text from pg_class where relkind in ('r', 'p', 'v') and relnamespace = current_schema()::regnamespace order by 1");

        Assert.Contains("relays", all);
        foreach (var table in all.Except(["audit", "provider_disagreements", "schema_versions", "schema_steps"]))
        {
            foreach (var right in new[] { "select", "insert", "update", "delete" })
            {
                await using var command = app.CreateCommand($"select has_table_privilege('{table}', '{right}')");
                Assert.True(await command.ExecuteScalarAsync(Cancellation) is true, $"{right} {table}");
            }
        }
    }

    [Fact]
    public async Task Running_the_script_again_changes_nothing_and_the_owner_is_refused_as_the_app()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var name = NewName();
        await RunAsync(database.ConnectionString, name);
        var before = await RightsAsync(database);
        await RunAsync(database.ConnectionString, name);

        Assert.Equal(before, await RightsAsync(database));
        var owner = await database.ScalarAsync<string>("select current_user::text");
        var refused = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(database.ConnectionString, owner));
        Assert.Contains("must not be the schema's owner", refused.MessageText, StringComparison.Ordinal);
        var empty = await Assert.ThrowsAsync<PostgresException>(async () => await RunAsync(await postgres.CreateDatabaseAsync(), name));
        Assert.Contains("run SelfHost database migrate", empty.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_is_missing_is_left_to_the_owner_with_the_command_that_takes_it()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        await using var app = await AppAsync(database);

        var refused = await Assert.ThrowsAsync<SchemaTooOldException>(() => Migrator(app, Adds, TakesAway).MigrateAsync(Cancellation));
        Assert.Contains("the step 9001_adds is missing", refused.Message, StringComparison.Ordinal);
        Assert.Contains("SelfHost database migrate", refused.Message, StringComparison.Ordinal);

        // The app's own connection is one of an older program, whoever migrates: what takes away waits, and the app serves.
        Assert.True(await Migrator(app).MigrateAsync(Cancellation));
        Assert.False(await Migrator(database.Source, Adds, TakesAway).MigrateAsync(Cancellation));
        Assert.True(await Migrator(app, Adds, TakesAway).MigrateAsync(Cancellation));
        await ExecuteAsync(app, "update relays set note = reason where false");
    }

    private static Migrator Migrator(NpgsqlDataSource source, params Migration[] further) =>
        new(source, NullLogger<Migrator>.Instance) { Steps = [.. Migration.All, .. further] };

    private static async Task<(long Entries, string? Fault)> VerifyAsync(NpgsqlDataSource source)
    {
        var verdict = await AuditChain.VerifyAsync(source, null, Cancellation);
        return (verdict.Entries, verdict.Fault);
    }

    /// <summary>Connections with the role, which the script makes and a test gives a password.</summary>
    private static async Task<NpgsqlDataSource> AppAsync(TestDatabase database)
    {
        var name = NewName();
        await RunAsync(database.ConnectionString, name);
        await database.ExecuteAsync($"alter role {name} with password 'app'");
        return NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = name, Password = "app" }.ConnectionString);
    }

    // Roles are the server's: other tests make theirs there too.
    private static string NewName() => "app_" + Guid.NewGuid().ToString("N")[..8];

    private static async Task RunAsync(string connection, string role)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { Pooling = false }.ConnectionString);
        var script = await File.ReadAllTextAsync(RepositoryRoot.Combine("scripts", "database-role.sql"), Cancellation);
        await ExecuteAsync(source, $"set relayer.role = '{role}'; {script}");
    }

    private static Task<List<string>> RightsAsync(TestDatabase database) => database.ColumnAsync<string>(
        "select relname || coalesce(relacl::text, '') from pg_class where relnamespace = current_schema()::regnamespace order by 1");

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
