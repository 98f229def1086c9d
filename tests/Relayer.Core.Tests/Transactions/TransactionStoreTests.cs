using Relayer.Core.Ethereum;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Tests.Transactions;

/// <summary>What is stored of attempts and states, and read again, on a real PostgreSQL.</summary>
[Trait("needs", "services")]
public sealed class TransactionStoreTests(PostgresFixture postgres) : IAsyncLifetime
{
    private StoreWorld _world = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _world = await StoreWorld.StartAsync(postgres);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task What_a_block_has_gets_no_further_attempt_and_what_is_to_be_closed_no_payload()
    {
        var (mined, closing) = (Plans.Create(), Plans.Create());
        await _world.ReserveAsync([StoreWorld.SignerBalances[0]], 64, [mined, closing]);
        await _world.StoreAsync(mined.Id, StoreWorld.Attempt(1, "mined", false));
        await _world.Database.ExecuteAsync($"update transactions set state = 3 where id = '{mined.Id}'");
        await _world.Database.ExecuteAsync($"update transactions set cancel_reason = 3 where id = '{closing.Id}'");

        Assert.Empty(await _world.StoreAsync(mined.Id, StoreWorld.Attempt(2, "bump", false)));
        Assert.Empty(await _world.StoreAsync(closing.Id, StoreWorld.Attempt(1, "payload", false)));
        Assert.Equal([closing.Id], await _world.StoreAsync(closing.Id, StoreWorld.Attempt(1, "noop", true)));
    }

    [Fact]
    public async Task Everything_that_was_reserved_is_read_back_as_it_was()
    {
        var expiry = DateTimeOffset.FromUnixTimeSeconds(1_900_000_000);
        var plan = Plans.Create(value: 5, expiresAt: expiry);
        var reserved = Assert.Single(await _world.ReserveAsync([StoreWorld.SignerBalances[0]], 64, [plan]));

        var open = Assert.Single(await _world.ReadOpenAsync());

        Assert.IsType<TransactionState.Reserved>(open.State);
        Assert.Equal(reserved.Payload().SigningDigest(), open.Reserved.Payload().SigningDigest());
        Assert.Equal((plan.Purpose, plan.ExpiresAt, plan.Fees), (open.Reserved.Plan.Purpose, open.Reserved.Plan.ExpiresAt, open.Reserved.Plan.Fees));
        Assert.Equal(plan.Data.ToArray(), open.Reserved.Plan.Data.ToArray());
        Assert.Empty(open.Attempts);
    }

    [Fact]
    public async Task Bytes_are_stored_once_and_only_the_first_attempt_under_a_number_counts()
    {
        var id = Assert.Single(await _world.ReserveAsync([StoreWorld.SignerBalances[0]], 64, Plans.Many(1))).Plan.Id;
        var (payload, noop) = (StoreWorld.Attempt(1, "payload", false), StoreWorld.Attempt(1, "noop", true));

        Assert.Equal([id], await _world.StoreAsync(id, payload));
        Assert.Empty(await _world.StoreAsync(id, payload));
        Assert.Empty(await _world.StoreAsync(id, noop));
        Assert.Equal([id], await _world.StoreAsync(id, noop with { Number = 2 }));

        var open = Assert.Single(await _world.ReadOpenAsync());
        Assert.IsType<TransactionState.Signed>(open.State);
        Assert.Equal([payload.Hash, noop.Hash], open.Attempts.Select(attempt => attempt.Hash));
        Assert.True(open.IsClosing);
    }

    [Fact]
    public async Task Only_stored_bytes_wait_not_for_the_disk_and_everything_after_them_does()
    {
        await using var connection = await _world.Database.OpenAsync();
        var id = Assert.Single(await _world.ReserveAsync([StoreWorld.SignerBalances[0]], 64, Plans.Many(1))).Plan.Id;
        await _world.Store.StoreAttemptsAsync(connection, [(id, StoreWorld.Attempt(1, "payload", false))], Cancellation);
        await TransactionStore.MarkBroadcastAsync(connection, [Mark(id, TimeProvider.System.GetUtcNow())], Cancellation);

        await using var command = connection.CreateCommand();
        command.CommandText = "show synchronous_commit";
        Assert.Equal("on", await command.ExecuteScalarAsync(Cancellation));
    }

