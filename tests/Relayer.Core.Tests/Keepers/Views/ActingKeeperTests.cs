using Nethereum.Contracts.ContractHandlers;
using Nethereum.Web3;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Views;
using Relayer.Core.Nethereum;
using Relayer.Core.Tests.Storage;
using SampleKeepers;

namespace Relayer.Core.Tests.Keepers.Views;

/// <summary>Keepers that send with the library themselves, each in its own way.</summary>
[Trait("needs", "services")]
public sealed class ActingKeeperTests(PostgresFixture postgres)
{
    [Fact]
    public async Task What_a_keeper_sends_itself_has_the_same_records_and_it_sees_our_confirmation()
    {
        await using var world = await BookWorld.StartAsync(postgres);
        Waiting.Seen = null;
        var run = await world.Add<Waiting>().RunAsync(BookWorld.Name);

        Assert.Equal((1, 1), (run.Found, run.Sent));
        Assert.Equal(Waiting.Seen, $"{new Hash32(await world.Keepers.ScalarAsync<byte[]>("select hash from transactions where state = 4"))} 1");
        await world.Keepers.SettledAsync();
        Assert.Equal(["found:found", "sent:sent", "won:won"], await world.DecisionsAsync());
        Assert.Equal(1UL, await world.TotalAsync());
    }

    [Fact]
    public async Task Budget_simulation_and_silence_stop_it_and_are_told()
    {
        await using var world = await BookWorld.StartAsync(postgres, entries: 1);
        await world.Add<Sending>(options => options.MaxLossPerDayWei = new(1_000_000_000_000)).RunAsync(BookWorld.Name);
        Assert.Equal("skipped:budget_spent", (await world.DecisionsAsync())[^1]);
        world.Keepers.Time.Advance(TimeSpan.FromSeconds(6));
        await world.Add<Wrong>().RunAsync(BookWorld.Name);
        Assert.Equal("skipped:simulation_reverted", (await world.DecisionsAsync())[^1]);
        Assert.Contains("no such entry", await LastDetailAsync(world), StringComparison.Ordinal);
        world.Keepers.Time.Advance(TimeSpan.FromMinutes(1));
        await world.Add<Idle>().RunAsync(BookWorld.Name);
        Assert.Equal("skipped:nothing_sent", (await world.DecisionsAsync())[^1]);
        world.Keepers.Time.Advance(TimeSpan.FromMinutes(1));
        await world.Add<Idle>(options => options.DryRun = true).RunAsync(BookWorld.Name);
        Assert.Equal("skipped:dry_run", (await world.DecisionsAsync())[^1]);
        Assert.Equal(0, await world.Keepers.ScalarAsync<long>("select count(*) from transactions"));
    }

    [Fact]
    public async Task A_piece_of_work_has_one_transaction_however_often_its_code_sends()
    {
        await using var world = await BookWorld.StartAsync(postgres, entries: 2);
        Assert.Equal(1, (await world.Add<Twice>().RunAsync(BookWorld.Name)).Sent);
        Assert.Contains("A piece of work has one transaction", world.Keepers.Logs.Text, StringComparison.Ordinal);
        await world.Keepers.SettledAsync();

        Assert.Equal(1, await world.Keepers.ScalarAsync<long>("select count(*) from transactions"));
        Assert.Equal(["found:found", "sent:sent", "won:won"], await world.DecisionsAsync());
    }

    [Fact]
    public async Task A_piece_of_work_whose_code_fails_is_alone_with_it()
    {
        await using var world = await BookWorld.StartAsync(postgres, entries: 3);
        var run = await world.Add<Failing>().RunAsync(BookWorld.Name);
        await world.Keepers.SettledAsync();

        Assert.Equal(("done", 2), (run.Outcome, run.Sent));
        Assert.Equal(["found:found", "skipped:act_failed"], await world.DecisionsAsync("1"));
        Assert.Equal(2UL, await world.TotalAsync());
    }

    [Fact]
    public async Task A_view_must_not_send()
    {
        await using var world = await BookWorld.StartAsync(postgres, entries: 1);
        Assert.Empty(await world.Add<Hasty>().Keepers.RunAsync(BookWorld.Name, KeeperWorld.Cancellation));
        Assert.Equal("InvalidOperationException", await world.Keepers.ScalarAsync<string>("select detail from keeper_runs"));
        Assert.Equal(0, await world.Keepers.ScalarAsync<long>("select count(*) from transactions"));
    }

