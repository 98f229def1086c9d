using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Providers;
using Relayer.Core.Transactions.Fees;

namespace Relayer.Core.Tests.Transactions;

/// <summary>What nodes say they want as a tip is offered for a while, within the caps.</summary>
public sealed class TipFloorTests
{
    private static readonly FeeLimits Limits = new(Wei.FromGwei(100), Wei.FromGwei(5), new Wei(1), 200, Legacy: false);
    private static readonly FeeMarket Market = new(Wei.FromGwei(1), new Wei(2), Wei.FromGwei(1));
    private readonly MovableTime _time = new();

    [Fact]
    public void It_is_offered_for_ten_minutes_and_then_less_is_tried_again()
    {
        _time.Stop();
        var floor = new TipFloor(Limits, _time);
        Assert.Same(Limits, floor.Limits);
        floor.Note(Wei.FromGwei(3));

        Assert.Equal(Wei.FromGwei(3), Assert.IsType<TransactionFees.Dynamic>(FeePlan.For(Market, floor.Limits)).MaxPriorityFee);
        Assert.Null(floor.AboveCap);
        _time.Advance(TipFloor.GoodFor);
        Assert.Same(Limits, floor.Limits);
    }

    [Fact]
    public void Of_several_the_highest_counts_and_a_lower_one_does_not_prolong_it()
    {
        _time.Stop();
        var floor = new TipFloor(Limits, _time);
        floor.Note(Wei.FromGwei(3));
        _time.Advance(TipFloor.GoodFor / 2);
        floor.Note(Wei.FromGwei(2));
        Assert.Equal(Wei.FromGwei(3), floor.Limits.MinPriorityFee);

        _time.Advance(TipFloor.GoodFor / 2);
        Assert.Same(Limits, floor.Limits);
        floor.Note(Wei.FromGwei(2));
        Assert.Equal(Wei.FromGwei(2), floor.Limits.MinPriorityFee);
    }

    [Fact]
    public void Above_the_cap_nothing_is_offered_and_it_is_said()
    {
        var floor = new TipFloor(Limits, _time);
        floor.Note(Wei.FromGwei(25));

        Assert.Equal(Wei.FromGwei(25), floor.AboveCap);
        Assert.Null(FeePlan.For(Market, floor.Limits));
        Assert.Null(FeePlan.Bump(new TransactionFees.Dynamic(Wei.FromGwei(100), Wei.FromGwei(5)), FeePlan.For(Market, floor.Limits), floor.Limits));
    }

    [Fact]
    public void Without_EIP_1559_it_is_the_price_and_its_cap_is_the_prices()
    {
        var floor = new TipFloor(Limits with { Legacy = true }, _time);
        floor.Note(Wei.FromGwei(25));

        Assert.Null(floor.AboveCap);
        Assert.Equal(new TransactionFees.Legacy(Wei.FromGwei(25)), FeePlan.For(Market, floor.Limits));
        floor.Note(Wei.FromGwei(101));
        Assert.Null(FeePlan.For(Market, floor.Limits));
    }

    [Fact]
    public void What_was_sent_below_it_is_known()
    {
        var floor = new TipFloor(Limits, _time);
        var sent = new TransactionFees.Dynamic(Wei.FromGwei(4), Wei.FromGwei(1));
        Assert.False(floor.IsAbove(sent));
        floor.Note(Wei.FromGwei(1));
        Assert.False(floor.IsAbove(sent));
        floor.Note(Wei.FromGwei(2));
        Assert.True(floor.IsAbove(sent));
    }
}
