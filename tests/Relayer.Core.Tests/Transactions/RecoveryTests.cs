using DevChain;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Tests.Transactions;

/// <summary>What crashes, lost transactions, reorganisations and foreign hands leave behind, and how it ends.</summary>
[Trait("needs", "services")]
public sealed class RecoveryTests(PostgresFixture postgres)
{
    private const ulong Above = 1_000_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan LongAgo = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static AnvilOptions OnDemand => new() { MineOnDemand = true };

    [Fact]
    public async Task Killed_before_signing_the_very_same_bytes_are_signed_and_sent_later()
    {
        await using var world = await EngineWorld.StartAsync(postgres);
        var reserved = Assert.Single(await world.ReserveAsync(Plans.Create()));
        var expected = await SignAsync(world, reserved);

        await world.Engine.ConfirmAsync(Cancellation);
        Assert.Equal(0, await world.KindAsync(reserved.Plan.Id));
        world.Time.Advance(Patience);
        await world.PassUntilAsync(reserved.Plan.Id, 4);

        Assert.Equal(
            [Hex.Encode(expected)], (await world.Database.ColumnAsync<byte[]>("select raw from attempts")).Select(raw => Hex.Encode(raw)));
        Assert.Equal(Keccak256.Hash(expected), new Hash32(await world.Database.ScalarAsync<byte[]>("select hash from transactions")));
    }

    [Fact]
    public async Task Killed_before_the_broadcast_the_stored_bytes_are_sent_later()
    {
        await using var world = await EngineWorld.StartAsync(postgres);
        var reserved = Assert.Single(await world.ReserveAsync(Plans.Create()));
        var raw = await SignAsync(world, reserved);
        await using (var connection = await world.Database.OpenAsync())
        {
            await new TransactionStore(world.Time).StoreAttemptsAsync(
                connection, [(reserved.Plan.Id, new Attempt(1, Keccak256.Hash(raw), raw, false))], Cancellation);
        }

        world.Time.Advance(Patience);
        await world.PassUntilAsync(reserved.Plan.Id, 4);

        Assert.Equal([Keccak256.Hash(raw)], await world.HashesAsync(reserved.Plan.Id));
    }

    [Fact]
    public async Task Accepted_while_the_node_is_down_it_is_sent_when_the_node_returns()
    {
        await using var world = await EngineWorld.StartAsync(postgres);
        var reserved = Assert.Single(await world.ReserveAsync(Plans.Create()));
        await world.Node.StopAsync();

        var submission = await world.Engine.SubmitAsync(reserved, Cancellation);
        Assert.False(submission.IsTaken);
        await world.Node.StartAsync(Cancellation);
        world.Time.Advance(Patience);

        await world.WaitForAsync(reserved.Plan.Id, 3);
    }

    [Fact]
    public async Task Dropped_from_the_pool_it_is_sent_again()
    {
        await using var world = await EngineWorld.StartAsync(postgres, OnDemand);
        var id = Assert.Single(await world.SendAsync(Plans.Create())).Plan.Id;
        var hash = Assert.Single(await world.HashesAsync(id));
        await world.Node.DropTransactionAsync($"{hash}", Cancellation);
        Assert.False(await world.IsKnownToNodeAsync(hash));

        await world.AdvanceAsync(LongAgo);
        await world.Engine.ConfirmAsync(Cancellation);

        Assert.True(await world.IsKnownToNodeAsync(hash));
        await world.PassUntilAsync(id, 4);
    }

    [Fact]
    public async Task A_reorganisation_takes_it_back_and_another_block_takes_it_in()
    {
        await using var world = await EngineWorld.StartAsync(postgres, OnDemand, new ChainOptions { Confirmations = 3 });
        await world.Node.MineAsync(5, Cancellation);
        var id = Assert.Single(await world.SendAsync(Plans.Create())).Plan.Id;
        var snapshot = await world.Node.SnapshotAsync(Cancellation);
        await world.Node.MineAsync(1, Cancellation);
        await world.WaitForAsync(id, 3);
        var first = await world.Database.ScalarAsync<byte[]>("select block_hash from transactions");

        await world.Node.RevertAsync(snapshot, Cancellation);
        await world.Node.DropTransactionAsync($"{Assert.Single(await world.HashesAsync(id))}", Cancellation);
        await world.Node.MineAsync(2, Cancellation);
        await world.WaitForAsync(id, 2);
        Assert.Equal("nothing", await world.Database.ScalarAsync<string>("select coalesce(block_hash::text, fee::text, 'nothing') from transactions"));

        world.Time.Advance(LongAgo);
        await world.PassUntilAsync(id, 4);
        Assert.NotEqual(first, await world.Database.ScalarAsync<byte[]>("select block_hash from transactions"));
        Assert.Equal(
            ["Mined", "Broadcast", "Confirmed"],
            (await world.Database.ColumnAsync<string>("select state from told")).Distinct());
        Assert.Single(await world.HashesAsync(id));
    }

