using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Clock;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Tests.Transactions.Clock;

/// <summary>When a chain counts as standing still, as catching up, and as neither.</summary>
public sealed class StandstillTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly ChainPace Steady = new(TimeSpan.FromSeconds(2), Minute);
    private static readonly ChainPace OnDemand = new(null, Minute);

    [Theory]
    [InlineData(59, ChainMotion.Moves)]
    [InlineData(60, ChainMotion.StandsStill)]
    [InlineData(36_000, ChainMotion.StandsStill)]
    public void Where_blocks_come_by_themselves_an_old_one_is_enough(int seconds, ChainMotion motion) =>
        Assert.Equal(motion, Standstill.Evaluate(Head(Start, seenAt: seconds), null, false, Steady, At(seconds)).Motion);

    [Theory]
    [InlineData(10, false)]
    [InlineData(11, true)]
    [InlineData(59, true)]
    [InlineData(60, false)] // it stands still: that is known now
    public void Before_that_an_overdue_block_raises_doubts(int seconds, bool isDoubtful) =>
        Assert.Equal(isDoubtful, Standstill.Evaluate(Head(Start, seenAt: seconds), null, false, Steady, At(seconds)).IsDoubtful);

    [Fact]
    public void There_is_no_doubt_where_a_newer_height_was_told_nor_where_blocks_come_on_demand()
    {
        Assert.False(Standstill.Evaluate(Head(Start, seenAt: 30).After(101, At(30)), null, false, Steady, At(30)).IsDoubtful);
        Assert.False(Standstill.Evaluate(Head(Start, seenAt: 36_000), null, false, OnDemand, At(36_000)).IsDoubtful);
    }

    [Fact]
    public void Where_blocks_come_on_demand_an_old_one_says_nothing_while_nothing_of_ours_waits() =>
        Assert.Equal(ChainMotion.Moves, Standstill.Evaluate(Head(Start, seenAt: 36_000), null, false, OnDemand, At(36_000)).Motion);

    [Theory]
    [InlineData(100, 159, ChainMotion.Moves)]        // it has not waited for long
    [InlineData(100, 160, ChainMotion.StandsStill)]
    [InlineData(-1, 36_000, ChainMotion.Moves)]      // a block came after it and passed it over: that one may be too cheap
    [InlineData(0, 36_000, ChainMotion.Moves)]
    public void Where_blocks_come_on_demand_it_stands_still_when_none_comes_for_ours(int waitingSince, int now, ChainMotion motion) =>
        Assert.Equal(motion, Standstill.Evaluate(Head(Start, seenAt: now), At(waitingSince), false, OnDemand, At(now)).Motion);

    [Fact]
    public void A_newer_version_of_what_waits_does_not_end_a_standstill() =>
        Assert.Equal(ChainMotion.StandsStill, Standstill.Evaluate(Head(Start, seenAt: 7_200), At(7_199), true, OnDemand, At(7_200)).Motion);

    [Fact]
    public void A_chain_whose_blocks_are_old_and_come_again_catches_up_until_they_are_near_the_clock()
    {
        var (now, head) = (At(7_200), Head(Start, seenAt: 7_195) with { MovedAt = At(7_195) });
        foreach (var pace in new[] { Steady, OnDemand })
        {
            Assert.Equal(ChainMotion.CatchesUp, Standstill.Evaluate(head, null, true, pace, now).Motion);
            Assert.Equal(ChainMotion.Moves, Standstill.Evaluate(head with { Timestamp = At(7_141) }, null, true, pace, now).Motion);
        }
    }

    [Fact]
    public void A_chain_with_blocks_on_demand_that_has_nothing_more_to_do_is_not_behind_for_ever() =>
        Assert.Equal(
            ChainMotion.Moves,
            Standstill.Evaluate(Head(Start, seenAt: 7_300) with { MovedAt = At(7_195) }, null, true, OnDemand, At(7_300)).Motion);

    [Fact]
    public void A_clock_that_is_behind_the_chains_is_no_standstill() =>
        Assert.Equal(ChainMotion.Moves, Standstill.Evaluate(Head(At(9_000), seenAt: 0), At(-9_000), true, Steady, At(0)).Motion);

    [Fact]
    public void What_was_not_looked_at_of_late_is_not_known()
    {
        Assert.Equal(ChainStanding.Unknown, Standstill.Evaluate(null, null, true, Steady, At(0)));
        Assert.Equal(ChainStanding.Unknown, Standstill.Evaluate(Head(Start, seenAt: 0), At(1), true, Steady, At(31)));
        Assert.False(ChainStanding.Unknown.IsBehind);
    }

    [Fact]
    public void While_it_is_behind_the_chains_time_counts_and_otherwise_the_clocks()
    {
        var now = At(7_200);
        Assert.Equal(Start, new ChainStanding(ChainMotion.StandsStill, 1, Start).TimeAt(now));
        Assert.Equal(Start, new ChainStanding(ChainMotion.CatchesUp, 1, Start).TimeAt(now));
        Assert.Equal(now, new ChainStanding(ChainMotion.Moves, 1, Start).TimeAt(now));
        Assert.Equal(now, ChainStanding.Unknown.TimeAt(now));
    }

    [Fact]
    public void What_waits_is_what_the_next_block_could_hold()
    {
        OpenTransaction[] open =
        [
            Open(1, nonce: 4, new TransactionState.Broadcast(), at: 9),
            Open(1, nonce: 5, new TransactionState.Broadcast(), at: 2), // behind it
            Open(2, nonce: 0, new TransactionState.Signed(), at: 1),    // no node has it
            Open(3, nonce: 0, new TransactionState.Broadcast(), at: 0, gwei: 9),
        ];
        Assert.Equal(At(9), Standstill.FindWaiting(open, Wei.FromGwei(10)));
        Assert.Equal(At(0), Standstill.FindWaiting(open, Wei.FromGwei(9)));
        Assert.Equal(At(0), Standstill.FindWaiting(open, null));
        Assert.Null(Standstill.FindWaiting(open, Wei.FromGwei(11)));
        Assert.Null(Standstill.FindWaiting([], null));
    }

    [Theory]
    [InlineData(8453L, 2, 60)]
    [InlineData(1L, 12, 180)]
    [InlineData(42161L, 1, 60)]
    [InlineData(31337L, null, 120)]
    public void The_limit_follows_from_the_block_time(long chainId, int? block, int after)
    {
        var pace = ChainPace.From(new ChainOptions { ChainId = chainId });
        Assert.Equal((block is { } seconds ? TimeSpan.FromSeconds(seconds) : null, TimeSpan.FromSeconds(after)), (pace.BlockTime, pace.StandstillAfter));
        Assert.Equal(block is not null, pace.IsSteady);
    }

    [Fact]
    public void What_is_written_out_goes_before_what_is_known() => Assert.Equal(
        new ChainPace(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(9)),
        ChainPace.From(new ChainOptions { ChainId = 1, BlockTime = TimeSpan.FromSeconds(5), StandstillAfter = TimeSpan.FromMinutes(9) }));

    private static DateTimeOffset At(int seconds) => Start.AddSeconds(seconds);

    private static HeadSighting Head(DateTimeOffset timestamp, int seenAt) =>
        HeadSighting.Of(new BlockHeader(100, default, timestamp, Wei.FromGwei(1)), At(seenAt));

    private static OpenTransaction Open(byte signer, ulong nonce, TransactionState state, int at, ulong gwei = 10) => new(
        new ReservedTransaction(new ChainId(1), Plans.Account(signer), nonce, Plans.Create(maxFeeGwei: gwei)), state, 1, At(at), [])
    {
        AttemptedAt = At(at),
    };
}
