using System.Collections.Concurrent;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Transactions.Fees;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Tests.Transactions;

/// <summary>Who takes which nonce, in the statements of the engine on a real PostgreSQL.</summary>
[Trait("needs", "services")]
public sealed class NonceStoreTests(PostgresFixture postgres) : IAsyncLifetime
{
    private StoreWorld _world = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _world = await StoreWorld.StartAsync(postgres);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Reservations_at_the_same_time_take_consecutive_nonces_without_a_gap()
    {
        var taken = new ConcurrentBag<ReservedTransaction>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 160),
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancellation },
            async (i, _) =>
            {
                foreach (var reserved in await _world.ReserveAsync(StoreWorld.SignerBalances, 10_000, Plans.Many(1 + (i % 5)), commit: i % 7 != 0))
                {
                    taken.Add(reserved);
                }
            });

        Assert.Equal(Enumerable.Range(0, 160).Where(i => i % 7 != 0).Sum(i => 1 + (i % 5)), taken.Count);
        foreach (var signer in taken.GroupBy(reserved => reserved.Signer))
        {
            Assert.Equal(Enumerable.Range(0, signer.Count()).Select(i => (ulong)i), signer.Select(reserved => reserved.Nonce).Order());
        }

        Assert.Equal(taken.Count, (int)await _world.Database.ScalarAsync<decimal>("select sum(next_nonce) from signers"));
        Assert.Equal(taken.Count, (int)await _world.Database.ScalarAsync<long>("select count(*) from transactions"));
    }

    [Fact]
    public async Task A_rollback_gives_the_nonces_back()
    {
        await _world.ReserveAsync([StoreWorld.SignerBalances[0]], 64, Plans.Many(3), commit: false);

        var reserved = await _world.ReserveAsync([StoreWorld.SignerBalances[0]], 64, Plans.Many(2));

        Assert.Equal([0UL, 1UL], reserved.Select(item => item.Nonce));
    }

    [Fact]
    public async Task No_signer_ever_has_more_in_flight_than_allowed_however_many_reserve_at_once()
    {
        var counts = new ConcurrentBag<int>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 24),
            new ParallelOptions { MaxDegreeOfParallelism = 12, CancellationToken = Cancellation },
            async (_, _) => counts.Add((await _world.ReserveAsync(StoreWorld.SignerBalances, 10, Plans.Many(4))).Count));

        Assert.Equal([10L, 10L, 10L], await _world.Database.ColumnAsync<long>("select count(*) from transactions group by signer"));
        Assert.Equal(30, counts.Sum());
        Assert.Empty(await _world.ReserveAsync(StoreWorld.SignerBalances, 10, Plans.Many(1)));
    }

    [Fact]
    public async Task The_least_loaded_signer_takes_as_many_from_the_front_as_it_has_room_for()
    {
        await _world.ReserveAsync([StoreWorld.SignerBalances[0]], 64, Plans.Many(2));
        await _world.ReserveAsync([StoreWorld.SignerBalances[1]], 64, Plans.Many(1));
        var plans = Plans.Many(5);

        var reserved = await _world.ReserveAsync(StoreWorld.SignerBalances[..2], 4, plans);

        Assert.All(reserved, item => Assert.Equal(StoreWorld.SignerBalances[1].Address, item.Signer));
        Assert.Equal(plans[..3], reserved.OrderBy(item => item.Nonce).Select(item => item.Plan));
    }

    [Fact]
    public async Task Paused_and_unknown_signers_take_nothing()
    {
        await _world.Database.ExecuteAsync("update signers set paused = true");

        Assert.Empty(await _world.ReserveAsync(StoreWorld.SignerBalances, 64, Plans.Many(1)));
        Assert.Empty(await _world.ReserveAsync([new SignerBalance(Plans.Account(99), StoreWorld.Rich)], 64, Plans.Many(1)));
    }

    [Fact]
    public async Task A_signer_takes_only_what_it_can_pay_for_beside_what_is_in_flight()
    {
        var plans = Plans.Many(4);
        var poor = new SignerBalance(StoreWorld.SignerBalances[0].Address, new Wei(plans[0].MaxCost.Value + plans[0].MaxCost.Value + 1UL));

        Assert.Equal(2, (await _world.ReserveAsync([poor], 64, plans)).Count);
        Assert.Empty(await _world.ReserveAsync([poor], 64, Plans.Many(1)));
        var other = Assert.Single(await _world.ReserveAsync([poor, StoreWorld.SignerBalances[1]], 64, Plans.Many(1)));
        Assert.Equal(StoreWorld.SignerBalances[1].Address, other.Signer);
    }

    [Fact]
    public async Task What_a_chain_charges_for_data_beside_counts_for_each_transaction()
    {
        var plans = Plans.Many(4);
        var poor = new SignerBalance(StoreWorld.SignerBalances[0].Address, new Wei(plans[0].MaxCost.Value * 3UL));
        await using var connection = await _world.Database.OpenAsync();

        Assert.Equal(2, (await _world.Store.ReserveAsync(connection, StoreWorld.Chain, [poor], 64, plans, Cancellation, new DataReserve(new Wei(1UL), Wei.Zero))).Count);
        Assert.Empty(await _world.Store.ReserveAsync(connection, StoreWorld.Chain, [poor], 64, Plans.Many(1), Cancellation, new DataReserve(new Wei(1UL), Wei.Zero)));
        Assert.Single(await _world.Store.ReserveAsync(connection, StoreWorld.Chain, [poor], 64, Plans.Many(1), Cancellation));
    }

    [Fact]
    public async Task What_is_in_flight_counts_at_the_highest_fees_offered_so_far()
    {
        var plan = Plans.Create(maxFeeGwei: 10);
        var poor = new SignerBalance(StoreWorld.SignerBalances[0].Address, new Wei(plan.MaxCost.Value * 2UL));
        await _world.ReserveAsync([poor], 64, [plan]);
        await _world.StoreAsync(plan.Id, StoreWorld.Attempt(1, "payload", false));
        await _world.StoreAsync(plan.Id, StoreWorld.Attempt(2, "bump", false) with { Fees = new TransactionFees.Dynamic(Wei.FromGwei(11), Wei.FromGwei(2)) });

        Assert.Empty(await _world.ReserveAsync([poor], 64, Plans.Many(1)));
        Assert.Equal(new TransactionFees.Dynamic(Wei.FromGwei(11), Wei.FromGwei(2)), Assert.Single(await _world.ReadOpenAsync()).Reserved.Plan.Fees);
    }

    [Fact]
    public async Task Next_nonces_are_raised_to_the_chains_and_never_lowered()
    {
        var fresh = Plans.Account(7);
        Assert.Empty(await _world.SyncAsync([(fresh, 41UL)]));
        Assert.Equal([fresh], await _world.SyncAsync([(fresh, 43UL), (StoreWorld.SignerBalances[0].Address, 0UL)]));
        Assert.Empty(await _world.SyncAsync([(fresh, 12UL)]));

        await using var connection = await _world.Database.OpenAsync();
        var nonces = await TransactionStore.ReadNextNoncesAsync(connection, StoreWorld.Chain, Cancellation);
        Assert.Equal((43UL, 0UL), (nonces[fresh], nonces[StoreWorld.SignerBalances[0].Address]));
    }
}
