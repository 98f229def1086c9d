using Relayer.Core.Operations;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Rules;

namespace Relayer.Core.Tests.Relay.Rules;

public sealed class SponsorshipRuleTests
{
    [Fact]
    public void A_pause_refuses_for_a_while_and_keeps_the_operators_reason_to_itself()
    {
        var candidate = Samples.Candidate();
        var facts = new RelayFacts(null, null, 0, 0);
        var pause = new Pause(PauseScope.SponsorshipOn(candidate.Request.ChainId), "someone", "a secret reason", Samples.Now);

        Assert.Null(new SponsorshipRule().Check(candidate, facts));
        var refusal = new SponsorshipRule().Check(candidate, facts with { Pause = pause })!;
        Assert.Equal((RefusalCode.SponsorshipPaused, true), (refusal.Code, refusal.RetryAfter > TimeSpan.Zero));
        Assert.DoesNotContain("secret", refusal.Detail, StringComparison.Ordinal);
    }
}
