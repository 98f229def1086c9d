using Relayer.Core.Providers;

namespace Relayer.Core.Tests.Providers;

public sealed class ProviderHealthTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(50);

    [Fact]
    public void A_fault_cools_for_a_second_and_further_ones_for_longer_up_to_half_a_minute()
    {
        var health = default(ProviderHealth);
        var now = Now;
        foreach (var expected in new[] { 1, 2, 4, 8, 16, 30, 30 })
        {
            health = health.After(Fault(), now);
            Assert.Equal(now.AddSeconds(expected), health.ReadyAt);
            Assert.False(health.IsReady(now));
            Assert.True(health.MayBeAsked(now));
            now = health.ReadyAt;
            Assert.True(health.IsReady(now));
        }
    }

    [Fact]
    public void Calls_that_fail_together_count_once()
    {
        var health = default(ProviderHealth);
        for (var i = 0; i < 100; i++)
        {
            health = health.After(Fault(), Now.AddMilliseconds(i));
        }

        Assert.Equal(Now.AddSeconds(1), health.ReadyAt);
    }

    [Fact]
    public void An_answer_cures() => Assert.Equal(default, default(ProviderHealth).After(Fault(), Now).AfterAnswer(Now));

    [Fact]
    public void Who_asks_for_peace_is_left_alone_until_its_time_even_if_an_earlier_call_still_succeeds()
    {
        var health = default(ProviderHealth).After(Fault(TimeSpan.FromSeconds(20)), Now).AfterAnswer(Now);
        Assert.False(health.MayBeAsked(Now.AddSeconds(19)));
        Assert.True(health.MayBeAsked(Now.AddSeconds(20)));
        Assert.Equal(default, health.AfterAnswer(Now.AddSeconds(20)));
    }

    [Fact]
    public void Nobody_is_left_alone_for_more_than_five_minutes() =>
        Assert.True(default(ProviderHealth).After(Fault(TimeSpan.FromDays(365)), Now).MayBeAsked(Now.AddMinutes(5)));

    [Fact]
    public void Lacking_a_block_is_no_fault_of_health()
    {
        var lacking = new ProviderFaultException(ProviderFaultKind.Lacking, "header not found");
        Assert.Equal(default, default(ProviderHealth).After(lacking, Now));
    }

    private static ProviderFaultException Fault(TimeSpan? retryAfter = null) =>
        new(retryAfter is null ? ProviderFaultKind.Unreachable : ProviderFaultKind.RateLimited, "failed", retryAfter);
}
