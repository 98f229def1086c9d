using Relayer.Core.Ethereum;
using Relayer.Core.Treasury.Spend;

namespace Relayer.Core.Tests.Treasury;

public sealed class RunwayTests
{
    private static readonly GasPrices Prices = new(Wei.FromGwei(10), Wei.FromGwei(20), 150);

    [Fact]
    public void Days_left_follow_each_window_and_the_stressed_fee()
    {
        var burn = SpendRate.Of(Wei.FromGwei(24), Wei.FromGwei(84), Wei.FromGwei(300), TimeSpan.FromDays(400));
        var runway = Runway.Of(Wei.FromGwei(240), burn, Prices);

        Assert.Equal((Wei.FromGwei(24), Wei.FromGwei(12), Wei.FromGwei(10)), (burn.Day, burn.Week, burn.Month));
        Assert.Equal((10m, 20m, 24m), (runway.Day.Days, runway.Week.Days, runway.Month.Days));
        Assert.Equal(8m, runway.Stressed.Days); // 20 gwei × 1.5 is three times the mean.
    }

    [Fact]
    public void Where_nothing_is_spent_there_is_no_end_and_no_number() =>
        Assert.Equal(new DaysLeft(null, false), Runway.Of(Wei.FromGwei(1), SpendRate.None, Prices).Stressed);

    [Fact]
    public void An_unknown_balance_gives_unknown_days() =>
        Assert.Equal(new DaysLeft(null, true), Runway.Of(null, SpendRate.None, Prices).Day);

    [Fact]
    public void A_short_history_is_not_stretched_over_the_window()
    {
        var burn = SpendRate.Of(Wei.FromGwei(10), Wei.FromGwei(20), Wei.FromGwei(20), TimeSpan.FromHours(48));

        Assert.Equal((Wei.FromGwei(10), Wei.FromGwei(10)), (burn.Week, burn.Month));
        Assert.Equal(Wei.FromGwei(5), SpendRate.Of(Wei.FromGwei(5), Wei.FromGwei(5), Wei.FromGwei(5), TimeSpan.FromHours(1)).Week);
    }

    [Fact]
    public void In_all_the_weakest_counts_and_the_unknown_before_it()
    {
        var (no, few, many, unknown) = (new DaysLeft(null, false), new DaysLeft(2, true), new DaysLeft(9, true), new DaysLeft(null, true));

        Assert.Equal(few, DaysLeft.Lesser(many, few));
        Assert.Equal(many, DaysLeft.Lesser(no, many));
        Assert.Equal(unknown, DaysLeft.Lesser(few, unknown));
        Assert.Equal(no, DaysLeft.Lesser(no, no));
    }

    [Fact]
    public void Days_are_rounded_down_to_a_tenth_and_bounded()
    {
        Assert.Equal(1.6m, DaysLeft.Of(new Wei(5), new Wei(3)).Days);
        Assert.Equal(99_999m, DaysLeft.Of(new Wei(UInt256.MaxValue), new Wei(1)).Days);
    }

    [Fact]
    public void An_hour_far_above_the_busy_hours_is_an_anomaly_and_one_like_them_is_not()
    {
        Wei[] history = [.. Enumerable.Range(0, 200).Select(hour => Wei.FromGwei(hour % 10 == 0 ? 50ul : 10))];

        Assert.False(Judge(Wei.FromGwei(250)).IsAnomaly);
        Assert.True(Judge(Wei.FromGwei(251)).IsAnomaly);
        Assert.Equal(Wei.FromGwei(250), Judge(Wei.Zero).Limit);

        SpendAnomaly Judge(Wei hour) => SpendAnomaly.Evaluate([Wei.FromGwei(3), hour], history, 5, Wei.FromGwei(100));
    }

    [Fact]
    public void Without_a_history_only_the_floor_counts()
    {
        Assert.False(SpendAnomaly.Evaluate([Wei.FromGwei(100)], [], 5, Wei.FromGwei(100)).IsAnomaly);
        Assert.True(SpendAnomaly.Evaluate([Wei.FromGwei(101)], [], 5, Wei.FromGwei(100)).IsAnomaly);
    }
}
