using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Transactions.Clock;
using Relayer.Core.Transactions.Replacement;

namespace Relayer.Core.Tests.Transactions.Clock;

/// <summary>A real chain whose blocks stop for hours, by the clock that the test moves, and then come with the times that they would have had.</summary>
[Trait("needs", "services")]
public sealed class StandingChainTests(PostgresFixture postgres) : PassedOverTests(postgres)
{
    private const short Broadcast = 2;
    private const short Confirmed = 4;
    private const short Cancelled = 5;
    private static readonly TimeSpan Hours = TimeSpan.FromHours(5);

    [Fact]
    public async Task What_waits_when_blocks_stop_is_neither_given_up_nor_replaced_for_hours_and_is_carried_out_when_they_come()
    {
        await using var world = await StartStandingAsync();
        var id = Assert.Single(await world.SendAsync(Plans.Create(expiresAt: world.Time.GetUtcNow().AddMinutes(10)))).Plan.Id;
        await world.WaitForAsync(id, Broadcast);
        await world.AdvanceAsync(Hours);
        for (var i = 0; i < 3; i++)
        {
            await world.Engine.ConfirmAsync(Cancellation);
            world.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(ChainMotion.StandsStill, (await world.Engine.LookAtStandingAsync(Cancellation)).Motion);
        Assert.Equal(Broadcast, await world.KindAsync(id));
        Assert.Single(await world.HashesAsync(id));
        Assert.Equal(0L, await world.Database.ScalarAsync<long>("select count(*) from transactions where cancel_reason is not null"));
        Assert.Equal(["chain_stalled"], await world.OpenIncidentsAsync());

        // Its block has the time that it would have had.
        await MineOldAsync(world, seconds: 2);
        await world.WaitForAsync(id, Confirmed);
        Assert.Equal(ChainMotion.CatchesUp, world.Engine.Standing.Motion);
        await world.Engine.ConfirmAsync(Cancellation);
        Assert.Equal(["chain_stalled"], await world.OpenIncidentsAsync());

        await MineNowAsync(world);
        await world.UntilAsync(async () => (await world.OpenIncidentsAsync()).Length == 0, () => world.Engine.ConfirmAsync(Cancellation));
        Assert.Equal(ChainMotion.Moves, world.Engine.Standing.Motion);
    }

    [Fact]
    public async Task What_the_chains_own_time_makes_late_is_given_up_though_it_is_hours_behind()
    {
        await using var world = await StartStandingAsync();
        var id = Assert.Single(await world.SendAsync(Plans.Create(expiresAt: world.Time.GetUtcNow().AddMinutes(10)))).Plan.Id;
        await world.WaitForAsync(id, Broadcast);
        await world.AdvanceAsync(Hours);
        await world.Engine.ConfirmAsync(Cancellation);
        await PassOverOldAsync(world, seconds: 300);
        Assert.Single(await world.HashesAsync(id));

        await PassOverOldAsync(world, seconds: 400);
        await AttemptsAsync(world, id, 2);
        Assert.Equal((short)CancelReason.Late, await world.Database.ScalarAsync<short>("select cancel_reason from transactions"));
        await MineAtAsync(world, gwei: 20);
        await world.WaitForAsync(id, Cancelled);
    }

    [Fact]
    public async Task What_must_not_be_done_late_is_given_up_by_the_clock_once()
    {
        await using var world = await StartStandingAsync();
        world.Purpose.IsTimedByChain = false;
        await world.RestartAsync();
        var id = Assert.Single(await world.SendAsync(Plans.Create(expiresAt: world.Time.GetUtcNow().AddMinutes(10)))).Plan.Id;
        await world.WaitForAsync(id, Broadcast);
        await world.AdvanceAsync(Hours);
        await AttemptsAsync(world, id, 2);
        await world.AdvanceAsync(Hours);
        await world.Engine.ConfirmAsync(Cancellation);

        Assert.Equal([false, true], await world.Database.ColumnAsync<bool>("select noop from attempts order by number"));
        await world.PassUntilAsync(id, Cancelled);
    }

    [Fact]
    public async Task Blocks_that_come_late_and_leave_it_out_are_no_reason_to_offer_more_and_later_ones_are()
    {
        await using var world = await StartStandingAsync();
        var id = Assert.Single(await world.SendAsync(Plans.Create())).Plan.Id;
        await world.WaitForAsync(id, Broadcast);
        await world.AdvanceAsync(Hours);
        await world.Engine.ConfirmAsync(Cancellation);
        for (var i = 0; i < 3; i++)
        {
            await PassOverOldAsync(world, seconds: 2);
            world.Time.Advance(AfterFirst);
            await world.Engine.ConfirmAsync(Cancellation);
        }

        Assert.Equal(ChainMotion.CatchesUp, world.Engine.Standing.Motion);
        Assert.Single(await world.HashesAsync(id));

        // Near the clock again it has its whole time anew.
        await PassOverNowAsync(world);
        await PassOverNowAsync(world);
        Assert.Equal(ChainMotion.Moves, world.Engine.Standing.Motion);
        Assert.Single(await world.HashesAsync(id));
        world.Time.Advance(AfterFirst);
        await AttemptsAsync(world, id, 2);
        await MineAtAsync(world, gwei: 20);
        await world.WaitForAsync(id, Confirmed);
    }

    [Fact]
    public async Task That_a_chain_stands_still_is_known_again_after_a_restart()
    {
        await using var world = await StartStandingAsync();
        var id = Assert.Single(await world.SendAsync(Plans.Create(expiresAt: world.Time.GetUtcNow().AddMinutes(10)))).Plan.Id;
        await world.WaitForAsync(id, Broadcast);
        await world.AdvanceAsync(Hours);
        await world.RestartAsync();
        await world.Engine.ConfirmAsync(Cancellation);

        Assert.Equal(ChainMotion.StandsStill, world.Engine.Standing.Motion);
        Assert.Single(await world.HashesAsync(id));
        await MineOldAsync(world, seconds: 2);
        await world.PassUntilAsync(id, Confirmed);
    }

    [Theory]
    [InlineData(false, ChainMotion.Moves)]
    [InlineData(true, ChainMotion.StandsStill)]
    public async Task A_chain_without_anything_to_do_stands_still_only_where_blocks_come_by_themselves(bool isSteady, ChainMotion motion)
    {
        await using var world = await StartStandingAsync(isSteady ? TimeSpan.FromSeconds(2) : null);
        await world.AdvanceAsync(Hours);
        await world.Engine.ConfirmAsync(Cancellation);

        Assert.Equal(motion, world.Engine.Standing.Motion);
        Assert.Equal(isSteady ? ["chain_stalled"] : [], await world.OpenIncidentsAsync());
        Assert.Equal(isSteady ? 1 : 0, world.Engines.FindBehind().Count);
    }

    private async Task<EngineWorld> StartStandingAsync(TimeSpan? blockTime = null)
    {
        var world = await EngineWorld.StartAsync(
            Postgres, OnDemand, new ChainOptions { Confirmations = 0, BlockTime = blockTime, StandstillAfter = TimeSpan.FromMinutes(2) });
        world.Purpose.IsTimedByChain = true;
        await world.RestartAsync();
        return world;
    }

    /// <summary>A block so long after the newest one, by the chain's own time.</summary>
    private static async Task MineOldAsync(EngineWorld world, int seconds)
    {
        var time = (await world.Chain.ReadHeadAsync(Cancellation)).Timestamp.ToUnixTimeSeconds() + seconds;
        await world.Node.Rpc.SendAsync("evm_setNextBlockTimestamp", [time], Cancellation);
        await world.Node.MineAsync(1, Cancellation);
    }

    /// <summary>A block with the clock's time.</summary>
    private static async Task MineNowAsync(EngineWorld world)
    {
        await world.Node.Rpc.SendAsync("evm_setNextBlockTimestamp", [world.Time.GetUtcNow().ToUnixTimeSeconds()], Cancellation);
        await world.Node.MineAsync(1, Cancellation);
    }

    private static Task PassOverOldAsync(EngineWorld world, int seconds) => PassOverAsync(world, () => MineOldAsync(world, seconds));

    private static async Task PassOverNowAsync(EngineWorld world)
    {
        await PassOverAsync(world, () => MineNowAsync(world));
        world.Time.Advance(TimeSpan.FromSeconds(2)); // Each block has a time of its own.
    }

    private static async Task PassOverAsync(EngineWorld world, Func<Task> mine)
    {
        await world.Node.SetNextBaseFeeAsync(Wei.FromGwei(20).ToBigInteger(), Cancellation);
        await mine();
        await world.Node.SetNextBaseFeeAsync(Wei.FromGwei(20).ToBigInteger(), Cancellation);
        await world.Engine.ConfirmAsync(Cancellation);
    }
}