    [Fact]
    public async Task What_no_node_will_ever_take_gives_its_nonce_to_a_noop_and_later_ones_go_on()
    {
        await using var world = await EngineWorld.StartAsync(postgres, chain: new ChainOptions { Confirmations = 0 });
        var reserved = await world.SendAsync(Plans.Create(), Plans.Create(gas: Above, maxFeeGwei: 2), Plans.Create());

        await world.WaitForAsync(reserved[0].Plan.Id, 4);

        // Each time: the mark of the broadcast may be written late, and begins the wait anew.
        await world.UntilAsync(async () => await world.KindAsync(reserved[1].Plan.Id) == 5, async () =>
        {
            world.Time.Advance(Patience);
            await world.Engine.ConfirmAsync(Cancellation);
            await world.Node.MineAsync(1, Cancellation);
        });
        await world.PassUntilAsync(reserved[2].Plan.Id, 4);

        Assert.Equal(2, (await world.HashesAsync(reserved[1].Plan.Id)).Count);
        Assert.Equal(21_000L, await world.Database.ScalarAsync<long>($"select gas_used from transactions where id = '{reserved[1].Plan.Id}'"));
        Assert.Equal([3UL], await world.Chain.ReadNoncesAsync([world.Keys[0].Address], Cancellation));
    }

    [Fact]
    public async Task Not_mined_in_time_it_is_replaced_and_its_nonce_closed()
    {
        await using var world = await EngineWorld.StartAsync(postgres, OnDemand, new ChainOptions { Confirmations = 0 });
        var reserved = await world.SendAsync(Plans.Create(expiresAt: world.Time.GetUtcNow().AddMinutes(10)), Plans.Create());
        var payload = Assert.Single(await world.HashesAsync(reserved[0].Plan.Id));

        world.Time.Advance(TimeSpan.FromMinutes(11));
        await world.Engine.ConfirmAsync(Cancellation);
        await world.Engine.ConfirmAsync(Cancellation);
        var hashes = await world.HashesAsync(reserved[0].Plan.Id);
        Assert.Equal(2, hashes.Count);
        Assert.True(await world.IsKnownToNodeAsync(hashes[1]));

        await world.PassUntilAsync(reserved[0].Plan.Id, 5);
        await world.PassUntilAsync(reserved[1].Plan.Id, 4);
        Assert.Null(Assert.Single((await world.Chain.ReadReceiptsAsync([payload], Cancellation)).Receipts));
    }

    [Fact]
    public async Task Expired_before_it_was_signed_its_payload_is_never_sent()
    {
        await using var world = await EngineWorld.StartAsync(postgres, chain: new ChainOptions { Confirmations = 0 });
        var reserved = Assert.Single(await world.ReserveAsync(Plans.Create(expiresAt: world.Time.GetUtcNow().AddMinutes(10))));
        var payload = Keccak256.Hash(await SignAsync(world, reserved));

        world.Time.Advance(TimeSpan.FromMinutes(11));
        await world.PassUntilAsync(reserved.Plan.Id, 5);

        Assert.NotEqual(payload, Assert.Single(await world.HashesAsync(reserved.Plan.Id)));
    }

    [Fact]
    public async Task Mined_in_time_it_is_confirmed_although_nobody_looked_until_it_was_over()
    {
        await using var world = await EngineWorld.StartAsync(postgres, chain: new ChainOptions { Confirmations = 0 });
        var reserved = Assert.Single(await world.ReserveAsync(Plans.Create(expiresAt: world.Time.GetUtcNow().AddMinutes(10))));
        var raw = await SignAsync(world, reserved);
        await using (var connection = await world.Database.OpenAsync())
        {
            await new TransactionStore(world.Time).StoreAttemptsAsync(
                connection, [(reserved.Plan.Id, new Attempt(1, Keccak256.Hash(raw), raw, false))], Cancellation);
        }

        await world.Chain.SendRawAsync([raw], Cancellation);
        while ((await world.Chain.ReadNoncesAsync([reserved.Signer], Cancellation))[0] == 0)
        {
            await Task.Delay(20, Cancellation); // The node takes it first and mines it then.
        }

        world.Time.Advance(TimeSpan.FromMinutes(11));
        await world.Engine.ConfirmAsync(Cancellation);

        Assert.Equal(4, await world.KindAsync(reserved.Plan.Id));
    }

