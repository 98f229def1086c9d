using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Engine.Sending;
using Relayer.Core.Transactions;

namespace Relayer.Core.Tests.Keepers;

public sealed class LaneBreakerTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(56);
    private static readonly Inclusion Inclusion = new(default, false, 1, default, false, 21_000, Wei.Zero, Wei.Zero, Wei.Zero);
    private static readonly TransactionState Failed = new TransactionState.Failed(Inclusion);
    private static readonly TransactionState Confirmed = new TransactionState.Confirmed(Inclusion);

    [Fact]
    public void It_opens_after_so_many_in_a_row_then_after_each_one_and_stays_open_twice_as_long_each_time()
    {
        var (breaker, now, limits) = (LaneBreaker.Closed, Now, Limits(failures: 3, pause: TimeSpan.FromMinutes(10)));
        var pauses = new List<int>();
        for (var i = 0; i < 10; i++)
        {
            breaker = breaker.After(Failed, limits, now);
            pauses.Add(breaker.OpenUntil > now ? (int)(breaker.OpenUntil.Value - now).TotalMinutes : 0);
            now = breaker.OpenUntil > now ? breaker.OpenUntil.Value : now;
        }

        Assert.Equal([0, 0, 10, 20, 40, 80, 160, 240, 240, 240], pauses);
    }

    [Fact]
    public void What_was_under_way_beside_it_says_nothing_new()
    {
        var open = LaneBreaker.Closed.After(Failed, Limits(failures: 1), Now);

        Assert.Equal(open, open.After(Failed, Limits(failures: 1), Now.AddSeconds(5)));
    }

    [Fact]
    public void A_success_ends_it_and_what_was_not_mined_does_not()
    {
        var open = LaneBreaker.Closed.After(Failed, Limits(failures: 1), Now);

        Assert.Equal(LaneBreaker.Closed, open.After(Confirmed, Limits(failures: 1), Now));
        Assert.Equal(open, open.After(new TransactionState.Cancelled(Inclusion), Limits(failures: 1), Now));
    }

    private static KeeperLimits Limits(int failures, TimeSpan? pause = null) => new(
        "lane", IsDryRun: false, ForProfit: false, TimeSpan.Zero, Wei.Zero, Wei.Zero, Wei.Zero, 5, failures, pause ?? TimeSpan.FromMinutes(10), new HashSet<Address>());
}
