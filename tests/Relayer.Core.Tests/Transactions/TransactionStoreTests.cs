using System.Collections.Concurrent;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Transactions;

namespace Relayer.Core.Tests.Transactions;

/// <summary>The engine's statements on a real PostgreSQL.</summary>
public sealed class TransactionStoreTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly ChainId Chain = new(31337);
    private static readonly Wei Rich = new(UInt256.MaxValue);
    private static readonly Purse[] Purses = [.. Enumerable.Range(1, 3).Select(i => new Purse(Plans.Account((byte)i), Rich))];
    private readonly TransactionStore _store = new(TimeProvider.System);
    private TestDatabase _database = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static BroadcastMark Mark(Guid id, DateTimeOffset at) => new(id, IsTaken: true, at);

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(postgres);
        await SyncAsync([.. Purses.Select(purse => (purse.Address, 0UL))]);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Reservations_at_the_same_time_take_consecutive_nonces_without_a_gap()
    {
        var taken = new ConcurrentBag<ReservedTransaction>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 160),
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancellation },
            async (i, _) =>
            {
                foreach (var reserved in await ReserveAsync(Purses, 10_000, Plans.Many(1 + (i % 5)), commit: i % 7 != 0))
                {
                    taken.Add(reserved);
                }
            });

        Assert.Equal(Enumerable.Range(0, 160).Where(i => i % 7 != 0).Sum(i => 1 + (i % 5)), taken.Count);
        foreach (var signer in taken.GroupBy(reserved => reserved.Signer))
        {
            Assert.Equal(Enumerable.Range(0, signer.Count()).Select(i => (ulong)i), signer.Select(reserved => reserved.Nonce).Order());
        }

        Assert.Equal(taken.Count, (int)await _database.ScalarAsync<decimal>("select sum(next_nonce) from signers"));
        Assert.Equal(taken.Count, (int)await _database.ScalarAsync<long>("select count(*) from transactions"));
    }

    [Fact]
    public async Task A_rollback_gives_the_nonces_back()
    {
        await ReserveAsync([Purses[0]], 64, Plans.Many(3), commit: false);

        var reserved = await ReserveAsync([Purses[0]], 64, Plans.Many(2));

        Assert.Equal([0UL, 1UL], reserved.Select(item => item.Nonce));
    }

    [Fact]
    public async Task No_signer_ever_has_more_in_flight_than_allowed_however_many_reserve_at_once()
    {
        var counts = new ConcurrentBag<int>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 24),
            new ParallelOptions { MaxDegreeOfParallelism = 12, CancellationToken = Cancellation },
            async (_, _) => counts.Add((await ReserveAsync(Purses, 10, Plans.Many(4))).Count));

        Assert.Equal([10L, 10L, 10L], await _database.ColumnAsync<long>("select count(*) from transactions group by signer"));
        Assert.Equal(30, counts.Sum());
        Assert.Empty(await ReserveAsync(Purses, 10, Plans.Many(1)));
    }

    [Fact]
    public async Task The_least_loaded_signer_takes_as_many_from_the_front_as_it_has_room_for()
    {
        await ReserveAsync([Purses[0]], 64, Plans.Many(2));
        await ReserveAsync([Purses[1]], 64, Plans.Many(1));
        var plans = Plans.Many(5);

        var reserved = await ReserveAsync(Purses[..2], 4, plans);

        Assert.All(reserved, item => Assert.Equal(Purses[1].Address, item.Signer));
        Assert.Equal(plans[..3], reserved.OrderBy(item => item.Nonce).Select(item => item.Plan));
    }

    [Fact]
    public async Task Paused_and_unknown_signers_take_nothing()
    {
        await _database.ExecuteAsync("update signers set paused = true");

        Assert.Empty(await ReserveAsync(Purses, 64, Plans.Many(1)));
        Assert.Empty(await ReserveAsync([new Purse(Plans.Account(99), Rich)], 64, Plans.Many(1)));
    }

    [Fact]
    public async Task A_signer_takes_only_what_it_can_pay_for_beside_what_is_in_flight()
    {
        var plans = Plans.Many(4);
        var poor = new Purse(Purses[0].Address, new Wei(plans[0].MaxCost.Value + plans[0].MaxCost.Value + 1UL));

        Assert.Equal(2, (await ReserveAsync([poor], 64, plans)).Count);
        Assert.Empty(await ReserveAsync([poor], 64, Plans.Many(1)));
        var other = Assert.Single(await ReserveAsync([poor, Purses[1]], 64, Plans.Many(1)));
        Assert.Equal(Purses[1].Address, other.Signer);
    }

    [Fact]
    public async Task What_a_chain_charges_for_data_beside_counts_for_each_transaction()
    {
        var plans = Plans.Many(4);
        var poor = new Purse(Purses[0].Address, new Wei(plans[0].MaxCost.Value * 3UL));
        await using var connection = await _database.OpenAsync();

        Assert.Equal(2, (await _store.ReserveAsync(connection, Chain, [poor], 64, plans, Cancellation, new Wei(1UL))).Count);
        Assert.Empty(await _store.ReserveAsync(connection, Chain, [poor], 64, Plans.Many(1), Cancellation, new Wei(1UL)));
        Assert.Single(await _store.ReserveAsync(connection, Chain, [poor], 64, Plans.Many(1), Cancellation));
    }

    [Fact]
    public async Task What_is_in_flight_counts_at_the_highest_fees_offered_so_far()
    {
        var plan = Plans.Create(maxFeeGwei: 10);
        var poor = new Purse(Purses[0].Address, new Wei(plan.MaxCost.Value * 2UL));
        await ReserveAsync([poor], 64, [plan]);
        await StoreAsync(plan.Id, Attempt(1, "payload", false));
        await StoreAsync(plan.Id, Attempt(2, "bump", false) with { Fees = new TransactionFees.Dynamic(Wei.FromGwei(11), Wei.FromGwei(2)) });

        Assert.Empty(await ReserveAsync([poor], 64, Plans.Many(1)));
        Assert.Equal(new TransactionFees.Dynamic(Wei.FromGwei(11), Wei.FromGwei(2)), Assert.Single(await ReadOpenAsync()).Reserved.Plan.Fees);
    }

    [Fact]
    public async Task What_a_block_has_gets_no_further_attempt_and_what_is_to_be_closed_no_payload()
    {
        var (mined, closing) = (Plans.Create(), Plans.Create());
        await ReserveAsync([Purses[0]], 64, [mined, closing]);
        await StoreAsync(mined.Id, Attempt(1, "mined", false));
        await _database.ExecuteAsync($"update transactions set state = 3 where id = '{mined.Id}'");
        await _database.ExecuteAsync($"update transactions set closing = 3 where id = '{closing.Id}'");

        Assert.Empty(await StoreAsync(mined.Id, Attempt(2, "bump", false)));
        Assert.Empty(await StoreAsync(closing.Id, Attempt(1, "payload", false)));
        Assert.Equal([closing.Id], await StoreAsync(closing.Id, Attempt(1, "noop", true)));
    }

    [Fact]
    public async Task Next_nonces_are_raised_to_the_chains_and_never_lowered()
    {
        var fresh = Plans.Account(7);
        Assert.Empty(await SyncAsync([(fresh, 41UL)]));
        Assert.Equal([fresh], await SyncAsync([(fresh, 43UL), (Purses[0].Address, 0UL)]));
        Assert.Empty(await SyncAsync([(fresh, 12UL)]));

        await using var connection = await _database.OpenAsync();
        var nonces = await TransactionStore.ReadNextNoncesAsync(connection, Chain, Cancellation);
        Assert.Equal((43UL, 0UL), (nonces[fresh], nonces[Purses[0].Address]));
    }

    [Fact]
    public async Task Everything_that_was_reserved_is_read_back_as_it_was()
    {
        var expiry = DateTimeOffset.FromUnixTimeSeconds(1_900_000_000);
        var plan = Plans.Create(value: 5, expiresAt: expiry);
        var reserved = Assert.Single(await ReserveAsync([Purses[0]], 64, [plan]));

        var open = Assert.Single(await ReadOpenAsync());

        Assert.IsType<TransactionState.Reserved>(open.State);
        Assert.Equal(reserved.Payload().SigningDigest(), open.Reserved.Payload().SigningDigest());
        Assert.Equal((plan.Purpose, plan.ExpiresAt, plan.Fees), (open.Reserved.Plan.Purpose, open.Reserved.Plan.ExpiresAt, open.Reserved.Plan.Fees));
        Assert.Equal(plan.Data.ToArray(), open.Reserved.Plan.Data.ToArray());
        Assert.Empty(open.Attempts);
    }

    [Fact]
    public async Task Bytes_are_stored_once_and_only_the_first_attempt_under_a_number_counts()
    {
        var id = Assert.Single(await ReserveAsync([Purses[0]], 64, Plans.Many(1))).Plan.Id;
        var (payload, noop) = (Attempt(1, "payload", false), Attempt(1, "noop", true));

        Assert.Equal([id], await StoreAsync(id, payload));
        Assert.Empty(await StoreAsync(id, payload));
        Assert.Empty(await StoreAsync(id, noop));
        Assert.Equal([id], await StoreAsync(id, noop with { Number = 2 }));

        var open = Assert.Single(await ReadOpenAsync());
        Assert.IsType<TransactionState.Signed>(open.State);
        Assert.Equal([payload.Hash, noop.Hash], open.Attempts.Select(attempt => attempt.Hash));
        Assert.True(open.IsClosing);
    }

    [Fact]
    public async Task Only_stored_bytes_wait_not_for_the_disk_and_everything_after_them_does()
    {
        await using var connection = await _database.OpenAsync();
        var id = Assert.Single(await ReserveAsync([Purses[0]], 64, Plans.Many(1))).Plan.Id;
        await _store.StoreAttemptsAsync(connection, [(id, Attempt(1, "payload", false))], Cancellation);
        await TransactionStore.MarkBroadcastAsync(connection, [Mark(id, TimeProvider.System.GetUtcNow())], Cancellation);

        await using var command = connection.CreateCommand();
        command.CommandText = "show synchronous_commit";
        Assert.Equal("on", await command.ExecuteScalarAsync(Cancellation));
    }

    [Fact]
    public async Task A_state_moves_only_from_the_version_that_was_read_but_a_mark_does_not_stand_in_its_way()
    {
        var id = Assert.Single(await ReserveAsync([Purses[0]], 64, Plans.Many(1))).Plan.Id;
        await StoreAsync(id, Attempt(1, "payload", false));
        var read = Assert.Single(await ReadOpenAsync());
        await using var connection = await _database.OpenAsync();
        await TransactionStore.MarkBroadcastAsync(connection, [Mark(id, TimeProvider.System.GetUtcNow())], Cancellation);
        Assert.IsType<TransactionState.Broadcast>(Assert.Single(await ReadOpenAsync()).State);
        var mined = new TransactionState.Mined(new Inclusion(
            read.Attempts[0].Hash, false, 12, Keccak256.Hash("block"u8), true, 21_000, new Wei(3), new Wei(1), new Wei(63_001)));

        Assert.Equal([id], await _store.MoveAsync(connection, [(read, mined)], Cancellation));
        Assert.Empty(await _store.MoveAsync(connection, [(read, new TransactionState.Broadcast())], Cancellation));
        await TransactionStore.MarkBroadcastAsync(connection, [Mark(id, TimeProvider.System.GetUtcNow())], Cancellation);

        Assert.Equal(mined, Assert.Single(await ReadOpenAsync()).State);
    }

    [Fact]
    public async Task A_mark_that_is_written_late_counts_from_when_the_bytes_were_sent()
    {
        var id = Assert.Single(await ReserveAsync([Purses[0]], 64, Plans.Many(1))).Plan.Id;
        await StoreAsync(id, Attempt(1, "payload", false));
        await using var connection = await _database.OpenAsync();
        var sentAt = new DateTimeOffset(2040, 1, 1, 0, 0, 0, TimeSpan.Zero);

        await TransactionStore.MarkBroadcastAsync(connection, [Mark(id, sentAt)], Cancellation);
        await TransactionStore.MarkBroadcastAsync(connection, [Mark(id, sentAt.AddMinutes(-1))], Cancellation);

        Assert.Equal(sentAt.UtcDateTime, await _database.ScalarAsync<DateTime>("select updated_at from transactions"));
    }

    [Fact]
    public async Task Movers_of_the_same_rows_in_opposite_order_do_not_wait_for_each_other_for_ever()
    {
        for (var i = 0; i < 10; i++)
        {
            await ReserveAsync([Purses[0]], 10_000, Plans.Many(40));
        }

        await Parallel.ForAsync(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancellation }, async (i, token) =>
        {
            var open = await ReadOpenAsync();
            var moves = open.Select(item => (item, (TransactionState)new TransactionState.Broadcast()));
            await using var connection = await _database.OpenAsync();
            await _store.MoveAsync(connection, [.. i % 2 == 0 ? moves : moves.Reverse()], token);
        });
    }

    [Fact]
    public async Task Pages_show_everything_that_is_open_once_and_nothing_that_is_final()
    {
        var reserved = await ReserveAsync([Purses[0]], 64, Plans.Many(25));
        await _database.ExecuteAsync($"update transactions set state = 4 where id = '{reserved[3].Plan.Id}'");
        await using var connection = await _database.OpenAsync();
        var (seen, after, pages) = (new List<Guid>(), Guid.Empty, 0);
        do
        {
            var (page, next) = await TransactionStore.ReadOpenAsync(connection, Chain, after, 10, Cancellation);
            Assert.Equal(page.OrderBy(item => item.Reserved.Nonce), page);
            seen.AddRange(page.Select(item => item.Id));
            (after, pages) = (next, pages + 1);
        }
        while (after != Guid.Empty);

        Assert.Equal(3, pages);
        Assert.Equal(reserved.Select(item => item.Plan.Id).Where(id => id != reserved[3].Plan.Id).Order(), seen.Order());
    }

    private async Task<IReadOnlyList<ReservedTransaction>> ReserveAsync(
        Purse[] purses, int maxInFlight, TransactionPlan[] plans, bool commit = true)
    {
        await using var connection = await _database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        var reserved = await _store.ReserveAsync(connection, Chain, purses, maxInFlight, plans, Cancellation);
        if (!commit)
        {
            await transaction.RollbackAsync(Cancellation);
            return [];
        }

        await transaction.CommitAsync(Cancellation);
        return reserved;
    }

    private async Task<IReadOnlyList<Address>> SyncAsync((Address, ulong)[] nonces)
    {
        await using var connection = await _database.OpenAsync();
        return await _store.SyncSignersAsync(connection, Chain, nonces, Cancellation);
    }

    private async Task<IReadOnlyList<OpenTransaction>> ReadOpenAsync()
    {
        await using var connection = await _database.OpenAsync();
        return (await TransactionStore.ReadOpenAsync(connection, Chain, Guid.Empty, 1_000, Cancellation)).Page;
    }

    private async Task<IReadOnlySet<Guid>> StoreAsync(Guid id, Attempt attempt)
    {
        await using var connection = await _database.OpenAsync();
        return await _store.StoreAttemptsAsync(connection, [(id, attempt)], Cancellation);
    }

    private static Attempt Attempt(int number, string text, bool isNoop)
    {
        var raw = System.Text.Encoding.ASCII.GetBytes(text);
        return new Attempt(number, Keccak256.Hash(raw), raw, isNoop);
    }
}
