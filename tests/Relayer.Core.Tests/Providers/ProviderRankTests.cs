using Relayer.Core.Providers.JsonRpc;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Tests.Providers;

public sealed class ProviderRankTests
{
    private const long Chain = 10;
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(50);
    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(20);
    private static readonly ProviderFaultException Fault = new(ProviderFaultKind.Timeout, "failed");
    private static readonly ProviderFaultException Peace = new(ProviderFaultKind.RateLimited, "failed", TimeSpan.FromSeconds(9));

    public static TheoryData<string, string> Rows => new()
    {
        { "answers, level", "Healthy" },
        { "not asked yet", "Unknown" },
        { "answers, lags", "Lagging" },
        { "answers, ahead", "Ahead" },
        { "answers, silent about its height", "Slow" },
        { "four times slower, but who would notice", "Healthy" },
        { "much slower", "Slow" },
        { "failed", "Failing" },
        { "failed, lags", "Failing" },
        { "failed a second ago", "OnTrial" },
        { "asked for peace", "Resting" },
        { "asked for peace ten seconds ago", "OnTrial" },
        { "another chain", "WrongChain" },
        { "another chain, failed", "WrongChain" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_provider_has_one_state(string how, string expected)
    {
        var known = default(ProviderHealth).AfterProbe(Chain, 100, Fast, Now);
        var (health, standing, now) = how switch
        {
            "not asked yet" => (default(ProviderHealth), Standing.Unknown, Now),
            "answers, lags" => (known, Standing.Lagging, Now),
            "answers, ahead" => (known, Standing.Ahead, Now),
            "answers, silent about its height" => (known, Standing.Unknown, Now),
            "four times slower, but who would notice" => (Slow(Fast * 4), Standing.Level, Now),
            "much slower" => (Slow(TimeSpan.FromSeconds(1)), Standing.Level, Now),
            "failed" => (known.After(Fault, Now), Standing.Level, Now),
            "failed, lags" => (known.After(Fault, Now), Standing.Lagging, Now),
            "failed a second ago" => (known.After(Fault, Now), Standing.Level, Now.AddSeconds(1)),
            "asked for peace" => (known.After(Peace, Now), Standing.Level, Now),
            "asked for peace ten seconds ago" => (known.After(Peace, Now), Standing.Level, Now.AddSeconds(10)),
            "another chain" => (known.AfterProbe(1, 100, Fast, Now), Standing.Level, Now),
            "another chain, failed" => (known.AfterProbe(1, 100, Fast, Now).After(Fault, Now), Standing.Level, Now),
            _ => (known, Standing.Level, Now),
        };

        Assert.Equal(expected, ProviderRank.StateOf(health, standing, Fast, Chain, now).ToString());

        static ProviderHealth Slow(TimeSpan latency) => default(ProviderHealth).AfterProbe(Chain, 100, latency, Now);
    }

    [Theory]
    [InlineData("Healthy Slow Unknown OnTrial Failing", Reach.WithPool)]
    [InlineData("Healthy Slow Unknown OnTrial Failing Lagging", Reach.Evaluated)]
    [InlineData("Healthy Slow Unknown OnTrial Failing Lagging Ahead", Reach.Everybody)]
    internal void The_better_are_asked_first_and_the_rest_not_at_all(string order, Reach reach)
    {
        ProviderState[] states = [.. Enum.GetValues<ProviderState>().Reverse()];
        var asked = ProviderRank.Order(states, new ProviderHealth[states.Length], reach).Select(i => states[i]);
        Assert.Equal(order, string.Join(' ', asked));
    }

    [Fact]
    public void Equals_stay_as_configured_and_of_those_that_fail_the_first_to_have_cooled_comes_first()
    {
        var known = default(ProviderHealth).AfterProbe(Chain, 100, Fast, Now);
        ProviderHealth[] healths = [known.After(Fault, Now.AddSeconds(5)), known, known.After(Fault, Now), known];

        var states = ProviderRank.StatesOf(healths, PoolSnapshot.Of([100, 100, 100, 100], null, 3, Now), Chain, Now);

        Assert.Equal([ProviderState.Failing, ProviderState.Healthy, ProviderState.Failing, ProviderState.Healthy], states);
        Assert.Equal([1, 3, 2, 0], ProviderRank.Order(states, healths, Reach.WithPool));
    }

    [Fact]
    public void Latency_follows_the_newest_probes_and_one_slow_one_is_not_held_against_anybody_for_long()
    {
        var health = default(ProviderHealth).AfterProbe(Chain, 1, Fast, Now).AfterProbe(Chain, 2, TimeSpan.FromSeconds(2), Now);
        Assert.Equal(ProviderState.Slow, ProviderRank.StateOf(health, Standing.Level, Fast, Chain, Now));
        for (var i = 0; i < 6; i++)
        {
            health = health.AfterProbe(Chain, 3, Fast, Now);
        }

        Assert.Equal(ProviderState.Healthy, ProviderRank.StateOf(health, Standing.Level, Fast, Chain, Now));
    }

    [Fact]
    public void Heights_of_another_chain_are_forgotten_when_the_right_one_is_back()
    {
        var health = default(ProviderHealth).AfterProbe(1, 20_000_000, Fast, Now).AfterProbe(Chain, 7, Fast, Now);
        Assert.False(health.Track.IsBehindItself(7, 3, Now));
    }

    [Fact]
    public void A_provider_is_behind_itself_until_what_it_told_is_old()
    {
        var track = default(HeadHistory).After(100, Now).After(90, Now.AddSeconds(1));
        Assert.True(track.IsBehindItself(90, 3, Now.AddSeconds(30)));
        Assert.False(track.IsBehindItself(97, 3, Now.AddSeconds(30)));
        Assert.False(track.IsBehindItself(90, 3, Now.AddSeconds(31)));
        Assert.False(track.After(91, Now.AddSeconds(31)).IsBehindItself(91, 3, Now.AddSeconds(31)));
        Assert.False(default(HeadHistory).IsBehindItself(0, 3, Now));
    }
}
