using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using DevChain;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Relay.Outcomes;
using Relayer.Core.Relay.Records;
using Relayer.Core.Storage;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Tests.Transactions;
using Relayer.Core.Transactions.Fees;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Replacement;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Tests.Relay.Budgets;

/// <summary>Budgets in wei, by two instances at once, on a real PostgreSQL.</summary>
[Trait("needs", "services")]
public sealed partial class BudgetTests(PostgresFixture postgres)
{
    private static AnvilOptions OnDemand => new() { MineOnDemand = true };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_instances_at_once_hold_no_more_than_the_chain_has_and_say_when_to_come_back()
    {
        await using var world = await EngineWorld.StartAsync(postgres, OnDemand, signers: 2);
        var one = await HoldOfOneAsync(world);

        var outcomes = await PostAsync(world, users: 30, new SponsorBudgets(new(Of(one * 15 / 2), null), default, default));

        Assert.Equal(7, outcomes.OfType<IntakeOutcome.Written>().Count());
        Assert.All(outcomes.OfType<IntakeOutcome.Refused>(), refused =>
        {
            Assert.Equal(RefusalCode.BudgetSpent, refused.Refusal.Code);
            Assert.False(refused.Refusal.IsCallersShare);
            Assert.InRange(refused.Refusal.RetryAfter!.Value, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(15));
        });
        var (held, spent) = await ReadAsync(world, BudgetScope.Chain);
        Assert.True(held <= one * 15 / 2);
        Assert.Equal(BigInteger.Zero, spent);
        Assert.Equal(held, await NumberAsync(world, "select sum(held) from relays"));
        Assert.True(await NumberAsync(world, "select sum(gas_limit * max_fee + value) from transactions") <= held);
    }

    [Fact]
    public async Task One_users_share_is_that_users_alone()
    {
        await using var world = await EngineWorld.StartAsync(postgres, OnDemand, signers: 2);
        var one = await HoldOfOneAsync(world);
        var budgets = new SponsorBudgets(new(Of(one * 100), null), default, new(null, Of(one * 5 / 2)));
        var greedy = Enumerable.Range(0, 20).Select(i => Candidate(Samples.User.Address, i, budgets));
        var others = Enumerable.Range(0, 5).Select(i => Candidate(Plans.Account((byte)i), 0, budgets));

        var outcomes = await RelayIntakeTests.PostAsync(world, greedy.Concat(others));

        Assert.Equal(2, outcomes[..20].OfType<IntakeOutcome.Written>().Count());
        Assert.All(outcomes[..20].OfType<IntakeOutcome.Refused>(), refused => Assert.True(refused.Refusal.IsCallersShare));
        Assert.All(outcomes[20..], outcome => Assert.IsType<IntakeOutcome.Written>(outcome));
        Assert.Equal(7, await NumberAsync(world, "select count(*) from relays"));
    }

    [Theory]
    [InlineData(TransactionStateNumber.Confirmed)]
    [InlineData(TransactionStateNumber.Failed)]
    [InlineData(TransactionStateNumber.Cancelled)]
    [InlineData(TransactionStateNumber.NonceUsedExternally)]
    public async Task What_is_over_counts_as_the_chain_says_and_gives_back_the_rest_once(short state)
    {
        await using var world = await EngineWorld.StartAsync(postgres, OnDemand, signers: 2);
        var one = await HoldOfOneAsync(world);
        await PostAsync(world, users: 9, new SponsorBudgets(new(Of(one * 10), Of(one * 10)), default, new(Of(one * 2), null)));
        await world.Database.ExecuteAsync($"update transactions set state = {state}, fee = 1000000007");
        Guid[] ids = [.. await world.Database.ColumnAsync<Guid>("select id from transactions")];
        var cost = state == TransactionStateNumber.NonceUsedExternally ? 0 : (BigInteger)1_000_000_007 * ids.Length;

        var outcomes = await OutcomesAsync(world);
        await RunAsync(world, SettlementSql.Settle(outcomes, world.Time.GetUtcNow()));
        await RunAsync(world, SettlementSql.Settle(outcomes, world.Time.GetUtcNow()));

        Assert.Equal((BigInteger.Zero, cost), await ReadAsync(world, BudgetScope.Chain));
        Assert.Equal((BigInteger.Zero, cost), await ReadAsync(world, BudgetScope.User));
        Assert.Equal((BigInteger.Zero, cost), await ReadAsync(world, BudgetScope.Chain, "day"));
        Assert.Equal((BigInteger.Zero, cost), (await NumberAsync(world, "select sum(held) from relays"), await NumberAsync(world, "select sum(charged) from relays")));
    }

