using Relayer.Core.Relay;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Relay.Rules;
using Relayer.Core.Transactions.Clock;

namespace Relayer.Core.Tests.Relay.Rules;

/// <summary>What is taken while a chain stands still, and by whose time a deadline is late.</summary>
public sealed class StandstillRuleTests
{
    private static readonly RelayFacts NoFacts = new(null, null, 0, 0);

    [Theory]
    [InlineData(ChainMotion.StandsStill, true)]
    [InlineData(ChainMotion.CatchesUp, true)]
    [InlineData(ChainMotion.Moves, false)]
    [InlineData(ChainMotion.Unknown, false)]
    public void While_the_chain_is_behind_nothing_is_taken(ChainMotion motion, bool isRefused)
    {
        var refusal = Check(Samples.Candidate(), motion);
        Assert.Equal(isRefused ? RefusalCode.ChainStalled : null, refusal?.Code);
        Assert.Equal(isRefused, refusal?.RetryAfter is not null);
    }

    [Fact]
    public void A_deadline_that_a_standing_chain_may_still_meet_is_not_told_as_passed()
    {
        var late = Samples.Candidate() with { Now = Samples.Now.AddHours(2), ChainTime = Samples.Now };
        Assert.Null(new DeadlineRule().Check(late));
        Assert.Equal(RefusalCode.ChainStalled, Check(late, ChainMotion.StandsStill)?.Code);

        // It goes on by now: then the clock counts.
        Assert.Equal(RefusalCode.DeadlinePassed, Check(late, ChainMotion.Moves)?.Code);
    }

    [Fact]
    public void A_deadline_that_passed_by_the_chains_own_time_is_told_so()
    {
        var late = Samples.Candidate() with { Now = Samples.Now.AddHours(2), ChainTime = Samples.Now.AddMinutes(11) };
        Assert.Equal(RefusalCode.DeadlinePassed, new DeadlineRule().Check(late)?.Code);
    }

    private static Refusal? Check(RelayCandidate candidate, ChainMotion motion) => new StandstillRule().Check(
        candidate, NoFacts, new ChainView(new NonceState.Sequential(7), null) { Standing = new ChainStanding(motion, 5, Samples.Now.AddHours(-2)) });
}
