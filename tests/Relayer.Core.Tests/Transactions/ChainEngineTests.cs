using DevChain;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Transactions;

namespace Relayer.Core.Tests.Transactions;

/// <summary>What becomes of transactions on a chain that behaves.</summary>
[Trait("needs", "services")]
public sealed class ChainEngineTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_sent_is_confirmed_and_the_ledger_equals_what_left_the_account_to_the_wei()
    {
        await using var world = await EngineWorld.StartAsync(
            postgres, new AnvilOptions { BlockTime = TimeSpan.FromSeconds(0.2) }, signers: 2);
        var before = await world.Chain.ReadBalancesAsync([.. world.Keys.Select(key => key.Address)], Cancellation);

        var reserved = await world.SendAsync([.. Plans.Many(20).Select((plan, i) => plan with { Value = new Wei((ulong)i) })]);
        foreach (var transaction in reserved)
        {
            await world.WaitForAsync(transaction.Plan.Id, 4);
        }

        var after = await world.Chain.ReadBalancesAsync([.. world.Keys.Select(key => key.Address)], Cancellation);
        var left = before.Zip(after, (was, now) => (was - now).ToBigInteger()).Aggregate((one, other) => one + other);
        Assert.Equal(left, await world.Database.ScalarAsync<System.Numerics.BigInteger>("select sum(fee + value) from transactions"));
        Assert.Equal(
            await world.Database.ScalarAsync<long>("select count(*) from transactions where fee = gas_used * gas_price + l1_fee"), reserved.Count);
        foreach (var transaction in reserved)
        {
            var receipt = Assert.Single((await world.Chain.ReadReceiptsAsync(await world.HashesAsync(transaction.Plan.Id), Cancellation)).Receipts)!;
            Assert.Equal(receipt.Fee.ToBigInteger(), await world.Database.ScalarAsync<System.Numerics.BigInteger>(
                $"select fee from transactions where id = '{transaction.Plan.Id}'"));
        }
    }

    [Fact]
    public async Task A_signer_with_a_past_starts_at_the_chains_nonce()
    {
        await using var world = await EngineWorld.StartAsync(postgres);
        await world.Node.SetNonceAsync($"{world.Keys[0].Address}", 17, Cancellation);

        var reserved = Assert.Single(await world.SendAsync(Plans.Create()));

        Assert.Equal(17UL, reserved.Nonce);
        await world.WaitForAsync(reserved.Plan.Id, 3, 4);
    }

    [Fact]
    public async Task It_counts_only_when_as_many_blocks_as_asked_are_on_top()
    {
        await using var world = await EngineWorld.StartAsync(postgres, chain: new ChainOptions { Confirmations = 3 });
        var id = Assert.Single(await world.SendAsync(Plans.Create())).Plan.Id;
        await world.WaitForAsync(id, 3);

        await world.Node.MineAsync(2, Cancellation);
        await world.Engine.ConfirmAsync(Cancellation);
        await world.Engine.ConfirmAsync(Cancellation);
        Assert.Equal(3, await world.KindAsync(id));

        await world.Node.MineAsync(1, Cancellation);
        await world.WaitForAsync(id, 4);
    }

    [Fact]
    public async Task An_outer_revert_fails_and_its_fee_is_on_record()
    {
        await using var world = await EngineWorld.StartAsync(postgres, chain: new ChainOptions { Confirmations = 0 });
        await world.PutAsync(Plans.Account(1), "0x60006000fd");

        var id = Assert.Single(await world.SendAsync(Plans.Create(to: Plans.Account(1)))).Plan.Id;
        await world.WaitForAsync(id, 6);

        Assert.True(await world.Database.ScalarAsync<bool>("select fee > 0 and not succeeded from transactions"));
        Assert.Equal(["Failed"], await world.Database.ColumnAsync<string>("select state from told"));
    }

    [Fact]
    public async Task Several_instances_carry_out_each_transaction_once_and_tell_each_outcome_once()
    {
        await using var world = await EngineWorld.StartAsync(
            postgres, new AnvilOptions { BlockTime = TimeSpan.FromSeconds(0.2) }, new ChainOptions { Confirmations = 0 }, signers: 3);
        ChainEngine[] instances = [world.Engine, world.AddInstance(), world.AddInstance()];
        var quotes = await Task.WhenAll(instances.Select(engine => engine.QuoteAsync(50_000, Cancellation)));

        await Parallel.ForAsync(0, 60, new ParallelOptions { MaxDegreeOfParallelism = 12, CancellationToken = Cancellation }, async (i, token) =>
        {
            var engine = instances[i % 3];
            await using var connection = await world.Database.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync(token);
            var reserved = Assert.Single(await engine.ReserveAsync(connection, quotes[i % 3].Signers, [Plans.Create()], token));
            await transaction.CommitAsync(token);

            // Now and then two instances have the same one in hand.
            await Task.WhenAll(engine.SubmitAsync(reserved, token), i % 5 == 0 ? instances[(i + 1) % 3].SubmitAsync(reserved, token) : Task.CompletedTask);
        });

        foreach (var id in await world.Database.ColumnAsync<Guid>("select id from transactions"))
        {
            await world.WaitForAsync(id, 4);
        }

        Assert.Equal(60L, await world.Database.ScalarAsync<long>("select count(distinct id) from told where state = 'Confirmed'"));
        Assert.Equal(0L, await world.Database.ScalarAsync<long>("select count(*) from (select 1 from told group by id, state having count(*) > 1) twice"));
        Assert.Equal(60L, await world.Database.ScalarAsync<long>("select count(*) from attempts"));
        var mined = await world.Chain.ReadNoncesAsync([.. world.Keys.Select(key => key.Address)], Cancellation);
        Assert.Equal(60UL, mined.Aggregate((one, other) => one + other));
    }

    [Fact]
    public async Task A_signer_without_money_is_passed_over_and_takes_its_share_once_it_is_funded()
    {
        await using var world = await EngineWorld.StartAsync(postgres, signers: 2);
        await world.Node.SetBalanceAsync($"{world.Keys[0].Address}", 1_000, Cancellation);

        var quote = await world.Engine.QuoteAsync(50_000, Cancellation);
        Assert.Equal([world.Keys[1].Address], quote.Signers);
        await world.Node.SetBalanceAsync($"{world.Keys[1].Address}", 1_000, Cancellation);
        await Task.Delay(world.Engine.Settings.ReadingMaxAge + TimeSpan.FromMilliseconds(100), Cancellation);
        Assert.Empty((await world.Engine.QuoteAsync(50_000, Cancellation)).Signers);

        await world.Node.SetBalanceAsync($"{world.Keys[0].Address}", new Wei((UInt128)1_000_000_000_000_000_000).ToBigInteger(), Cancellation);
        await Task.Delay(world.Engine.Settings.ReadingMaxAge + TimeSpan.FromMilliseconds(100), Cancellation);
        var reserved = Assert.Single(await world.SendAsync(Plans.Create()));
        Assert.Equal(world.Keys[0].Address, reserved.Signer);
    }
}
