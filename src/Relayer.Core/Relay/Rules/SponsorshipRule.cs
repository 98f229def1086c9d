using Relayer.Core.Operations;
using Relayer.Core.Relay.Admission;

namespace Relayer.Core.Relay.Rules;

/// <summary>While operators have paused the sponsoring, nothing new is taken; what was accepted is carried out.</summary>
internal sealed class SponsorshipRule : IRecordRule
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(30);

    public Refusal? Check(RelayCandidate candidate, RelayFacts facts) => facts.Pause is null
        ? null
        : new Refusal(
            RefusalCode.SponsorshipPaused,
            facts.Pause.Scope == PauseScope.Sponsorship
                ? "Sponsoring is paused."
                : $"Sponsoring is paused on chain {candidate.Request.ChainId}.",
            RetryAfter: LookAgain);
}
