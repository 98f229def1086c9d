using DevChain;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Batching;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Relay.Records;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Tests.Transactions;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Fees;

namespace Relayer.Core.Tests.Relay;

/// <summary>The one write that accepts requests, by two instances at once, on a real PostgreSQL.</summary>
[Trait("needs", "services")]
public sealed class RelayIntakeTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_request_many_times_at_once_is_written_once_and_known_to_all_the_others()
    {
        await using var world = await EngineWorld.StartAsync(postgres, signers: 2);
        var candidate = Samples.Candidate();

        var outcomes = await PostAsync(world, Enumerable.Repeat(candidate, 40));

        Assert.Single(outcomes.OfType<IntakeOutcome.Written>());
        Assert.Equal(39, outcomes.OfType<IntakeOutcome.AlreadyKnown>().Count());
        Assert.Equal((1L, 1L, 1L), await CountAsync(world));
    }

    [Fact]
    public async Task Two_requests_for_one_nonce_do_not_both_get_it()
    {
        await using var world = await EngineWorld.StartAsync(postgres);
        RelayCandidate[] rivals = [.. Enumerable.Range(1, 8).Select(i => Samples.Candidate(message => message with { Gas = (ulong)i * 1_000 }))];

        var outcomes = await PostAsync(world, rivals);

        Assert.Single(outcomes.OfType<IntakeOutcome.Written>());
        Assert.All(outcomes.OfType<IntakeOutcome.Refused>(), refused => Assert.Equal(RefusalCode.NonceUsed, refused.Refusal.Code));
        Assert.Equal((1L, 1L, 1L), await CountAsync(world));
    }

    [Fact]
    public async Task Requests_at_the_same_time_share_transactions_and_one_alone_has_its_own()
    {
        await using var world = await EngineWorld.StartAsync(postgres);

        var alone = await PostAsync(world, [Nonce(Plans.Account(0), 0)]);
        var together = await PostAsync(world, Enumerable.Range(1, 60).Select(i => Nonce(Plans.Account((byte)i), 0)));

        var single = Assert.IsType<IntakeOutcome.Written>(Assert.Single(alone)).Reserved.Plan;
        Assert.Equal(Samples.OpenZeppelin.EncodeExecute(Nonce(Plans.Account(0), 0).Message, Nonce(Plans.Account(0), 0).Request.Signature), single.Data.ToArray());
        Assert.All(together, outcome => Assert.IsType<IntakeOutcome.Written>(outcome));
        var (relays, transactions, nonces) = await CountAsync(world);
        Assert.Equal((61L, transactions), (relays, nonces));
        Assert.InRange(transactions, 2, 30);
        Assert.Equal(
            transactions,
            await world.Database.ScalarAsync<long>(
                "select count(*) from (select transaction_id from relays group by 1 having max(position) + 1 = count(*)) t"));
    }

    [Fact]
    public async Task A_signer_without_money_for_many_at_once_carries_them_one_by_one()
    {
        await using var world = await EngineWorld.StartAsync(postgres, new AnvilOptions { MineOnDemand = true }, signers: 2, ether: 0);
        var fees = FeePlan.For(await world.Chain.ReadFeeMarketAsync(Cancellation), world.Engine.Settings.Fees)!;
        foreach (var key in world.Keys)
        {
            // Enough for one and a half.
            await world.Node.SetBalanceAsync($"{key.Address}", (fees.MaxPrice * (Samples.Candidate().Call.Gas * 3 / 2)).ToBigInteger(), Cancellation);
        }

        var outcomes = await PostAsync(world, Enumerable.Range(0, 8).Select(i => Nonce(Plans.Account((byte)i), 0)));

        Assert.Equal(2, outcomes.OfType<IntakeOutcome.Written>().Count());
        Assert.All(outcomes.OfType<IntakeOutcome.Refused>(), refused => Assert.Equal(RefusalCode.SignersExhausted, refused.Refusal.Code));
        Assert.Equal((2L, 2L, 2L), await CountAsync(world));
    }

    [Fact]
    public async Task A_user_far_beyond_the_quota_gets_exactly_it_and_everybody_else_theirs()
    {
        await using var world = await EngineWorld.StartAsync(postgres, chain: new ChainOptions { MaxInFlightPerSigner = 1_000, Batching = { MaxRequests = 1 } });
        var greedy = Enumerable.Range(0, 200).Select(i => Nonce(Samples.User.Address, i));
        RelayCandidate[] others = [.. Enumerable.Range(0, 50).Select(i => Nonce(Plans.Account((byte)i), 0))];

        var outcomes = await PostAsync(world, greedy.Concat(others));

        Assert.Equal(3, outcomes[..200].OfType<IntakeOutcome.Written>().Count());
        Assert.All(outcomes[..200].OfType<IntakeOutcome.Refused>(), refused => Assert.Equal(RefusalCode.QuotaExceeded, refused.Refusal.Code));
        Assert.All(outcomes[200..], outcome => Assert.IsType<IntakeOutcome.Written>(outcome));
        Assert.Equal((53L, 53L, 53L), await CountAsync(world));
        Assert.Equal(3L, await world.Database.ScalarAsync<long>("select max(minute_granted) from quota_usage"));
    }

    [Fact]
    public async Task The_day_is_charged_what_the_transactions_may_cost_and_the_database_refuses_what_exceeds_it()
    {
        await using var world = await EngineWorld.StartAsync(postgres);
        var policy = Samples.Policy with { GasPerDay = 400_000, RelaysPerMinute = 100 };
        var data = Enumerable.Repeat((byte)0xff, 100).ToArray();
        RelayCandidate[] candidates =
        [
            .. Enumerable.Range(0, 12)
                .Select(i => Samples.Candidate(message => message with { Nonce = (ulong)i, Gas = 1_500, Data = data }, policy: policy))
                .Select(candidate => candidate with { Data = new DataPrice(10_000, Wei.Zero) }),
        ];

        var outcomes = await PostAsync(world, candidates);

        var written = candidates.Where((_, i) => outcomes[i] is IntakeOutcome.Written).ToArray();
        Assert.All(outcomes.OfType<IntakeOutcome.Refused>(), refused => Assert.Equal(RefusalCode.QuotaExceeded, refused.Refusal.Code));
        Assert.Equal((ulong)policy.GasPerDay / candidates.Max(candidate => candidate.PaidGas), (ulong)written.Length);
        Assert.Equal(
            written.Sum(candidate => (long)candidate.PaidGas), await world.Database.ScalarAsync<long>("select granted from quota_usage where period = 1"));
        Assert.All(
            outcomes.OfType<IntakeOutcome.Refused>(),
            refused => Assert.Equal(QuotaWindow.EndOfDay(candidates[0].Now) - candidates[0].Now, refused.Refusal.RetryAfter));
        Assert.True(
            await world.Database.ScalarAsync<decimal>("select sum(gas_limit) from transactions") <= written.Sum(candidate => (decimal)candidate.PaidGas));
    }

    [Fact]
    public async Task Each_minute_has_its_quota_and_an_instance_whose_clock_is_late_counts_in_the_newest()
    {
        await using var world = await EngineWorld.StartAsync(postgres);
        RelayCandidate At(int nonce, int minutes)
        {
            var candidate = Samples.Candidate(message => message with { Nonce = (ulong)nonce }, policy: Samples.Policy with { GasPerDay = 10_000_000 });
            return candidate with { Now = candidate.Now + TimeSpan.FromMinutes(minutes) };
        }

        var first = await PostAsync(world, [At(0, 0), At(1, 0), At(2, 0), At(3, 0)]);
        var next = await PostAsync(world, [At(10, 1), At(11, 1)]);
        var late = await PostAsync(world, [At(20, 0), At(21, 0)]);

        Assert.Equal((3, 2, 1), (Written(first), Written(next), Written(late)));
        var refused = first.Concat(late).OfType<IntakeOutcome.Refused>();
        Assert.All(refused, outcome => Assert.InRange(outcome.Refusal.RetryAfter!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(1)));
        var counted = await world.Database.ScalarAsync<long[]>("select array[minute_granted, (select count(*) from relays)] from quota_usage");
        Assert.Equal([3L, 6L], counted);

        static int Written(IntakeOutcome[] outcomes) => outcomes.OfType<IntakeOutcome.Written>().Count();
    }

    [Fact]
    public async Task A_release_that_counts_minutes_in_rows_of_their_own_shares_the_day_and_its_rows_are_read()
    {
        await using var world = await EngineWorld.StartAsync(postgres);
        var candidate = Samples.Candidate();
        await PostAsync(world, [candidate]);
        await world.Database.ExecuteAsync($"""
            insert into quota_usage as u (chain_id, "user", period, starts_at, granted, quota)
            select r.chain_id, r."from", w.period, date_trunc(w.part, '{candidate.Now:O}'::timestamptz, 'UTC'), w.granted, w.quota from relays r
            cross join (values (0::smallint, 'minute', 1, 3), (1::smallint, 'day', 21000, 40000000)) as w (period, part, granted, quota)
            on conflict (chain_id, "user", period, starts_at) do update set granted = u.granted + excluded.granted, quota = excluded.quota
            """);

        var facts = Assert.Single(await new RelayStore(world.Database.Database).ReadFactsAsync([candidate], Cancellation));

        Assert.Equal((1L, (long)candidate.PaidGas + 21_000), (facts.RelaysThisMinute, facts.GasToday));
    }

    [Fact]
    public async Task What_finds_no_room_is_refused_and_leaves_nothing_behind()
    {
        await using var world = await EngineWorld.StartAsync(
            postgres, new AnvilOptions { MineOnDemand = true }, new ChainOptions { MaxInFlightPerSigner = 5, Batching = { MaxRequests = 1 } });

        var outcomes = await PostAsync(world, Enumerable.Range(0, 12).Select(i => Nonce(Plans.Account((byte)i), 0)));

        Assert.Equal(5, outcomes.OfType<IntakeOutcome.Written>().Count());
        Assert.All(outcomes.OfType<IntakeOutcome.Refused>(), refused => Assert.Equal(RefusalCode.SignersExhausted, refused.Refusal.Code));
        Assert.Equal((5L, 5L, 5L), await CountAsync(world));
        Assert.Equal(5L, await world.Database.ScalarAsync<long>("select count(*) from quota_usage"));
    }

    [Fact]
    public async Task A_request_that_ended_without_spending_its_nonce_frees_it_and_stays_known()
    {
        await using var world = await EngineWorld.StartAsync(postgres);
        var first = Samples.Candidate();
        await PostAsync(world, [first]);
        await world.Database.ExecuteAsync("update relays set state = 5");

        var outcomes = await PostAsync(world, [first, Samples.Candidate(message => message with { Gas = 77_000 })]);

        Assert.IsType<IntakeOutcome.AlreadyKnown>(outcomes[0]);
        Assert.IsType<IntakeOutcome.Written>(outcomes[1]);
    }

    [Fact]
    public async Task Quota_windows_that_are_over_are_removed_and_no_others()
    {
        await using var world = await EngineWorld.StartAsync(postgres);
        await world.Database.ExecuteAsync("""
            insert into quota_usage select 1, '\x01', 0, '2026-09-21 12:00Z'::timestamptz - i * interval '1 minute', 1, 3 from generate_series(0, 12000) i;
            insert into quota_usage select 1, '\x01', 1, '2026-09-21 00:00Z'::timestamptz - i * interval '1 day', 1, 3 from generate_series(0, 9) i;
            """);
        var now = new DateTimeOffset(2026, 9, 21, 12, 0, 30, TimeSpan.Zero);

        var removed = await new RelayStore(world.Database.Database).SweepGrantsAsync(QuotaWindow.OldestInUse(now), Cancellation);

        // Today's and yesterday's stay: 36 hours of minutes, two days.
        Assert.Equal(12_001 + 10 - removed, await world.Database.ScalarAsync<long>("select count(*) from quota_usage"));
        Assert.Equal((36 * 60) + 1 + 2, await world.Database.ScalarAsync<long>("select count(*) from quota_usage"));
    }

    private static RelayCandidate Nonce(Address user, int nonce) =>
        Samples.Candidate(message => message with { From = user, Nonce = (ulong)nonce });

    internal static async Task<IntakeOutcome[]> PostAsync(EngineWorld world, IEnumerable<RelayCandidate> candidates)
    {
        ChainEngine[] engines = [world.Engine, world.AddInstance()];
        RelayIntake[] instances = [.. engines.Select(engine => new RelayIntake(engine, world.Database.Database, new BudgetGate(world.Time), world.Time))];
        var quote = (await Task.WhenAll(engines.Select(engine => engine.QuoteAsync(100_000, Cancellation))))[0];
        return await Task.WhenAll(candidates.Select((candidate, i) => Task.Run(
            () => instances[i % 2].AcceptAsync(new PendingRelay(candidate, quote.Fees!, quote.Signers), Cancellation), Cancellation)));
    }

    /// <summary>Relays, transactions, and the nonces taken: a refusal takes none.</summary>
    private static async Task<(long Relays, long Transactions, long Nonces)> CountAsync(EngineWorld world) => (
        await world.Database.ScalarAsync<long>("select count(*) from relays"),
        await world.Database.ScalarAsync<long>("select count(*) from transactions"),
        (long)await world.Database.ScalarAsync<decimal>("select sum(next_nonce) from signers"));
}
