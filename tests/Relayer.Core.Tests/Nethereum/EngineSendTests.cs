using DevChain;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.Web3;
using Relayer.Core.Ethereum;
using Relayer.Core.Nethereum;
using Relayer.Core.Tests.Keepers;
using Relayer.Core.Tests.Keepers.Views;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Transactions.Replacement;
using SampleKeepers;

namespace Relayer.Core.Tests.Nethereum;

/// <summary>What is sent with Nethereum, and what becomes of it, on a chain whose blocks the test makes.</summary>
[Trait("needs", "services")]
public sealed class EngineSendTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => KeeperWorld.Cancellation;

    [Fact]
    public async Task Whichever_attempt_is_mined_its_receipt_is_waited_for()
    {
        await using var world = await StartAsync();
        var (app, web3) = Open(world);
        var waiting = web3.Eth.GetContractTransactionHandler<SettleFunction>().SendRequestAndWaitForReceiptAsync(
            $"{world.Book.Address}", new SettleFunction { Entry = 1 }, Cancellation);
        await world.Keepers.BecomesAsync(async () => await CountAsync(world, "select count(*) from transactions where state = 2") == 1);
        var id = await world.Keepers.ScalarAsync<Guid>("select id from transactions");
        Assert.IsType<ReplacementOutcome.Done>(await app.Engine.SpeedUpAsync(id, Cancellation));
        await world.Keepers.BecomesAsync(() => Task.FromResult(waiting.IsCompleted), () => world.Keepers.Node.MineAsync(1, Cancellation));
        var receipt = await waiting;

        Assert.Equal(2, await CountAsync(world, "select count(*) from attempts"));
        Assert.Equal($"{new Hash32(await world.Keepers.ScalarAsync<byte[]>("select hash from attempts where number = 2"))}", receipt.TransactionHash);
        Assert.Equal(1, receipt.Status.Value);

        // By the first attempt's hash too, which no block has.
        var first = new Hash32(await world.Keepers.ScalarAsync<byte[]>("select hash from attempts where number = 1"));
        Assert.Equal(receipt.TransactionHash, (await web3.TransactionReceiptPolling.PollForReceiptAsync($"{first}", Cancellation)).TransactionHash);
    }

    [Fact]
    public async Task What_lost_its_nonce_to_a_noop_is_told_to_who_waits()
    {
        await using var world = await StartAsync();
        var (app, web3) = Open(world);
        var waiting = web3.Eth.GetContractTransactionHandler<SettleFunction>().SendRequestAndWaitForReceiptAsync(
            $"{world.Book.Address}", new SettleFunction { Entry = 1 }, Cancellation);
        await world.Keepers.BecomesAsync(async () => await CountAsync(world, "select count(*) from transactions where state = 2") == 1);
        await app.Engine.CancelAsync(await world.Keepers.ScalarAsync<Guid>("select id from transactions"), Cancellation);
        await world.Keepers.BecomesAsync(() => Task.FromResult(waiting.IsCompleted), () => world.Keepers.Node.MineAsync(1, Cancellation));

        var lost = await Assert.ThrowsAsync<TransactionNotMinedException>(() => waiting);
        Assert.Equal("cancelled", lost.Transaction.State);
        Assert.Equal(0UL, await world.TotalAsync());
    }

    [Fact]
    public async Task What_reverts_when_it_is_mined_has_a_receipt_that_says_so()
    {
        await using var world = await StartAsync();
        var turning = await world.Book.SubmitAsync("setTurning(bool)", true);
        await world.Keepers.Node.MineAsync(1, Cancellation);
        await world.Book.MinedAsync(turning);
        var (_, web3) = Open(world);
        var waiting = web3.Eth.GetContractTransactionHandler<SettleFunction>().SendRequestAndWaitForReceiptAsync(
            $"{world.Book.Address}", new SettleFunction { Entry = 1, Gas = 200_000 }, Cancellation);
        await world.Keepers.BecomesAsync(() => Task.FromResult(waiting.IsCompleted), () => world.Keepers.Node.MineAsync(1, Cancellation));
        Assert.Equal(0, (await waiting).Status.Value);
    }

    [Fact]
    public async Task Key_nonce_and_price_are_the_engines_and_who_names_them_is_told()
    {
        await using var world = await StartAsync();
        var (_, web3) = Open(world);
        var manager = web3.TransactionManager;
        var to = $"{world.Book.Address}";
        foreach (var input in new[]
        {
            new TransactionInput { To = to, Nonce = new(1) }, new TransactionInput { To = to, GasPrice = new(1) },
            new TransactionInput { To = to, MaxFeePerGas = new(1) }, new TransactionInput { Data = "0x6000" },
        })
        {
            await Assert.ThrowsAsync<NotSupportedException>(() => manager.SendTransactionAsync(input));
        }

        await Assert.ThrowsAsync<ArgumentException>(() => manager.SendTransactionAsync(new TransactionInput { To = to, Gas = new(20_999) }));
        await Assert.ThrowsAsync<NotSupportedException>(() => manager.SignTransactionAsync(new TransactionInput { To = to }));
        Assert.Throws<NotSupportedException>(() => manager.Account.NonceService);
        await Assert.ThrowsAsync<NotSupportedException>(() => web3.Eth.AccountSigning.PersonalSign.SendRequestAsync([1]));
        await Assert.ThrowsAsync<NotSupportedException>(() => web3.Eth.Transactions.SendRawTransaction.SendRequestAsync("0x01"));
        await Assert.ThrowsAsync<NotSupportedException>(() => web3.Personal.ListAccounts.SendRequestAsync());
        Assert.Equal(0, await CountAsync(world, "select count(*) from transactions"));
    }

    [Fact]
    public async Task From_DI_there_is_one_for_each_chain_by_its_name()
    {
        await using var world = await StartAsync();
        var (app, _) = Open(world);
        var web3 = app.GetKeyed<IWeb3>("test");
        Assert.Equal(world.Keepers.Node.ChainId, (await web3.Eth.ChainId.SendRequestAsync()).Value);
        Assert.NotSame(web3, app.GetKeyed<IWeb3>("test"));
        Assert.Throws<KeyNotFoundException>(() => app.GetKeyed<IWeb3>("elsewhere"));
    }

    private Task<BookWorld> StartAsync() => BookWorld.StartAsync(postgres, new AnvilOptions { MineOnDemand = true });

    private static (KeeperInstance App, IWeb3 Web3) Open(BookWorld world)
    {
        var app = world.Add(options => options.Every = TimeSpan.FromDays(1));
        return (app, app.Get<IWeb3Factory>().For(new ChainId(world.Keepers.Node.ChainId), BookWorld.Name));
    }

    private static Task<long> CountAsync(BookWorld world, string sql) => world.Keepers.ScalarAsync<long>(sql);
}
