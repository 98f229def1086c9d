using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Keepers.Settlement;

namespace Relayer.Core.Tests.Keepers;

public sealed class OrderPlannerTests
{
    private const long Committed = 1_700_000_000;
    private const long Opens = Committed + 2;
    private const long Closes = Opens + 60;

    private static readonly Order Example = new("0x", "100", "1", Committed, Opens, Closes, 1, "0");
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(Closes);

    // The head's second: the block that has our transaction is a second later at the earliest.
    [Theory]
    [InlineData(Opens - 3, KeeperReasons.NotDue, 2)]
    [InlineData(Opens - 2, KeeperReasons.NotDue, 1)]
    [InlineData(Opens - 1, null, 0)]
    [InlineData(Opens, null, 0)]
    [InlineData(Opens + 1, null, 0)]
    [InlineData(Closes - 1, null, 0)]
    [InlineData(Closes, KeeperReasons.WindowClosed, 0)]
    [InlineData(Closes + 1, KeeperReasons.WindowClosed, 0)]
    public void An_order_that_is_there_is_simulated_while_the_next_block_is_in_the_window(long head, string? reason, int wait)
    {
        var verdict = OrderPlanner.Evaluate(Example, new OrderView(true, null), head, Now);

        Assert.Equal(reason, ReasonOf(verdict));
        Assert.Equal(wait, verdict is Decision.Wait waits ? (waits.Until - Now).TotalSeconds : 0);
    }

    [Theory]
    [InlineData(Closes + 60, null, "gone")]
    [InlineData(Closes + 61, null, KeeperReasons.Vanished)]
    [InlineData(Closes + 61, "settled by somebody", KeeperReasons.Community)]
    [InlineData(Opens - 3, "cancelled by somebody", KeeperReasons.Community)]
    public void An_order_that_is_not_there_waits_a_minute_beyond_its_window_for_the_events_to_say_why(long head, string? end, string reason) =>
        Assert.Equal(reason, ReasonOf(OrderPlanner.Evaluate(Example, new OrderView(false, end), head, Now)));

    [Theory]
    [InlineData(0, Opens)]
    [InlineData(1, Opens)]
    [InlineData(2, Opens)]
    [InlineData(3, Opens + 1)]
    [InlineData(32, Opens + 30)]
    [InlineData(33, Opens + 30)]
    [InlineData(3_600, Opens + 30)]
    public void The_grace_ends_within_the_window_and_never_later_than_its_middle(int grace, long due) =>
        Assert.Equal(due, OrderPlanner.DueAt(Example, TimeSpan.FromSeconds(grace)).ToUnixTimeSeconds());

    [Theory]
    [InlineData(40, 5, 5)]
    [InlineData(40, 20, 10)] // No more than a quarter of what is left.
    [InlineData(40, 300, 10)]
    [InlineData(10, 5, 2.5)]
    [InlineData(2, 5, 1)]
    [InlineData(-5, 5, 1)]
    public void No_pause_sleeps_through_the_window(int left, int pause, double expected)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(Closes - left);

        Assert.Equal(expected, (OrderPlanner.Within(Example, TimeSpan.FromSeconds(pause), now) - now).TotalSeconds);
    }

    [Fact]
    public void What_is_not_understood_is_tried_until_the_window_closes_and_not_given_up()
    {
        var (now, tries) = (DateTimeOffset.FromUnixTimeSeconds(Opens + 13), 0);
        while (now.ToUnixTimeSeconds() < Closes)
        {
            var work = new KeeperWork(new FoundWork(default, "", "", "", default), tries++, 0, default, "", null);
            now = Assert.IsType<Decision.Wait>(OrderPlanner.Refuse(work, Example, PerpsRefusal.Unknown, "", now)).Until;
        }

        Assert.InRange(tries, 10, 25);
    }

    [Fact]
    public void Gas_for_data_and_its_fee_count_too()
    {
        var payer = new Payer(default, new Wei(3), 50, new Wei(7));

        Assert.Equal(new Wei((3 * 150) + 11 + 7), payer.CostOf(100, new Wei(11)));
        Assert.Equal(100UL, payer.GasFor(new Wei((3 * 150) + 7)));
        Assert.Equal(99UL, payer.GasFor(new Wei((3 * 150) + 6)));
        Assert.Equal(0UL, payer.GasFor(new Wei(100)));
        Assert.Equal(0UL, payer.GasFor(new Wei(7)));
        Assert.Equal(ulong.MaxValue - 50, (payer with { GasPrice = Wei.Zero }).GasFor(new Wei(8)));
    }

    private static string? ReasonOf(Decision? verdict) => verdict switch
    {
        Decision.Wait wait => wait.Reason,
        Decision.End end => end.Reason,
        _ => null,
    };
}
