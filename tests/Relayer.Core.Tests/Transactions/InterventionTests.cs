using DevChain;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Transactions.Fees;
using Relayer.Core.Transactions.Replacement;

namespace Relayer.Core.Tests.Transactions;

/// <summary>What an operator asks of one transaction.</summary>
[Trait("needs", "services")]
public sealed class InterventionTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static AnvilOptions OnDemand => new() { MineOnDemand = true };

    [Fact]
    public async Task A_cancelled_transaction_gives_its_nonce_to_a_noop_once_however_often_it_is_asked()
    {
        await using var world = await EngineWorld.StartAsync(postgres, OnDemand, new ChainOptions { Confirmations = 0 });
        var reserved = await world.SendAsync(Plans.Create(value: 5), Plans.Create());
        var id = reserved[0].Plan.Id;

        var done = Assert.IsType<ReplacementOutcome.Done>(await world.Engine.CancelAsync(id, Cancellation));
        Assert.Equal(done, await world.AddInstance().CancelAsync(id, Cancellation));
        Assert.Equal(2, (await world.HashesAsync(id)).Count);
        await world.PassUntilAsync(id, 5);
        await world.PassUntilAsync(reserved[1].Plan.Id, 4);

        Assert.Equal(done, await world.Engine.CancelAsync(id, Cancellation));
        Assert.Equal(new ReplacementOutcome.TooLate("cancelled"), await world.Engine.SpeedUpAsync(id, Cancellation));
        Assert.Equal(done.Hash, new Hash32(await world.Database.ScalarAsync<byte[]>($"select hash from transactions where id = '{id}'")));
        Assert.Equal([new Wei(0UL)], await world.Chain.ReadBalancesAsync([Plans.Nobody], Cancellation));
    }

    [Fact]
    public async Task A_cancellation_comes_too_late_for_what_a_block_has()
    {
        await using var world = await EngineWorld.StartAsync(postgres, chain: new ChainOptions { Confirmations = 3 });
        var id = Assert.Single(await world.SendAsync(Plans.Create())).Plan.Id;
        await world.WaitForAsync(id, 3);

        Assert.Equal(new ReplacementOutcome.TooLate("mined"), await world.Engine.CancelAsync(id, Cancellation));
        Assert.Equal(new ReplacementOutcome.TooLate("mined"), await world.Engine.SpeedUpAsync(id, Cancellation));
        await world.PassUntilAsync(id, 4);
        Assert.Equal(new ReplacementOutcome.TooLate("confirmed"), await world.Engine.CancelAsync(id, Cancellation));
        Assert.Equal(new ReplacementOutcome.NotFound(), await world.Engine.CancelAsync(Guid.NewGuid(), Cancellation));
        Assert.Equal(new ReplacementOutcome.NotFound(), await world.Engine.SpeedUpAsync(Guid.NewGuid(), Cancellation));
    }

    [Fact]
    public async Task A_wish_to_cancel_outlives_the_process_and_the_payload_is_never_signed()
    {
        await using var world = await EngineWorld.StartAsync(postgres, chain: new ChainOptions { Confirmations = 0 });
        var reserved = Assert.Single(await world.ReserveAsync(Plans.Create(value: 5)));
        world.Signers.Missing.Add(reserved.Signer);

        Assert.IsType<ReplacementOutcome.Recorded>(await world.Engine.CancelAsync(reserved.Plan.Id, Cancellation));
        world.Signers.Missing.Clear();

        // Whoever had it in hand comes too late.
        Assert.False((await world.Engine.SubmitAsync(reserved, Cancellation)).IsTaken);
        var other = world.AddInstance();
        await other.ConfirmAsync(Cancellation);
        await world.PassUntilAsync(reserved.Plan.Id, 5);
        Assert.Equal([true], await world.Database.ColumnAsync<bool>("select noop from attempts"));
    }

    [Fact]
    public async Task Sped_up_it_is_mined_with_the_higher_fees_and_asking_twice_bumps_once()
    {
        await using var world = await EngineWorld.StartAsync(postgres, OnDemand, new ChainOptions { Confirmations = 0 });
        var id = Assert.Single(await world.SendAsync(Plans.Create())).Plan.Id;

        var done = Assert.IsType<ReplacementOutcome.Done>(await world.Engine.SpeedUpAsync(id, Cancellation));
        Assert.Equal(done, await world.Engine.SpeedUpAsync(id, Cancellation));
        Assert.Equal(done.Hash, (await world.HashesAsync(id))[1]);
        Assert.True(await world.IsKnownToNodeAsync(done.Hash));

        await world.PassUntilAsync(id, 4);
        Assert.Equal(done.Hash, new Hash32(await world.Database.ScalarAsync<byte[]>("select hash from transactions")));
        Assert.Equal("11250000000", await world.Database.ScalarAsync<string>("select max_fee::text from attempts where number = 2"));
    }

    [Fact]
    public async Task Where_data_costs_gas_every_limit_has_room_for_it()
    {
        await using var world = await EngineWorld.StartAsync(
            postgres, OnDemand, new ChainOptions { Confirmations = 0, Fees = { DataGas = 30_000, DataFeeWei = new(9) } });
        var reserved = Assert.Single(await world.SendAsync(Plans.Create(gas: 50_000)));
        Assert.IsType<ReplacementOutcome.Done>(await world.Engine.CancelAsync(reserved.Plan.Id, Cancellation));

        var hashes = await world.HashesAsync(reserved.Plan.Id);
        var noop = await world.Node.Rpc.SendAsync("eth_getTransactionByHash", [$"{hashes[1]}"], Cancellation);
        Assert.Equal(80_000L, await world.Database.ScalarAsync<long>("select gas_limit from transactions"));
        Assert.Equal("0xc738", noop.GetProperty("gas").GetString());
        await world.PassUntilAsync(reserved.Plan.Id, 5);
    }

    [Fact]
    public async Task A_quote_is_at_the_speed_asked_for_and_counts_the_data_fee()
    {
        await using var world = await EngineWorld.StartAsync(
            postgres, chain: new ChainOptions { Fees = { DataFeeWei = new(9_000_000_000_000_000_000), Speed = "Slow" } });
        var slow = await world.Engine.QuoteAsync(50_000, Cancellation);
        var fast = await world.Engine.QuoteAsync(50_000, Speed.Fast, Cancellation);

        Assert.True(slow.Fees!.MaxPrice < fast.Fees!.MaxPrice);
        Assert.Single(slow.Signers);
        Assert.Empty((await world.Engine.QuoteAsync(3_000_000_000, Cancellation)).Signers);
    }

    [Fact]
    public async Task At_the_cap_nothing_is_sped_up_but_a_cancellation_stays_on_record()
    {
        await using var world = await EngineWorld.StartAsync(
            postgres, OnDemand, new ChainOptions { Confirmations = 0, Fees = { MaxFeePerGasWei = new(10_000_000_000) } });
        var id = Assert.Single(await world.SendAsync(Plans.Create(maxFeeGwei: 10))).Plan.Id;

        var cap = Assert.IsType<ReplacementOutcome.AtCap>(await world.Engine.SpeedUpAsync(id, Cancellation));
        Assert.Equal(Wei.FromGwei(10), cap.Fees.MaxPrice);
        Assert.Single(await world.HashesAsync(id));
        Assert.Equal(cap, await world.Engine.CancelAsync(id, Cancellation));

        // The node still holds the payload, and mines it; that is on record too.
        await world.PassUntilAsync(id, 4);
    }
}
