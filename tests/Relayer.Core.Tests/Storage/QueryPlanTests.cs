using System.Text.RegularExpressions;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Relay.Outcomes;
using Relayer.Core.Relay.Records;
using Relayer.Core.Storage;
using Relayer.Core.Tests.Relay;
using Relayer.Core.Transactions.Nonces;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Signers;

namespace Relayer.Core.Tests.Storage;

/// <summary>However long the history grows, every statement of the hot path goes by an index: 100,000 relays, 300 of them open.</summary>
[Trait("needs", "services")]
public sealed partial class QueryPlanTests(PostgresFixture postgres)
{
    private const string History = """
        insert into signers select 31337, decode(lpad(to_hex(s), 40, '0'), 'hex'), 0, false, null, now(), now() from generate_series(1, 4) s;
        insert into transactions (id, chain_id, signer, nonce, purpose, state, "to", value, gas_limit, data, max_fee, max_priority_fee,
            hash, block_number, created_at, updated_at)
        select ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 31337, decode(lpad(to_hex(1 + i % 4), 40, '0'), 'hex'), i / 4, 'relay',
            case when i > 99700 then i % 4 else 4 end, '\x01', 0, 100000, decode(repeat('ab', 400), 'hex'), 1000000000, 1,
            sha256(i::text::bytea), i, now(), now() from generate_series(1, 100000) i;
        insert into attempts (transaction_id, number, hash, raw, noop, created_at) select id, 1, sha256(id::text::bytea), data, false, now() from transactions;
        insert into relays (id, chain_id, forwarder, "from", "to", value, gas, nonce, data, signature, expires_at, transaction_id, position,
            state, created_at, updated_at, paid_gas, beside, held, held_at, held_in)
        select sha256(('relay' || i)::bytea), 31337, '\x02', decode(lpad(to_hex(i % 5000), 40, '0'), 'hex'), '\x01', 0, 100000, i / 5000,
            '\xabcd', '\xef', now(), ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 0,
            case when i > 99700 then 0 else 3 + i % 3 end, now(), now(), 100000, 0, case when i > 99700 then 1000 else 0 end, now(), 9
            from generate_series(1, 100000) i;
        insert into relay_budgets select 31337, 8, decode(lpad(to_hex(i), 40, '0'), 'hex'), date_trunc('hour', now()), 1000, 0, null,
            date_trunc('day', now()), 1000, 0, null from generate_series(1, 100000) i;
        insert into quota_usage select 31337, decode(lpad(to_hex(i), 40, '0'), 'hex'), 1, date_trunc('day', now()), 21000, 100000000,
            date_trunc('minute', now()), 1, 30 from generate_series(1, 100000) i;
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_statement_of_the_hot_path_reads_a_table_from_end_to_end()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        await database.ExecuteAsync(History);
        await database.ExecuteAsync("analyze");
        await using var connection = await database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        var wide = new BudgetLimit(Wei.FromGwei(1_000_000_000), null);
        var candidate = Samples.Candidate(policy: Samples.Policy with { Budgets = new SponsorBudgets(wide, default, wide) });
        var signer = new SignerBalance(new Address([.. new byte[19], 1]), new Wei(UInt256.MaxValue));
        Guid[] ids = [.. Enumerable.Range(99_900, 64).Select(i => Guid.Parse($"00000000-0000-7000-8000-{i:x12}"))];
        Hash32[] relays = [.. Enumerable.Range(0, 64).Select(i => Keccak256.Hash([(byte)i]))];
        RelayOutcome[] outcomes = [.. relays.Select(id => new RelayOutcome(id, ids[0], RelayState.Confirmed, true, null, Wei.Zero))];

        await CheckAsync(connection, RelaySql.Find(relays));
        await CheckAsync(connection, RelaySql.List(null, signer.Address, long.MaxValue, 20), "relays_of_user");
        await CheckAsync(connection, RelaySql.FindPredecessors([.. relays.Select(_ => (new ChainId(31337), candidate.Request.Forwarder, signer.Address))]));
        await CheckAsync(connection, RelaySql.FindConfirmedBlock(new ChainId(31337), signer.Address), "relays_of_user");
        await CheckAsync(connection, QuotaSql.Read([.. relays.Select(_ => candidate)]), "quota_usage_pkey");
        await CheckAsync(connection, RelaySql.FindCarried(ids), "relays_transaction");
        await CheckAsync(connection, RelaySql.FindSigned(relays));
        await CheckAsync(connection, RelaySql.FindWaiting(new ChainId(31337), 256), "relays_waiting");
        await CheckAsync(connection, RelaySql.LockWaiting(relays));
        await CheckAsync(connection, RelaySql.Rebind([.. relays.Select(_ => new BatchItem(candidate, ids[0], 0, Wei.FromGwei(1)))], DateTimeOffset.UnixEpoch));
        await CheckAsync(connection, RelaySql.EndWaiting([.. relays.Select(id => new WaitingEnd(id, RelayState.Failed, "why"))], DateTimeOffset.UnixEpoch));
        await CheckAsync(connection, OutcomeSql.Update(outcomes, DateTimeOffset.UnixEpoch));
        await CheckAsync(connection, OutcomeSql.Correct(outcomes, DateTimeOffset.UnixEpoch));
        await CheckAsync(connection, SettlementSql.SettleAnew(ids));
        await CheckAsync(connection, QuotaSql.DeleteBefore(DateTimeOffset.UnixEpoch, 5_000), "quota_usage_starts_at");
        await CheckAsync(
            connection,
            Command(TransactionSql.ReadOpen, Columns.Long(31337), Columns.Id(Guid.Empty), Columns.Int(1_000)),
            "transactions_open");
        await CheckAsync(connection, Command(TransactionSql.ReadOne, Columns.Long(31337), Columns.Id(ids[0])), "transactions_open");
        await CheckAsync(connection, GapSql.Find(new ChainId(31337), [(signer.Address, 24_000)], 256), "transactions_chain_id_signer_nonce_key");
        await CheckAsync(connection, GapSql.Lower(new ChainId(31337), signer.Address, 5, DateTimeOffset.UnixEpoch), "transactions_chain_id_signer_nonce_key");
        await CheckAsync(connection, StoreAttempts(ids), "transactions_pkey");
        await CheckAsync(connection, Command(TransactionDirectory.FindSql, Columns.Id(ids[0])), "transactions_pkey");
        await CheckAsync(connection, Command(TransactionDirectory.FindByHashSql, Columns.Hash(default)), "attempts_hash_key");
        await CheckAsync(
            connection,
            Command(
                TransactionDirectory.ListOpenSql, Columns.Longs([31337L]), Columns.Id(Guid.Empty), Columns.Flag(false),
                Columns.Address(signer.Address), Columns.Int(21)),
            "transactions_open");
        await CheckAsync(
            connection,
            Command(SignerStore.ReadSql, Columns.Long(31337), Columns.Flag(true), Columns.Address(signer.Address)),
            "transactions_in_flight");
        await using (var batch = new NpgsqlBatch())
        {
            new TransactionStore(TimeProvider.System).Reserve(new ChainId(31337), [signer], 64, Transactions.Plans.Many(2)).AddTo(batch);
            RelayStore.AddInsert(batch, [.. Transactions.Plans.Many(64).Select(plan => new BatchItem(candidate, plan.Id, 0, Wei.FromGwei(1)))]);
            await CheckAsync(connection, batch.BatchCommands[1], "transactions_in_flight");
            await CheckAsync(connection, batch.BatchCommands[2], "transactions_pkey");
            await CheckAsync(connection, batch.BatchCommands[3], "transactions_pkey");
            await CheckAsync(connection, batch.BatchCommands[4], "transactions_pkey");
        }

        await CheckAsync(connection, BudgetSql.HoldAnew(ids[0], relays[0], Wei.FromGwei(2), noopGas: null), "relay_budgets_pkey");
        await CheckAsync(connection, SettlementSql.Settle(outcomes, DateTimeOffset.UnixEpoch), "relay_budgets_pkey");
        await CheckAsync(connection, BudgetSql.Read(new ChainId(31337), candidate.Budgets), "relay_budgets_pkey");

        await CheckAsync(
            connection,
            Command(TransactionSql.MarkBroadcast, Columns.Ids(ids), Columns.Flags(ids.Select(_ => (bool?)true)), Columns.Times(ids.Select(_ => DateTimeOffset.UnixEpoch))));
    }

    private static NpgsqlBatchCommand StoreAttempts(Guid[] ids)
    {
        var fee = System.Numerics.BigInteger.One;
        return Command(
            TransactionSql.StoreAttempts, Columns.Ids(ids), Columns.Ints(ids.Select(_ => 2)), Columns.ManyBytes(ids.Select(id => id.ToByteArray())),
            Columns.ManyBytes(ids.Select(id => id.ToByteArray())), Columns.Flags(ids.Select(_ => (bool?)false)), Columns.Time(DateTimeOffset.UnixEpoch),
            Columns.Flag(false), Columns.Numbers(ids.Select(_ => fee)), Columns.Numbers(ids.Select(_ => fee)), Columns.ShortOrNull(null));
    }

    private static NpgsqlBatchCommand Command(string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.AddRange(parameters);
        return command;
    }

    private static async Task CheckAsync(NpgsqlConnection connection, NpgsqlBatchCommand statement, string? index = null)
    {
        await using var command = new NpgsqlCommand("explain (analyze, timing off) " + statement.CommandText, connection);
        foreach (var parameter in statement.Parameters.Cast<NpgsqlParameter>().ToArray())
        {
            command.Parameters.Add(parameter.Clone());
        }

        var lines = new List<string>();
        await using (var rows = await command.ExecuteReaderAsync(Cancellation))
        {
            while (await rows.ReadAsync(Cancellation))
            {
                lines.Add(rows.GetString(0));
            }
        }

        var plan = string.Join('\n', lines);
        TestContext.Current.TestOutputHelper?.WriteLine($"{statement.CommandText}\n{plan}\n");
        Assert.DoesNotMatch(WholeTable, plan);
        Assert.Contains(index ?? "Index", plan, StringComparison.Ordinal);
    }

    [GeneratedRegex("Seq Scan on (relays|transactions|attempts|quota_usage|relay_budgets)")]
    private static partial Regex WholeTable { get; }
}
