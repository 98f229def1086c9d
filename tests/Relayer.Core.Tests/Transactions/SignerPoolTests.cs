using DevChain;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Operations;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Signers;

namespace Relayer.Core.Tests.Transactions;

/// <summary>Signers that cannot pay or keep failing take nothing new and go on by themselves, with two instances on a real chain.</summary>
[Trait("needs", "services")]
public sealed class SignerPoolTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static ChainOptions Quick => new() { Confirmations = 0, Fees = { MaxAge = TimeSpan.FromMilliseconds(20) } };

    [Fact]
    public async Task Out_of_funds_pauses_and_a_refill_resumes()
    {
        await using var world = await EngineWorld.StartAsync(postgres, new AnvilOptions { MineOnDemand = true }, Quick, signers: 2);
        var other = world.AddInstance();
        var under = Assert.Single(await world.SendAsync(Plans.Create(gas: 25_000, maxFeeGwei: 4)));
        var (poor, rich) = (under.Signer, world.Keys.Select(key => key.Address).Single(address => address != under.Signer));
        var price = (await world.Engine.QuoteAsync(1, Cancellation)).Fees!.MaxPrice;
        var needed = price * (150_000 + SignerPausePolicy.RefillGas);

        // What is in flight is still paid for.
        await FundAsync(world, poor, under.Plan.MaxCost);
        Assert.True(under.Plan.MaxCost < needed);
        await LookUntilAsync(world, other, () => PauseOfAsync(world, poor), SignerPauseCause.Balance);
        Assert.Equal(rich, Assert.Single(await world.ReserveAsync(Plans.Create())).Signer);
        Assert.Null(await PauseOfAsync(world, rich));
        await world.PassUntilAsync(under.Plan.Id, 4);

        await FundAsync(world, rich, Wei.Zero);
        await LookUntilAsync(world, other, () => PauseOfAsync(world, rich), SignerPauseCause.Balance);
        Assert.Empty(await world.ReserveAsync(Plans.Create()));

        // Just enough would be gone with the next one.
        await FundAsync(world, poor, needed + (needed / 4));
        await LookAsync(world, other);
        Assert.Equal(SignerPauseCause.Balance, await PauseOfAsync(world, poor));

        // (Fees may have risen a little with the blocks meanwhile.)
        await FundAsync(world, poor, needed * 10);
        await LookUntilAsync(world, other, () => PauseOfAsync(world, poor), null);
        Assert.Equal(poor, Assert.Single(await world.ReserveAsync(Plans.Create(gas: 25_000, maxFeeGwei: 4))).Signer);
        Assert.Equal((1, 1), (Said(world, $"{poor} on chain 31337 is paused"), Said(world, $"{poor} on chain 31337 goes on")));
    }

    [Fact]
    public async Task A_signer_that_keeps_failing_rests_is_tried_again_and_goes_on_once_something_of_it_is_taken()
    {
        await using var world = await EngineWorld.StartAsync(postgres, chain: Quick, signers: 2);
        var other = world.AddInstance();
        var stuck = Assert.Single(await world.ReserveAsync(Plans.Create()));
        world.Signers.Missing.Add(stuck.Signer);
        world.Time.Advance(Patience);
        for (var i = 0; i < SignerErrors.Limit; i++)
        {
            Assert.Null(await PauseOfAsync(world, stuck.Signer));
            await world.Engine.ConfirmAsync(Cancellation);
        }

        Assert.Equal(SignerPauseCause.Errors, await PauseOfAsync(world, stuck.Signer));
        foreach (var _ in Enumerable.Range(0, 3))
        {
            Assert.NotEqual(stuck.Signer, Assert.Single(await world.ReserveAsync(Plans.Create())).Signer);
        }

        // The rest is over, and the key still away: a longer one. (The one left behind in the meantime is not another strike.)
        world.Time.Advance(SignerPausePolicy.FirstRest);
        await LookAsync(world, other);
        Assert.Equal(2, await world.Database.ScalarAsync<short>("select max(strikes) from signers"));
        Assert.Equal(SignerPauseCause.Errors, await PauseOfAsync(world, stuck.Signer));

        world.Signers.Missing.Clear();
        await LookUntilAsync(world, other, () => PauseOfAsync(world, stuck.Signer), null);
        await world.PassUntilAsync(stuck.Plan.Id, 4);
        Assert.Equal(stuck.Signer, Assert.Single(await world.ReserveAsync(Plans.Create())).Signer);
        Assert.Equal((1, 1), (Said(world, $"{stuck.Signer} on chain 31337 is paused"), Said(world, $"{stuck.Signer} on chain 31337 goes on")));
    }

    [Fact]
    public async Task What_an_operator_paused_only_an_operator_resumes()
    {
        await using var world = await EngineWorld.StartAsync(postgres, chain: Quick);
        var (signer, other) = (world.Keys[0].Address, world.AddInstance());

        // Known before it was ever used.
        var first = await world.Engine.PauseSignerAsync(signer, new Instruction("one", "its key may be known"), Cancellation);
        var second = await other.PauseSignerAsync(signer, new Instruction("two", "late"), Cancellation);
        Assert.Equal((true, false), (first!.HasChanged, second!.HasChanged));
        Assert.Equal((SignerPauseCause.Operator, "its key may be known"), (second.Signer.Pause!.Cause, second.Signer.Pause.Reason));
        Assert.Null(await world.Engine.PauseSignerAsync(Plans.Account(9), new Instruction("one", "who is it?"), Cancellation));

        await LookAsync(world, other);
        Assert.Empty(await world.ReserveAsync(Plans.Create()));
        await FundAsync(world, signer, Wei.Zero);
        await LookAsync(world, other);
        Assert.Equal(SignerPauseCause.Operator, await PauseOfAsync(world, signer));

        // Resumed it is judged like any other.
        Assert.Null((await other.ResumeSignerAsync(signer, new Instruction("two", "it is not"), Cancellation))!.Signer.Pause);
        await LookUntilAsync(world, other, () => PauseOfAsync(world, signer), SignerPauseCause.Balance);
        Assert.True((await other.PauseSignerAsync(signer, new Instruction("two", "not yet"), Cancellation))!.HasChanged);
        await FundAsync(world, signer, Wei.FromGwei(1_000_000_000));
        await LookAsync(world, other);
        Assert.Equal(SignerPauseCause.Operator, await PauseOfAsync(world, signer));
        Assert.True((await other.ResumeSignerAsync(signer, new Instruction("two", "now"), Cancellation))!.HasChanged);
        Assert.False((await other.ResumeSignerAsync(signer, new Instruction("two", "now"), Cancellation))!.HasChanged);
        Assert.Single(await world.ReserveAsync(Plans.Create()));

        Assert.Equal(
            ["one signer.pause done", "two signer.pause unchanged", "two signer.resume done", "two signer.pause done", "two signer.resume done", "two signer.resume unchanged"],
            await world.Database.ColumnAsync<string>($"select who || ' ' || action || ' ' || outcome from audit where target = 'signer:31337:{signer}' order by id"));
        Assert.Equal(6L, await world.Database.ScalarAsync<long>("select count(*) from audit"));
    }

    private static async Task<string?> PauseOfAsync(EngineWorld world, Address signer) =>
        (await world.Engine.ListSignersAsync(Cancellation)).Single(one => one.Address == signer).Pause?.Cause;

    /// <summary>The timer fires here and there, with new readings each time.</summary>
    private static async Task LookAsync(EngineWorld world, ChainEngine other)
    {
        for (var i = 0; i < 3; i++)
        {
            await Task.Delay(30, Cancellation);
            await Task.WhenAll(world.Engine.ConfirmAsync(Cancellation), other.ConfirmAsync(Cancellation));
        }
    }

    private static Task LookUntilAsync(EngineWorld world, ChainEngine other, Func<Task<string?>> read, string? expected) =>
        world.UntilAsync(async () => await read() == expected, () => LookAsync(world, other));

    private static Task FundAsync(EngineWorld world, Address account, Wei balance) =>
        world.Node.SetBalanceAsync($"{account}", balance.ToBigInteger(), Cancellation);

    private static int Said(EngineWorld world, string text) => world.Logs.Text.Split(text).Length - 1;
}