    [Fact]
    public async Task What_was_settled_at_nothing_and_cost_something_after_all_is_counted_once_it_is_known()
    {
        await using var world = await EngineWorld.StartAsync(postgres, OnDemand, signers: 2);
        var one = await HoldOfOneAsync(world);
        await PostAsync(world, users: 9, new SponsorBudgets(new(Of(one * 10), Of(one * 10)), default, new(Of(one * 2), null)));
        await world.Database.ExecuteAsync($"update transactions set state = {TransactionStateNumber.NonceUsedExternally}");
        Guid[] ids = [.. await world.Database.ColumnAsync<Guid>("select id from transactions")];
        await RunAsync(world, SettlementSql.Settle(await OutcomesAsync(world), world.Time.GetUtcNow()));
        await world.Database.ExecuteAsync($"update transactions set state = {TransactionStateNumber.Confirmed}, fee = 1000000007");

        await RunAsync(world, SettlementSql.SettleAnew(ids));

        var cost = (BigInteger)1_000_000_007 * ids.Length;
        Assert.Equal((BigInteger.Zero, cost), await ReadAsync(world, BudgetScope.Chain));
        Assert.Equal((BigInteger.Zero, cost), await ReadAsync(world, BudgetScope.User));
        Assert.Equal((BigInteger.Zero, cost), await ReadAsync(world, BudgetScope.Chain, "day"));
        Assert.Equal((BigInteger.Zero, cost), (await NumberAsync(world, "select sum(held) from relays"), await NumberAsync(world, "select sum(charged) from relays")));
    }