    [Fact]
    public async Task Several_instances_of_one_that_sends_itself_do_each_piece_once()
    {
        await using var world = await BookWorld.StartAsync(postgres, signers: 2, entries: 4);
        KeeperInstance[] apps = [.. Enumerable.Range(0, 3).Select(_ => world.Add<Sending>())];
        await Task.WhenAll(apps.Select(app => app.RunAsync(BookWorld.Name)));
        await Task.WhenAll(apps.Select(app => app.RunAsync(BookWorld.Name)));
        await world.Keepers.SettledAsync();

        Assert.Equal(4, await world.Keepers.ScalarAsync<long>("select count(*) from transactions"));
        Assert.Equal(4, await world.Keepers.ScalarAsync<long>("select count(*) from keeper_decisions where decision = 'won'"));
        Assert.Equal(4UL, await world.TotalAsync());
    }

    [Fact]
    public async Task What_comes_back_under_the_same_key_is_the_next_piece_of_work()
    {
        await using var world = await BookWorld.StartAsync(postgres, entries: 2);
        var app = world.Add<OneKey>();
        await app.RunAsync(BookWorld.Name);
        await world.Keepers.BecomesAsync(
            async () => await world.Keepers.ScalarAsync<long>("select count(*) from keeper_work where state = 2") == 2, () => world.TickAsync(app));

        Assert.Equal(2UL, await world.TotalAsync());
        Assert.Equal(2, await world.Keepers.ScalarAsync<long>("select count(*) from keeper_work where subject = 'next'"));
        Assert.Equal(2, await world.Keepers.ScalarAsync<long>("select count(*) from transactions"));

        // What is removed by age still counts: a third one is not taken for the first.
        world.Keepers.Time.Advance(TimeSpan.FromDays(32));
        await app.Keepers.SweepAsync(KeeperWorld.Cancellation);
        Assert.Equal(2, await world.Keepers.ScalarAsync<long>("select pieces from keeper_swept where keeper = 'book'"));
        await world.Book.SendAsync("add(uint256)", 1UL);
        await world.Keepers.BecomesAsync(async () => await world.TotalAsync() == 3, () => world.TickAsync(app));
    }

    [Fact]
    public async Task For_a_purpose_a_transaction_counts_in_that_keepers_budget_and_without_one_nothing_is_sent()
    {
        await using var world = await BookWorld.StartAsync(postgres, entries: 2);
        var app = world.Add(options => options.Every = TimeSpan.FromDays(1));
        var factory = app.Get<IWeb3Factory>();
        var chain = new ChainId(world.Keepers.Node.ChainId);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => SettleAsync(factory.For(chain), world, 1));
        Assert.Contains("with a purpose", refused.Message, StringComparison.Ordinal);
        var unknown = await Assert.ThrowsAsync<TransactionRefusedException>(() => SettleAsync(factory.For(chain, "nobody"), world, 1));
        Assert.Equal("not_configured", unknown.Reason);

        var hash = await SettleAsync(factory.For(chain, BookWorld.Name), world, 1);
        Assert.Equal(BookWorld.Name, await world.Keepers.ScalarAsync<string>("select purpose from transactions"));
        await world.Keepers.BecomesAsync(async () => await world.Keepers.ScalarAsync<long>("select count(*) from transactions where state = 4") == 1);
        Assert.Equal(hash, $"{new Hash32(await world.Keepers.ScalarAsync<byte[]>("select hash from transactions"))}");
        Assert.Equal(
            await world.Keepers.PaidAsync(), await world.Keepers.ScalarAsync<System.Numerics.BigInteger>("select spent from keeper_budgets where held = 0"));

