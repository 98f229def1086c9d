using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Breakers;

namespace Relayer.Core.Tests.Relay.Breakers;

/// <summary>When calls that pass the simulation and fail on chain are not paid for any more.</summary>
public sealed class BreakerStateTests
{
    private static readonly DateTimeOffset Start = new(2026, 9, 21, 12, 10, 0, TimeSpan.Zero);

    [Fact]
    public void A_function_waits_at_the_fifth_failure_and_a_user_at_the_third()
    {
        Assert.Equal(5, FailuresUntilOpen(BreakerScope.Function));
        Assert.Equal(3, FailuresUntilOpen(BreakerScope.User));
    }

    [Fact]
    public void Failures_among_many_that_go_well_are_chance()
    {
        var state = BreakerState.Fresh;
        for (var i = 0; i < 300; i++)
        {
            state = i % 3 == 0 ? Fail(state, Start.AddSeconds(i)) : state.Succeed();
            Assert.False(state.IsOpen(Start.AddSeconds(i)), $"it opened at the {i}.");
        }
    }

    [Fact]
    public void Each_time_the_pause_is_twice_as_long_and_after_a_quiet_hour_it_is_short_again()
    {
        var (state, now, pauses) = (BreakerState.Fresh, Start, new List<double>());
        for (var i = 0; i < 8; i++)
        {
            while (!state.IsOpen(now))
            {
                state = Fail(state, now);
            }

            pauses.Add((state.OpenUntil!.Value - now).TotalSeconds);
            now = state.OpenUntil.Value;
        }

        Assert.Equal([15, 30, 60, 120, 240, 480, 900, 900], pauses);
        now = now.AddHours(2);
        for (var i = 0; i < 5; i++)
        {
            Assert.False(state.IsOpen(now));
            state = Fail(state, now);
        }

        Assert.Equal(TimeSpan.FromSeconds(15), state.OpenUntil - now);
    }

    [Fact]
    public void Beyond_what_an_hour_may_lose_it_waits_until_the_hour_is_over_and_no_longer()
    {
        var most = new Wei(1_000);
        var state = BreakerState.Fresh.Fail(BreakerScope.Function, "no", new Wei(1_000), most, Start);
        Assert.False(state.IsOpen(Start));

        state = state.Fail(BreakerScope.Function, "no", new Wei(1), most, Start);
        Assert.Equal(Start.AddMinutes(50), state.OpenUntil);
        Assert.False(state.IsOpen(Start.AddMinutes(50)));
        Assert.Equal(new Wei(5), state.Fail(BreakerScope.Function, "no", new Wei(5), most, Start.AddHours(1)).HourLost);
    }

    [Fact]
    public void It_tells_why_the_last_one_failed()
    {
        Assert.Equal("it failed without a reason", BreakerState.Fresh.Fail(BreakerScope.User, null, Wei.Zero, null, Start).Reason);
        Assert.Equal("out of gas", Fail(BreakerState.Fresh, Start, "out of gas").Succeed().Reason);
    }

    private static int FailuresUntilOpen(BreakerScope scope)
    {
        var (state, count) = (BreakerState.Fresh, 0);
        while (!state.IsOpen(Start))
        {
            state = state.Fail(scope, "no", new Wei(1), null, Start);
            count++;
        }

        return count;
    }

    private static BreakerState Fail(BreakerState state, DateTimeOffset now, string reason = "no") =>
        state.Fail(BreakerScope.Function, reason, new Wei(1), null, now);
}
