using DevChain;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Transactions;

/// <summary>Nonces that nobody holds, between the chain's and ours.</summary>
[Trait("needs", "services")]
public sealed class GapFillerTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static AnvilOptions OnDemand => new() { MineOnDemand = true };

    [Fact]
    public async Task A_foreign_transaction_that_a_reorg_took_back_leaves_its_nonce_to_a_noop()
    {
        await using var world = await EngineWorld.StartAsync(postgres, OnDemand, new ChainOptions { Confirmations = 0 });
        await world.Node.MineAsync(2, Cancellation);
        var snapshot = await world.Node.SnapshotAsync(Cancellation);
        var foreign = await SendForeignAsync(world, nonce: 0);
        await world.Node.MineAsync(1, Cancellation);
        var reserved = Assert.Single(await world.SendAsync(Plans.Create()));
        Assert.Equal(1UL, reserved.Nonce);

        await world.Node.RevertAsync(snapshot, Cancellation);
        await world.Node.DropTransactionAsync($"{foreign}", Cancellation);
        await world.Node.MineAsync(2, Cancellation);
        await world.Engine.ConfirmAsync(Cancellation);
        Assert.Equal(1L, await world.Database.ScalarAsync<long>("select count(*) from transactions"));
        await world.Engine.ConfirmAsync(Cancellation);
        world.Time.Advance(TimeSpan.FromSeconds(20));
        await world.PassUntilAsync(reserved.Plan.Id, 4);

        var noop = await world.Database.ScalarAsync<Guid>("select id from transactions where purpose = 'noop' and nonce = 0");
        await world.PassUntilAsync(noop, 4);
        Assert.Equal([2UL], await world.Chain.ReadNoncesAsync([reserved.Signer], Cancellation));
        Assert.Single(world.Logs.Lines, line => line.StartsWith("Error 222", StringComparison.Ordinal));
        Assert.DoesNotContain("knows the purpose", world.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_counter_that_ran_ahead_with_nothing_under_way_is_lowered()
    {
        await using var world = await EngineWorld.StartAsync(postgres, chain: new ChainOptions { Confirmations = 0 });
        var first = Assert.Single(await world.SendAsync(Plans.Create()));
        await world.WaitForAsync(first.Plan.Id, 4);
        await world.Database.ExecuteAsync("update signers set next_nonce = 900");

        await world.Engine.ConfirmAsync(Cancellation);
        Assert.Equal(900L, await world.Database.ScalarAsync<long>("select next_nonce from signers"));
        await world.Engine.ConfirmAsync(Cancellation);
        Assert.Equal(1L, await world.Database.ScalarAsync<long>("select next_nonce from signers"));

        var next = Assert.Single(await world.SendAsync(Plans.Create()));
        Assert.Equal(1UL, next.Nonce);
        await world.WaitForAsync(next.Plan.Id, 4);
    }

    [Fact]
    public async Task A_counter_that_ran_ahead_below_what_is_under_way_is_filled_up_by_two_instances_at_once()
    {
        await using var world = await EngineWorld.StartAsync(postgres, chain: new ChainOptions { Confirmations = 0 });
        var other = world.AddInstance();
        await world.Engine.QuoteAsync(1, Cancellation);
        await world.Database.ExecuteAsync("update signers set next_nonce = 20");
        var stuck = Assert.Single(await world.SendAsync(Plans.Create()));
        Assert.Equal(20UL, stuck.Nonce);

        await world.UntilAsync(
            async () => await world.KindAsync(stuck.Plan.Id) == 4,
            () => Task.WhenAll(world.Engine.ConfirmAsync(Cancellation), other.ConfirmAsync(Cancellation)));
        Assert.Equal(20L, await world.Database.ScalarAsync<long>("select count(*) from transactions where purpose = 'noop'"));
        Assert.Equal([21UL], await world.Chain.ReadNoncesAsync([stuck.Signer], Cancellation));
    }

    [Fact]
    public async Task Confirmed_transactions_that_a_deeper_reorg_took_are_sent_again_as_they_were()
    {
        await using var world = await EngineWorld.StartAsync(postgres, OnDemand, new ChainOptions { Confirmations = 0 });
        await world.Node.MineAsync(2, Cancellation);
        var snapshot = await world.Node.SnapshotAsync(Cancellation);
        var confirmed = Assert.Single(await world.SendAsync(Plans.Create()));
        var hash = Assert.Single(await world.HashesAsync(confirmed.Plan.Id));
        await world.Node.MineAsync(1, Cancellation);
        await world.WaitForAsync(confirmed.Plan.Id, 4);

        await world.Node.RevertAsync(snapshot, Cancellation);
        await world.Node.DropTransactionAsync($"{hash}", Cancellation);

        // The blocks in the others' place: a chain that stays shorter than what was confirmed is not believed for five minutes.
        await world.Node.MineAsync(1, Cancellation);
        await world.Engine.ConfirmAsync(Cancellation);
        await world.Engine.ConfirmAsync(Cancellation);

        Assert.True(await world.IsKnownToNodeAsync(hash));
        await world.Node.MineAsync(1, Cancellation);
        var next = Assert.Single(await world.SendAsync(Plans.Create()));
        await world.PassUntilAsync(next.Plan.Id, 4);
        Assert.Contains("Critical 224", world.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_a_displaced_payload_stood_and_a_reorg_took_the_other_a_noop_stands_in()
    {
        await using var world = await EngineWorld.StartAsync(postgres, OnDemand, new ChainOptions { Confirmations = 0 });
        await world.Node.MineAsync(2, Cancellation);
        var displaced = Assert.Single(await world.SendAsync(Plans.Create(value: 5)));
        await world.Node.DropTransactionAsync($"{Assert.Single(await world.HashesAsync(displaced.Plan.Id))}", Cancellation);
        await world.Database.ExecuteAsync("update transactions set state = 7");

        await world.Engine.ConfirmAsync(Cancellation);
        await world.Engine.ConfirmAsync(Cancellation);
        await world.PassUntilAsync(displaced.Plan.Id, 5);

        Assert.Equal([new Wei(0UL)], await world.Chain.ReadBalancesAsync([Plans.Nobody], Cancellation));
        Assert.Equal("noop", await world.Database.ScalarAsync<string>("select purpose from transactions"));
        Assert.Equal([1UL], await world.Chain.ReadNoncesAsync([displaced.Signer], Cancellation));
    }

    private static async Task<Hash32> SendForeignAsync(EngineWorld world, ulong nonce)
    {
        var signer = (await world.Signers.GetSignersAsync(world.Chain.ChainId, Cancellation))[0];
        var unsigned = new UnsignedTransaction(
            world.Chain.ChainId, nonce, Plans.Nobody, new Wei(1UL), 50_000, ReadOnlyMemory<byte>.Empty,
            new TransactionFees.Dynamic(Wei.FromGwei(10), Wei.FromGwei(1)));
        var raw = unsigned.Encode(await signer.SignAsync(unsigned.SigningDigest(), Cancellation));
        Assert.True(Assert.Single(await world.Chain.SendRawAsync([raw], Cancellation)).IsAccepted);
        return Keccak256.Hash(raw);
    }
}