    [Fact]
    public async Task Many_that_are_over_are_counted_without_looking_at_every_pair_of_them()
    {
        await using var world = await EngineWorld.StartAsync(postgres, OnDemand, signers: 2);
        var one = await HoldOfOneAsync(world);
        await PostAsync(world, users: 200, new SponsorBudgets(new(Of(one * 1_000), null), default, new(Of(one * 2), null)));
        await world.Database.ExecuteAsync($"update transactions set state = {TransactionStateNumber.Confirmed}, fee = 1000000007");
        var outcomes = await OutcomesAsync(world);
        var settle = SettlementSql.Settle(outcomes, world.Time.GetUtcNow());
        await using var connection = await world.Database.OpenAsync();
        await using var explain = new NpgsqlCommand("explain (analyze, timing off) " + settle.CommandText, connection);
        foreach (var parameter in settle.Parameters.Cast<NpgsqlParameter>())
        {
            explain.Parameters.Add(parameter.Clone());
        }

        var plan = new StringBuilder();
        await using var rows = await explain.ExecuteReaderAsync(Cancellation);
        while (await rows.ReadAsync(Cancellation))
        {
            plan.AppendLine(rows.GetString(0));
        }

        Assert.Equal(200, outcomes.Count);
        var compared = Removed.Matches(plan.ToString()).Sum(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        Assert.True(compared < 10 * outcomes.Count, plan.ToString());
    }

    [Fact]
    public async Task What_cost_more_than_was_held_is_counted_and_closes_the_budget()
    {
        await using var world = await EngineWorld.StartAsync(postgres, OnDemand);
        var one = await HoldOfOneAsync(world);
        var budgets = new SponsorBudgets(new(Of(one * 3 / 2), null), default, default);
        await PostAsync(world, users: 1, budgets);
        await world.Database.ExecuteAsync($"update transactions set state = {TransactionStateNumber.Confirmed}, fee = {one * 3}");

        await RunAsync(world, SettlementSql.Settle(await OutcomesAsync(world), world.Time.GetUtcNow()));

        Assert.Equal((BigInteger.Zero, one * 3), await ReadAsync(world, BudgetScope.Chain));
        var refused = Assert.IsType<IntakeOutcome.Refused>(Assert.Single(await RelayIntakeTests.PostAsync(world, [Candidate(Plans.Account(77), 0, budgets)])));
        Assert.InRange(refused.Refusal.RetryAfter!.Value, TimeSpan.FromTicks(1), TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task A_further_attempt_holds_what_it_may_cost_and_is_not_made_where_there_is_no_room()
    {
        await using var world = await EngineWorld.StartAsync(postgres, OnDemand);
        var one = await HoldOfOneAsync(world);
        await PostAsync(world, users: 1, new SponsorBudgets(new(Of(one * 7 / 2), null), default, default));
        one = await NumberAsync(world, "select held from relays");
        var id = (await world.Database.ColumnAsync<Guid>("select id from transactions"))[0];
        await world.WaitForAsync(id, 1, 2);
        var price = Of(await NumberAsync(world, "select max_fee from transactions"));

        Assert.True(await StoreAsync(world, id, 2, price * 2, noopGas: null));
        Assert.Equal((one * 2, BigInteger.Zero), await ReadAsync(world, BudgetScope.Chain));

        // Somebody else made the second attempt: a second one of that number is not stored, and holds nothing.
        Assert.False(await StoreAsync(world, id, 2, price * 3, noopGas: null, salt: 1));
        Assert.Equal((one * 2, BigInteger.Zero), await ReadAsync(world, BudgetScope.Chain));

        await Assert.ThrowsAsync<BudgetSpentException>(() => StoreAsync(world, id, 3, price * 4, noopGas: null));
        Assert.Equal(2, await NumberAsync(world, "select count(*) from attempts"));
        Assert.Equal((one * 2, BigInteger.Zero), await ReadAsync(world, BudgetScope.Chain));

        // A noop takes a part of the gas only: it may offer more before it needs more room.
        Assert.True(await StoreAsync(world, id, 3, price * 4, noopGas: 21_000));
        Assert.Equal((one * 2, BigInteger.Zero), await ReadAsync(world, BudgetScope.Chain));
    }

    [Fact]
    public async Task An_hour_that_is_over_takes_its_holds_with_it_and_a_further_attempt_counts_in_the_present_one()
    {
        await using var world = await EngineWorld.StartAsync(postgres, OnDemand);
        var one = await HoldOfOneAsync(world);
        var budgets = new SponsorBudgets(new(Of(one * 7 / 2), Of(one * 9)), default, default);
        await RelayIntakeTests.PostAsync(world, [Candidate(Plans.Account(1), 0, budgets)]);
        await world.Database.ExecuteAsync("""
            update relay_budgets set hour_at = hour_at - interval '2 hours';
            update relays set held_at = held_at - interval '2 hours';
            """);
        var (id, early) = ((await world.Database.ColumnAsync<Guid>("select transaction_id from relays"))[0], await NumberAsync(world, "select held from relays"));
        await world.WaitForAsync(id, 1, 2);

        await RelayIntakeTests.PostAsync(world, [Candidate(Plans.Account(2), 0, budgets)]);
        var present = await NumberAsync(world, "select sum(held) from relays where held_at > now() - interval '1 hour'");
        Assert.Equal((present, BigInteger.Zero), await ReadAsync(world, BudgetScope.Chain));

        var price = Of(await NumberAsync(world, $"select max_fee from transactions where id = '{id}'"));
        Assert.True(await StoreAsync(world, id, 2, price * 2, noopGas: null));
        Assert.Equal((present + (early * 2), BigInteger.Zero), await ReadAsync(world, BudgetScope.Chain));
        Assert.Equal(0, await NumberAsync(world, "select count(*) from relays where held_at < now() - interval '1 hour'"));
    }

    private static async Task<BigInteger> HoldOfOneAsync(EngineWorld world)
    {
        var fees = FeePlan.For(await world.Chain.ReadFeeMarketAsync(Cancellation), world.Engine.Settings.Fees)!;
        return RelayHold.Of(Candidate(Plans.Account(1), 0, SponsorBudgets.None), Guid.Empty, fees.MaxPrice).Amount.ToBigInteger();
    }

    private static RelayCandidate Candidate(Address user, int nonce, SponsorBudgets budgets) => Samples.Candidate(
        message => message with { From = user, Nonce = (ulong)nonce, Deadline = (1UL << 48) - 1 },
        policy: Samples.Policy with { RelaysPerMinute = 100, GasPerDay = 100_000_000, Budgets = budgets });

    private static Task<IntakeOutcome[]> PostAsync(EngineWorld world, int users, SponsorBudgets budgets) =>
        RelayIntakeTests.PostAsync(world, Enumerable.Range(0, users).Select(i => Candidate(Plans.Account((byte)i), 0, budgets)));

    private static async Task<bool> StoreAsync(EngineWorld world, Guid id, int number, Wei price, ulong? noopGas, byte salt = 0)
    {
        var raw = (byte[])[(byte)number, salt, .. id.ToByteArray()];
        var attempt = new Attempt(number, Keccak256.Hash(raw), raw, noopGas is not null, new Core.Ethereum.Tx.TransactionFees.Dynamic(price, new Wei(1)));
        await using var connection = await world.Database.OpenAsync();
        return (await new TransactionStore(world.Time).StoreAttemptsAsync(
            connection, [(id, attempt)], Cancellation, hold: BudgetSql.HoldAnew(id, attempt.Hash, price, noopGas))).Count == 1;
    }

    private static async Task<IReadOnlyList<RelayOutcome>> OutcomesAsync(EngineWorld world)
    {
        await using var connection = await world.Database.OpenAsync();
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new NpgsqlBatchCommand("select id, transaction_id from relays order by id") } };
        return await batch.ReadListAsync(row => new RelayOutcome(row.GetHash(0), row.GetGuid(1), RelayState.Confirmed, true, null, null), Cancellation);
    }

    private static async Task RunAsync(EngineWorld world, NpgsqlBatchCommand command)
    {
        await using var connection = await world.Database.OpenAsync();
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { command } };
        await batch.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task<(BigInteger Held, BigInteger Spent)> ReadAsync(EngineWorld world, BudgetScope scope, string time = "hour") => (
        await NumberAsync(world, $"select sum({time}_held) from relay_budgets where scope = {(int)scope}"),
        await NumberAsync(world, $"select sum({time}_spent) from relay_budgets where scope = {(int)scope}"));

    private static Task<BigInteger> NumberAsync(EngineWorld world, string sql) => world.Database.ScalarAsync<BigInteger>($"select ({sql})::numeric");

    private static Wei Of(BigInteger amount) => new(UInt256.From(amount));

    [GeneratedRegex("Rows Removed by Join Filter: ([0-9]+)")]
    private static partial Regex Removed { get; }

    private static class TransactionStateNumber
    {
        public const short Confirmed = 4;
        public const short Cancelled = 5;
        public const short Failed = 6;
        public const short NonceUsedExternally = 7;
    }
}
