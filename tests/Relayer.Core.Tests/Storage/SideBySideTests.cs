using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Relayer.Core.Storage;

namespace Relayer.Core.Tests.Storage;

/// <summary>An older and a newer program on one database: what adds leaves the older one going, what takes away waits until it is gone.</summary>
[Trait("needs", "services")]
public sealed class SideBySideTests(PostgresFixture postgres)
{
    // What the last program asks that looks at schema_versions alone; it refuses any other answer than 11.
    private const string FloorAsProgram11Reads = "select coalesce(max(number), 0) from schema_versions";

    private static readonly Migration Adds = Migration.Read("0012_adds", "alter table relays add column note text");
    private static readonly Migration TakesAway = Migration.Read("0013_takes_away", "-- oldest: 12\nalter table relays drop column reason");
    private static readonly Migration AddsMore = Migration.Read("0014_adds_more", "alter table relays add column other text");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_adds_is_applied_beside_an_older_program_which_starts_again_afterwards()
    {
        var database = await MigratedAsync();
        await using var newer = Source(database, 12);

        Assert.True(await Migrator(newer, Adds).MigrateAsync(Cancellation));

        Assert.Equal(11, await ScalarAsync(newer, FloorAsProgram11Reads));
        Assert.True(await Migrator(newer).MigrateAsync(Cancellation));
        Assert.Equal("", await ScalarAsync(newer, "select coalesce(max(note), '') from relays"));
        Assert.True(await Migrator(newer, Adds).MigrateAsync(Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("my app")]
    [InlineData("relayer/11")]
    [InlineData("relayer/11 my app")]
    public async Task What_takes_away_waits_until_no_older_program_is_connected_and_what_adds_does_not(string older)
    {
        var database = await MigratedAsync();
        await using var newer = Source(database, 14);
        await using (var old = await ConnectAsync(database, older))
        {
            Assert.False(await Migrator(newer, Adds, TakesAway, AddsMore).MigrateAsync(Cancellation));
            Assert.False(await Migrator(newer, Adds, TakesAway, AddsMore).MigrateAsync(Cancellation));
            Assert.Equal("12 14", await ScalarAsync(newer, "select string_agg(number::text, ' ' order by number) from schema_steps"));
            Assert.Equal(0L, await ScalarAsync(newer, "select count(reason) from relays"));
            Assert.Equal(11, await ScalarAsync(newer, FloorAsProgram11Reads));
        }

        await GoneAsync(newer, older);
        await using var sameRelease = await ConnectAsync(database, "relayer/12 my app");
        Assert.True(await Migrator(newer, Adds, TakesAway, AddsMore).MigrateAsync(Cancellation));
        Assert.Equal(12, await ScalarAsync(newer, FloorAsProgram11Reads));
    }

    [Fact]
    public async Task Once_it_is_taken_away_older_programs_are_refused_and_those_who_do_without_it_go_on()
    {
        var database = await MigratedAsync();
        await using var newer = Source(database, 14);
        await Migrator(newer, Adds, TakesAway, AddsMore).MigrateAsync(Cancellation);

        var refusal = await Assert.ThrowsAsync<SchemaTooNewException>(() => Migrator(newer).MigrateAsync(Cancellation));

        Assert.Contains("from version 12 on", refusal.Message, StringComparison.Ordinal);
        Assert.True(await Migrator(newer, Adds).MigrateAsync(Cancellation));
    }

    [Fact]
    public async Task An_empty_database_gets_everything_at_once_whoever_is_connected()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var somebody = await ConnectAsync(database, "");
        await using var newer = Source(database, 14);

        Assert.True(await Migrator(newer, Adds, TakesAway, AddsMore).MigrateAsync(Cancellation));

        Assert.Equal(12, await ScalarAsync(newer, FloorAsProgram11Reads));
    }

    [Fact]
    public async Task A_database_catches_up_with_what_was_held_back()
    {
        var connection = await MigratedAsync();
        await using var newer = Source(connection, 14);
        var database = new Database(newer, Migrator(newer, Adds, TakesAway));
        await using (var old = await ConnectAsync(connection, ""))
        {
            Assert.False(await database.CatchUpAsync(Cancellation));
        }

        await GoneAsync(newer, "");

        Assert.True(await database.CatchUpAsync(Cancellation));
    }

    [Fact]
    public async Task A_table_a_column_and_a_state_get_other_names_while_an_older_program_goes_on()
    {
        Migration[] before = [Migration.Read("0001_parcels", "create table parcels (id bigint primary key, weight integer not null, state smallint not null default 0)")];
        Migration[] after =
        [
            .. before, Migration.Read("0012_shipments", Renaming),
            Migration.Read("0013_without_parcels", "-- oldest: 12\ndrop view parcels; drop trigger shipments_state on shipments; alter table shipments drop column state;"),
        ];
        var database = await postgres.CreateDatabaseAsync();
        await using var newer = Source(database, 13);
        await new Migrator(newer, NullLogger<Migrator>.Instance) { Steps = before }.MigrateAsync(Cancellation);
        await using (var old = await ConnectAsync(database, ""))
        {
            await using var insert = await PreparedAsync(old, "insert into parcels (id, weight) values ($1, 10) on conflict (id) do nothing", 1L);
            await using var send = await PreparedAsync(old, "update parcels set state = 1 where id = $1 and state = 0", 1L);
            await using var take = await PreparedAsync(old, "select id from parcels where state = 0 and id >= $1 order by id for update skip locked", 1L);
            Assert.Equal(1, await insert.ExecuteNonQueryAsync(Cancellation));

            Assert.False(await new Migrator(newer, NullLogger<Migrator>.Instance) { Steps = after }.MigrateAsync(Cancellation));

            Assert.Equal(1L, await take.ExecuteScalarAsync(Cancellation));
            Assert.Equal(0, await insert.ExecuteNonQueryAsync(Cancellation));
            Assert.Equal("open", await ScalarAsync(newer, "select status from shipments where id = 1 and grams = 10"));
            Assert.Equal(1, await send.ExecuteNonQueryAsync(Cancellation));
            Assert.Equal("sent", await ScalarAsync(newer, "select status from shipments where id = 1"));
            Assert.Equal(2L, await ScalarAsync(newer, "insert into shipments (id, grams, status) values (2, 20, 'open') returning id"));
            Assert.Equal(2L, await take.ExecuteScalarAsync(Cancellation));
            Assert.Equal(2L, await ScalarAsync(newer, "update shipments set status = 'sent' where id = 2 and status = 'open' returning id"));
            Assert.Null(await take.ExecuteScalarAsync(Cancellation));
        }

        await GoneAsync(newer, "");
        Assert.True(await new Migrator(newer, NullLogger<Migrator>.Instance) { Steps = after }.MigrateAsync(Cancellation));
        Assert.Equal("sent sent", await ScalarAsync(newer, "select string_agg(status, ' ') from shipments"));
    }

    // The table under its new name holds both forms of the state; the old name is a view with the old columns.
    private const string Renaming =
        """
        alter table parcels rename to shipments;
        alter table shipments rename column weight to grams;
        alter table shipments add column status text;
        update shipments set status = case state when 0 then 'open' else 'sent' end;
        create function shipments_state() returns trigger language plpgsql as
        $$
        begin
            if new.status is null or (tg_op = 'UPDATE' and new.state is distinct from old.state) then
                new.status := case new.state when 0 then 'open' else 'sent' end;
            else
                new.state := case new.status when 'open' then 0 else 1 end;
            end if;
            return new;
        end
        $$;
        create trigger shipments_state before insert or update on shipments for each row execute function shipments_state();
        create view parcels as select id, grams as weight, state from shipments;
        """;

    private async Task<string> MigratedAsync()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var source = Source(database, 11);
        await Migrator(source).MigrateAsync(Cancellation);
        return database;
    }

    private static Migrator Migrator(NpgsqlDataSource source, params Migration[] further) => new(source, NullLogger<Migrator>.Instance)
    {
        Steps = [.. Migration.All.Where(step => step.Number <= SchemaState.LastVersion), .. further],
    };

    private static NpgsqlDataSource Source(string database, int program) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(database) { ApplicationName = ProgramName.Of(program, ""), Pooling = false }.ConnectionString);

    private static async Task<NpgsqlConnection> ConnectAsync(string database, string name)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { ApplicationName = name, Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancellation);
        return connection;
    }

    private static async Task<NpgsqlCommand> PreparedAsync(NpgsqlConnection connection, string sql, long id)
    {
        var command = new NpgsqlCommand(sql, connection) { Parameters = { new NpgsqlParameter<long> { TypedValue = id } } };
        await command.PrepareAsync(Cancellation);
        return command;
    }

    /// <summary>The server lets go of a closed connection a moment later.</summary>
    private static async Task GoneAsync(NpgsqlDataSource source, string name)
    {
        while (await ScalarAsync(
            source,
            $"select count(*) from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and application_name = '{name}'") is not 0L)
        {
            await Task.Delay(20, Cancellation);
        }
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
