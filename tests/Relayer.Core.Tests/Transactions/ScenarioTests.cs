using DevChain;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Tests.Transactions.Model;

namespace Relayer.Core.Tests.Transactions;

/// <summary>What went wrong with other relayers, by the names it is known under. <c>docs/failure.md</c> says where the others are tested.</summary>
[Trait("needs", "services")]
public sealed class ScenarioTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static AnvilOptions OnDemand => new() { MineOnDemand = true };

    [Fact]
    public async Task Killed_at_each_step()
    {
        // Whatever is called first, second and so on, before and after it; then the passes that take it up are killed too.
        Step[] steps =
        [
            .. Enumerable.Range(0, 16).SelectMany(i => new Step[]
            {
                new Step.Accept(0, 1, Kind.Ordinary, Sending.Fine, new Death(1 + (i / 2), i % 2 == 1)),
                new Step.Wait(4),
                new Step.Pass(1, Sending.Fine, new Death(1 + (i / 2), i % 2 == 1)),
                new Step.Mine(1),
            }),
        ];

        await ScenarioRun.PlayAsync(postgres, new ScenarioSteps(steps));
    }

    [Fact]
    public async Task Restart_with_pending()
    {
        await using var world = await EngineWorld.StartAsync(postgres, OnDemand, new ChainOptions { Confirmations = 2 });
        var reserved = await world.SendAsync(Plans.Many(3));
        var hashes = new List<Hash32>();
        foreach (var transaction in reserved)
        {
            hashes.Add(Assert.Single(await world.HashesAsync(transaction.Plan.Id)));
        }

        await world.RestartAsync();
        await world.Node.MineAsync(1, Cancellation);
        foreach (var transaction in reserved)
        {
            await world.PassUntilAsync(transaction.Plan.Id, 4);
        }

        // Nothing was signed anew, and the next one follows.
        Assert.Equal(hashes.Order(), (await world.Database.ColumnAsync<byte[]>("select hash from attempts")).Select(hash => new Hash32(hash)).Order());
        Assert.Equal(3UL, Assert.Single(await world.ReserveAsync(Plans.Create())).Nonce);
    }

    [Fact]
    public async Task Burnt_nonces_below_and_above_a_stuck_one()
    {
        await using var world = await EngineWorld.StartAsync(postgres, OnDemand, new ChainOptions { Confirmations = 1 }, ether: 1_000);
        var (below, stuck, above) = (Unwanted(), Plans.Create(), Unwanted());
        await world.SendAsync(below, stuck, above, Plans.Create());
        await world.Node.DropTransactionAsync($"{Assert.Single(await world.HashesAsync(stuck.Id))}", Cancellation);

        await world.UntilAsync(
            async () => await world.Database.ScalarAsync<long>("select count(*) from transactions where state < 4") == 0,
            async () =>
            {
                world.Time.Advance(TimeSpan.FromSeconds(20));
                await world.Engine.ConfirmAsync(Cancellation);
                await world.Node.MineAsync(1, Cancellation);
            });

        Assert.Equal([5, 4, 5, 4], await world.Database.ColumnAsync<short>("select state from transactions order by nonce"));
        Assert.Equal([4UL], await world.Chain.ReadNoncesAsync([world.Keys[0].Address], Cancellation));
    }

    [Fact]
    public async Task Diverged_nonce()
    {
        await using var world = await EngineWorld.StartAsync(postgres, chain: new ChainOptions { Confirmations = 0 });
        await world.Engine.QuoteAsync(1, Cancellation);
        await world.Node.SetNonceAsync($"{world.Keys[0].Address}", 9, Cancellation);

        // One look may be a provider's mistake.
        await world.Engine.ConfirmAsync(Cancellation);
        Assert.Equal(0L, await world.Database.ScalarAsync<long>("select next_nonce from signers"));
        await world.Engine.ConfirmAsync(Cancellation);

        var next = Assert.Single(await world.SendAsync(Plans.Create()));
        Assert.Equal(9UL, next.Nonce);
        await world.WaitForAsync(next.Plan.Id, 4);
    }

    [Fact]
    public async Task Nonce_counter_ahead_of_the_chain()
    {
        await using var world = await EngineWorld.StartAsync(postgres, chain: new ChainOptions { Confirmations = 0 });
        await world.SendAsync(Plans.Create());
        await world.Database.ExecuteAsync("update signers set next_nonce = next_nonce + 3");
        var behind = Assert.Single(await world.SendAsync(Plans.Create()));
        Assert.Equal(4UL, behind.Nonce);

        await world.UntilAsync(async () => await world.KindAsync(behind.Plan.Id) == 4, async () =>
        {
            await world.Engine.ConfirmAsync(Cancellation);
            world.Time.Advance(Patience);
        });

        Assert.Equal(
            ["test", "noop", "noop", "noop", "test"], await world.Database.ColumnAsync<string>("select purpose from transactions order by nonce"));
        Assert.Equal([5UL], await world.Chain.ReadNoncesAsync([world.Keys[0].Address], Cancellation));
        Assert.Contains("Nobody holds nonce 2", world.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("knows the purpose", world.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_foreign_transaction_that_a_reorg_took_back_leaves_no_gap()
    {
        Step[] steps =
        [
            new Step.ForeignUse(1), new Step.Mine(1), new Step.Accept(0, 1, Kind.Ordinary, Sending.Fine, null),
            new Step.Accept(0, 1, Kind.Ordinary, Sending.Fine, null), new Step.Reorganise(1, Keeps: false),
        ];

        await ScenarioRun.PlayAsync(postgres, new ScenarioSteps(steps));
    }

    // More gas than a block has: no node takes it, and a noop takes its nonce.
    private static Relayer.Core.Transactions.Sending.TransactionPlan Unwanted() => Plans.Create(gas: 1_000_000_000, maxFeeGwei: 2);
}
