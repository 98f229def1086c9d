using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Relayer.Core.Operations;
using Relayer.Core.Storage;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Operations;

/// <summary>The audit's hash chain, made by the database and checked without it.</summary>
[Trait("needs", "services")]
public sealed class AuditChainTests(PostgresFixture postgres)
{
    private const int ChainStep = 14;

    // What a program that knows no chain writes.
    private const string OldInsert = "insert into audit (at, who, action, target, reason, outcome) values (now(), 'old', 'sponsorship.pause', 'sponsorship', 'why', 'done')";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_empty_audit_and_one_with_entries_of_every_kind_hold()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        Assert.Equal(new AuditVerdict(0, new string('0', 64), null), await VerifyAsync(database));
        await AppendAsync(database, "one", "wörds, \u96ea and \U0001f525", "", new string('x', 500), "a;b", "''");
        await database.ExecuteAsync(OldInsert);
        await database.ExecuteAsync("insert into audit (at, who, action, target, reason, outcome, hash, prev_hash) values ('1969-12-31 23:59:59.123457Z', 'w', 'a', 't', 'r', 'o', '\\x00', '\\x00')");

        var verdict = await VerifyAsync(database);
        Assert.Equal((8, null), (verdict.Entries, verdict.Fault));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], await database.ColumnAsync<long>("select id from audit order by id"));
    }

    [Fact]
    public async Task Entries_of_many_writers_at_once_are_one_chain_also_where_some_are_taken_back()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        await Parallel.ForEachAsync(Enumerable.Range(0, 80), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancellation }, async (i, _) =>
        {
            await using var connection = await database.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync(Cancellation);
            await AuditLog.AppendAsync(connection, Entry($"writer {i}"), TimeProvider.System.GetUtcNow(), Cancellation);
            if (i % 5 == 0)
            {
                await transaction.RollbackAsync(Cancellation);
            }
            else
            {
                await transaction.CommitAsync(Cancellation);
            }
        });

        var verdict = await VerifyAsync(database);
        Assert.Equal((64, null), (verdict.Entries, verdict.Fault));
        Assert.Equal(64, await database.ScalarAsync<long>("select max(id) from audit"));
    }

    [Fact]
    public async Task What_was_written_before_the_chain_is_chained_by_the_step_and_old_programs_go_on()
    {
        var connection = await postgres.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(connection);
        await new Migrator(source, NullLogger<Migrator>.Instance) { Steps = [.. Migration.All.Where(step => step.Number < ChainStep)] }.MigrateAsync(Cancellation);
        await ExecuteAsync(source, OldInsert);
        await ExecuteAsync(source, $"begin; {OldInsert}; rollback");
        await ExecuteAsync(source, OldInsert);
        await using var old = await source.OpenConnectionAsync(Cancellation);
        await using var prepared = new NpgsqlCommand(OldInsert, old);
        await prepared.PrepareAsync(Cancellation);

        await new Migrator(source, NullLogger<Migrator>.Instance).MigrateAsync(Cancellation);
        await prepared.ExecuteNonQueryAsync(Cancellation);

        var verdict = await AuditChain.VerifyAsync(source, null, Cancellation);
        Assert.Equal((3, null), (verdict.Entries, verdict.Fault));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(source, "update audit set who = 'nobody'"));
        Assert.Contains("append-only", refused.MessageText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("update audit set who = 'nobody' where id = 3", 2, "entry 3 of ", "it was changed")]
    [InlineData("update audit set at = at + interval '1 microsecond' where id = 3", 2, "entry 3 of ", "it was changed")]
    [InlineData("update audit set action = 'sponsorship', target = '.pausesponsorship' where id = 3", 2, "entry 3 of ", "it was changed")]
    [InlineData("delete from audit where id = 3", 2, "entry 4 of ", "the entry before it was changed, removed or put in")]
    [InlineData("delete from audit where id = 1", 0, "entry 2 of ", "the entry before it was changed, removed or put in")]
    [InlineData(
        "update audit set who = 'nobody', hash = audit_hash(prev_hash, id, at, 'nobody', action, target, reason, outcome) where id = 3", 3, "entry 4 of ",
        "the entry before it was changed")]
    public async Task The_first_entry_that_was_tampered_with_is_told(string tampering, int whole, string entry, string fault)
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        await AppendAsync(database, "one", "two", "three", "four", "five");
        Assert.Null((await VerifyAsync(database)).Fault);
        await TamperAsync(database, tampering);

        var verdict = await VerifyAsync(database);
        Assert.Equal(whole, verdict.Entries);
        Assert.StartsWith(entry, verdict.Fault, StringComparison.Ordinal);
        Assert.Contains(fault, verdict.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_newest_entries_are_told_by_a_hash_that_was_kept()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        await AppendAsync(database, "one", "two", "three");
        var kept = (await VerifyAsync(database)).LastHash;
        await AppendAsync(database, "four");
        Assert.Null((await VerifyAsync(database, kept)).Fault);
        Assert.Null((await VerifyAsync(database, kept.ToUpperInvariant())).Fault);

        await TamperAsync(database, "delete from audit where id >= 3");
        await AppendAsync(database, "another three");
        Assert.Null((await VerifyAsync(database)).Fault);
        Assert.Contains("entries are missing", (await VerifyAsync(database, kept)).Fault, StringComparison.Ordinal);
    }

    private static Task<AuditVerdict> VerifyAsync(TestDatabase database, string? known = null) => AuditChain.VerifyAsync(database.Source, known, Cancellation);

    private static async Task AppendAsync(TestDatabase database, params string[] reasons)
    {
        await using var connection = await database.OpenAsync();
        foreach (var reason in reasons)
        {
            await AuditLog.AppendAsync(connection, Entry(reason), TimeProvider.System.GetUtcNow(), Cancellation);
        }
    }

    private static AuditEntry Entry(string reason) => new(new Instruction("night-watch", reason), "sponsorship.pause", "sponsorship", AuditOutcome.Done);

    /// <summary>What only the schema's owner can do.</summary>
    private static Task TamperAsync(TestDatabase database, string sql) => database.ExecuteAsync(
        $"begin; alter table audit disable trigger audit_is_append_only; {sql}; alter table audit enable trigger audit_is_append_only; commit");

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