    [Fact]
    public async Task A_nonce_that_a_foreign_hand_used_is_given_up_after_some_blocks_and_the_next_ones_go_on()
    {
        await using var world = await EngineWorld.StartAsync(postgres);
        var stolen = (await world.ReserveAsync(Plans.Many(3)))[0];
        var stranger = await world.UseElsewhereAsync(world.Keys[0]);
        await world.UseElsewhereAsync(world.Keys[0]);
        await world.UseElsewhereAsync(world.Keys[0]);

        await world.UntilAsync(async () => await world.KindAsync(stolen.Plan.Id) == 7, async () =>
        {
            world.Time.Advance(Patience);
            await world.Engine.ConfirmAsync(Cancellation);
            await world.Node.MineAsync(1, Cancellation);
        });
        var next = Assert.Single(await world.SendAsync(Plans.Create()));
        Assert.Equal(3UL, next.Nonce);
        await world.PassUntilAsync(next.Plan.Id, 4);
        Assert.Contains("Who has its key?", world.Logs.Text, StringComparison.Ordinal);
        Assert.Equal(
            stranger, new Hash32(await world.Database.ScalarAsync<byte[]>($"select by_hash from displaced where transaction_id = '{stolen.Plan.Id}'")));
        Assert.DoesNotContain(world.Keys[0].PrivateKey[2..], world.Logs.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_key_that_is_not_at_hand_holds_up_its_own_transactions_only()
    {
        await using var world = await EngineWorld.StartAsync(postgres, signers: 2);
        var reserved = new[] { (await world.ReserveAsync(Plans.Create()))[0], (await world.ReserveAsync(Plans.Create()))[0] };
        Assert.NotEqual(reserved[0].Signer, reserved[1].Signer);
        world.Signers.Missing.Add(reserved[0].Signer);

        world.Time.Advance(Patience);
        await world.PassUntilAsync(reserved[1].Plan.Id, 4);
        Assert.Equal(0, await world.KindAsync(reserved[0].Plan.Id));

        world.Signers.Missing.Clear();
        await world.PassUntilAsync(reserved[0].Plan.Id, 4);
    }

    [Fact]
    public async Task One_outcome_that_cannot_be_written_holds_up_nobody_else()
    {
        await using var world = await EngineWorld.StartAsync(postgres, OnDemand, new ChainOptions { Confirmations = 0 });
        var reserved = await world.SendAsync(Plans.Many(5));
        world.Purpose.Fails = change => change.Transaction.Id == reserved[2].Plan.Id;
        await world.Node.MineAsync(1, Cancellation);

        foreach (var other in reserved.Where((_, i) => i != 2))
        {
            await world.WaitForAsync(other.Plan.Id, 4);
        }

        Assert.InRange(await world.KindAsync(reserved[2].Plan.Id), (short)1, (short)2);
        world.Purpose.Fails = _ => false;
        await world.WaitForAsync(reserved[2].Plan.Id, 4);
        Assert.Equal(5L, await world.Database.ScalarAsync<long>("select count(*) from told"));
    }

    [Fact]
    public async Task A_purpose_that_this_program_does_not_know_is_still_entered_in_the_ledger()
    {
        await using var world = await EngineWorld.StartAsync(postgres, chain: new ChainOptions { Confirmations = 0 });

        var reserved = await world.SendAsync(Plans.Create(purpose: "of the future"), Plans.Create());

        await world.WaitForAsync(reserved[0].Plan.Id, 4);
        await world.WaitForAsync(reserved[1].Plan.Id, 4);
    }

    [Fact]
    public async Task The_database_crashes_under_load_and_every_reservation_is_carried_out_when_it_returns()
    {
        await using var server = await PostgresServer.StartAsync(cancellation: Cancellation);
        await using var own = new PostgresFixture(server);
        await using var world = await EngineWorld.StartAsync(own, new AnvilOptions { BlockTime = TimeSpan.FromSeconds(0.2) });
        var reserved = await world.ReserveAsync(Plans.Many(40));
        var submissions = reserved.Select(item => world.Engine.SubmitAsync(item, Cancellation)).ToArray();
        await server.CrashAsync();
        await Task.WhenAll(submissions).ContinueWith(_ => { }, TaskScheduler.Default);
        await server.StartAsync(Cancellation);

        world.Time.Advance(LongAgo);
        await world.UntilAsync(
            async () => await world.Database.ScalarAsync<long>("select count(*) from transactions where state = 4") == 40,
            () => world.Engine.ConfirmAsync(Cancellation));
        Assert.Equal(40L, await world.Database.ScalarAsync<long>("select count(*) from attempts"));
        Assert.Equal([40UL], await world.Chain.ReadNoncesAsync([world.Keys[0].Address], Cancellation));
    }

    private static async Task<byte[]> SignAsync(EngineWorld world, ReservedTransaction reserved)
    {
        var signer = await world.Signers.FindAsync(reserved.ChainId, reserved.Signer, Cancellation);
        UnsignedTransaction unsigned = reserved.Payload();
        return unsigned.Encode(await signer!.SignAsync(unsigned.SigningDigest(), Cancellation));
    }
}
