using Relayer.Core.Providers.JsonRpc;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Tests.Providers;

public sealed class BreakerTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(50);

    [Fact]
    public void A_fault_opens_for_a_second_and_further_ones_for_longer_up_to_half_a_minute()
    {
        var breaker = default(Breaker);
        var now = Now;
        foreach (var expected in new[] { 1, 2, 4, 8, 16, 30, 30 })
        {
            breaker = breaker.After(Fault(), now);
            Assert.Equal(now.AddSeconds(expected), breaker.ReadyAt);
            Assert.False(breaker.IsClosed);
            Assert.False(breaker.IsHalfOpen(now));
            Assert.True(breaker.MayBeAsked(now));
            now = breaker.ReadyAt;
            Assert.True(breaker.IsHalfOpen(now));
        }
    }

    [Fact]
    public void Calls_that_fail_together_count_once()
    {
        var breaker = default(Breaker);
        for (var i = 0; i < 100; i++)
        {
            breaker = breaker.After(Fault(), Now.AddMilliseconds(i));
        }

        Assert.Equal((1, Now.AddSeconds(1)), (breaker.Level, breaker.ReadyAt));
    }

    [Fact]
    public void An_answer_closes_it_and_the_next_fault_is_a_first_one()
    {
        var breaker = default(Breaker).After(Fault(), Now).After(Fault(), Now.AddSeconds(1)).AfterAnswer(Now.AddSeconds(3));
        Assert.True(breaker.IsClosed);
        Assert.Equal(Now.AddSeconds(5), breaker.After(Fault(), Now.AddSeconds(4)).ReadyAt);
    }

    [Fact]
    public void Who_fails_one_call_in_three_stays_open_and_for_longer_each_time_though_the_others_succeed()
    {
        var breaker = default(Breaker);
        for (var i = 0; i < 8; i++)
        {
            breaker = breaker.AfterAnswer(Now).AfterAnswer(Now).After(Fault(), Now);
        }

        Assert.False(breaker.AfterAnswer(Now).IsClosed);
        var later = breaker.AfterAnswer(breaker.ReadyAt);
        Assert.True(later.IsClosed);
        Assert.True(later.After(Fault(), breaker.ReadyAt).ReadyAt - breaker.ReadyAt > TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void What_happened_more_than_two_slots_ago_is_forgotten()
    {
        var breaker = default(Breaker);
        for (var i = 0; i < 20; i++)
        {
            breaker = breaker.After(Fault(), Now);
        }

        Assert.Equal(1, breaker.Window.Rate(Now));
        Assert.Equal(0, breaker.Window.Rate(Now + (ErrorWindow.Slot * 2)));
        Assert.Equal(0, breaker.AfterAnswer(Now + (ErrorWindow.Slot * 2)).Level);
    }

    [Fact]
    public void Who_asks_for_peace_is_left_alone_until_its_time_even_if_an_earlier_call_still_succeeds()
    {
        var breaker = default(Breaker).After(Fault(TimeSpan.FromSeconds(20)), Now).AfterAnswer(Now);
        Assert.False(breaker.MayBeAsked(Now.AddSeconds(19)));
        Assert.True(breaker.MayBeAsked(Now.AddSeconds(20)));
        Assert.True(breaker.AfterAnswer(Now.AddSeconds(20)).IsClosed);
    }

    [Fact]
    public void Nobody_is_left_alone_for_more_than_five_minutes() =>
        Assert.True(default(Breaker).After(Fault(TimeSpan.FromDays(365)), Now).MayBeAsked(Now.AddMinutes(5)));

    [Theory]
    [InlineData("Lacking")]
    [InlineData("Lagging")]
    public void Not_having_a_block_is_no_fault_of_health(string kind)
    {
        var lacking = new ProviderFaultException(Enum.Parse<ProviderFaultKind>(kind), "header not found");
        Assert.Equal(default, default(Breaker).After(lacking, Now));
    }

    private static ProviderFaultException Fault(TimeSpan? retryAfter = null) =>
        new(retryAfter is null ? ProviderFaultKind.Unreachable : ProviderFaultKind.RateLimited, "failed", retryAfter);
}