    [Fact]
    public async Task A_state_moves_only_from_the_version_that_was_read_but_a_mark_does_not_stand_in_its_way()
    {
        var id = Assert.Single(await _world.ReserveAsync([StoreWorld.SignerBalances[0]], 64, Plans.Many(1))).Plan.Id;
        await _world.StoreAsync(id, StoreWorld.Attempt(1, "payload", false));
        var read = Assert.Single(await _world.ReadOpenAsync());
        await using var connection = await _world.Database.OpenAsync();
        await TransactionStore.MarkBroadcastAsync(connection, [Mark(id, TimeProvider.System.GetUtcNow())], Cancellation);
        Assert.IsType<TransactionState.Broadcast>(Assert.Single(await _world.ReadOpenAsync()).State);
        var mined = new TransactionState.Mined(new Inclusion(
            read.Attempts[0].Hash, false, 12, Keccak256.Hash("block"u8), true, 21_000, new Wei(3), new Wei(1), new Wei(63_001)));

        Assert.Equal([id], await _world.Store.MoveAsync(connection, [(read, mined)], Cancellation));
        Assert.Empty(await _world.Store.MoveAsync(connection, [(read, new TransactionState.Broadcast())], Cancellation));
        await TransactionStore.MarkBroadcastAsync(connection, [Mark(id, TimeProvider.System.GetUtcNow())], Cancellation);

        Assert.Equal(mined, Assert.Single(await _world.ReadOpenAsync()).State);
    }

    [Fact]
    public async Task A_mark_that_is_written_late_counts_from_when_the_bytes_were_sent()
    {
        var id = Assert.Single(await _world.ReserveAsync([StoreWorld.SignerBalances[0]], 64, Plans.Many(1))).Plan.Id;
        await _world.StoreAsync(id, StoreWorld.Attempt(1, "payload", false));
        await using var connection = await _world.Database.OpenAsync();
        var sentAt = new DateTimeOffset(2040, 1, 1, 0, 0, 0, TimeSpan.Zero);

        await TransactionStore.MarkBroadcastAsync(connection, [Mark(id, sentAt)], Cancellation);
        await TransactionStore.MarkBroadcastAsync(connection, [Mark(id, sentAt.AddMinutes(-1))], Cancellation);

        Assert.Equal(sentAt.UtcDateTime, await _world.Database.ScalarAsync<DateTime>("select updated_at from transactions"));
    }

    [Fact]
    public async Task Movers_of_the_same_rows_in_opposite_order_do_not_wait_for_each_other_for_good()
    {
        for (var i = 0; i < 10; i++)
        {
            await _world.ReserveAsync([StoreWorld.SignerBalances[0]], 10_000, Plans.Many(40));
        }

        await Parallel.ForAsync(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancellation }, async (i, token) =>
        {
            var open = await _world.ReadOpenAsync();
            var moves = open.Select(item => (item, (TransactionState)new TransactionState.Broadcast()));
            await using var connection = await _world.Database.OpenAsync();
            await _world.Store.MoveAsync(connection, [.. i % 2 == 0 ? moves : moves.Reverse()], token);
        });
    }

    [Fact]
    public async Task Pages_show_everything_that_is_open_once_and_nothing_that_is_final()
    {
        var reserved = await _world.ReserveAsync([StoreWorld.SignerBalances[0]], 64, Plans.Many(25));
        await _world.Database.ExecuteAsync($"update transactions set state = 4 where id = '{reserved[3].Plan.Id}'");
        await using var connection = await _world.Database.OpenAsync();
        var (seen, after, pages) = (new List<Guid>(), Guid.Empty, 0);
        do
        {
            var (page, next) = await TransactionStore.ReadOpenAsync(connection, StoreWorld.Chain, after, 10, Cancellation);
            Assert.Equal(page.OrderBy(item => item.Reserved.Nonce), page);
            seen.AddRange(page.Select(item => item.Id));
            (after, pages) = (next, pages + 1);
        }
        while (after != Guid.Empty);

        Assert.Equal(3, pages);
        Assert.Equal(reserved.Select(item => item.Plan.Id).Where(id => id != reserved[3].Plan.Id).Order(), seen.Order());
    }

    private static BroadcastMark Mark(Guid id, DateTimeOffset at) => new(id, IsTaken: true, at);
}