        var again = await Assert.ThrowsAsync<TransactionRefusedException>(
            () => factory.For(chain, BookWorld.Name).Eth.GetContractTransactionHandler<SettleFunction>()
                .SendRequestAsync($"{world.Book.Address}", new SettleFunction { Entry = 1, Gas = 200_000 }));
        Assert.Equal(KeeperReasons.SimulationReverted, again.Reason);
    }

    private static Task<string> SettleAsync(IWeb3 web3, BookWorld world, int entry) =>
        web3.Eth.GetContractTransactionHandler<SettleFunction>().SendRequestAsync($"{world.Book.Address}", new SettleFunction { Entry = entry });

    private static Task<string> LastDetailAsync(BookWorld world) =>
        world.Keepers.ScalarAsync<string>("select detail from keeper_decisions order by id desc limit 1");

    /// <summary>The sample, whose calls are not framed: <see cref="SendAsync"/> sends them.</summary>
    private abstract class Acting : ViewKeeper<BookOptions>
    {
        private readonly BookKeeper _sample = new();

        protected virtual int Most => int.MaxValue;

        protected override async Task<IReadOnlyList<DueWork>> LookAsync(IWeb3 web3, BookOptions options, CancellationToken cancellation) =>
            [.. (await _sample.LookForAsync(web3, options, cancellation)).Take(Most).Select(work => new DueWork(work.Key))];

        protected override Task ActAsync(IWeb3 web3, BookOptions options, DueWork work, CancellationToken cancellation) => SendAsync(
            web3.Eth.GetContractTransactionHandler<SettleFunction>(), $"{options.Book}",
            new SettleFunction { Entry = int.Parse(work.Key, System.Globalization.CultureInfo.InvariantCulture) });

        protected abstract Task SendAsync(IContractTransactionHandler<SettleFunction> contract, string book, SettleFunction settle);
    }

    private sealed class Sending : Acting
    {
        protected override Task SendAsync(IContractTransactionHandler<SettleFunction> contract, string book, SettleFunction settle) =>
            contract.SendRequestAsync(book, settle);
    }

    private sealed class Waiting : Acting
    {
        public static string? Seen { get; set; }

        protected override async Task SendAsync(IContractTransactionHandler<SettleFunction> contract, string book, SettleFunction settle)
        {
            var receipt = await contract.SendRequestAndWaitForReceiptAsync(book, settle, CancellationToken.None);
            Seen = $"{receipt.TransactionHash} {receipt.Status.Value}";
        }
    }

    private sealed class Wrong : Acting
    {
        protected override Task SendAsync(IContractTransactionHandler<SettleFunction> contract, string book, SettleFunction settle) =>
            contract.SendRequestAsync(book, new SettleFunction { Entry = 99 });
    }

    private sealed class Idle : Acting
    {
        protected override Task SendAsync(IContractTransactionHandler<SettleFunction> contract, string book, SettleFunction settle) => Task.CompletedTask;
    }

    private sealed class Failing : Acting
    {
        protected override Task SendAsync(IContractTransactionHandler<SettleFunction> contract, string book, SettleFunction settle) =>
            settle.Entry == 1 ? throw new NotImplementedException("on entry 1") : contract.SendRequestAsync(book, settle);
    }

    private sealed class Twice : Acting
    {
        protected override int Most => 1;

        protected override async Task SendAsync(IContractTransactionHandler<SettleFunction> contract, string book, SettleFunction settle)
        {
            await contract.SendRequestAsync(book, settle);
            await contract.SendRequestAsync(book, new SettleFunction { Entry = settle.Entry + 1 });
        }
    }

    private sealed class Hasty : ViewKeeper<BookOptions>
    {
        protected override async Task<IReadOnlyList<DueWork>> LookAsync(IWeb3 web3, BookOptions options, CancellationToken cancellation)
        {
            await web3.Eth.GetContractTransactionHandler<SettleFunction>().SendRequestAsync($"{options.Book}", new SettleFunction { Entry = 1 });
            return [];
        }
    }

    /// <summary>Whatever is due first goes by one name.</summary>
    private sealed class OneKey : ViewKeeper<BookOptions>
    {
        private readonly BookKeeper _sample = new();

        protected override async Task<IReadOnlyList<DueWork>> LookAsync(IWeb3 web3, BookOptions options, CancellationToken cancellation) =>
            [.. (await _sample.LookForAsync(web3, options, cancellation)).Take(1).Select(work => work with { Key = "next" })];
    }
}
