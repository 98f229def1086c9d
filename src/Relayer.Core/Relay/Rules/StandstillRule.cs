using Relayer.Core.Relay.Admission;

namespace Relayer.Core.Relay.Rules;

/// <summary>A chain that stands still takes nothing: what is accepted now may expire before it goes on, and is tried on a state that is old.</summary>
internal sealed class StandstillRule : IChainRule
{
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(30);
    private static readonly DeadlineRule Deadline = new();

    public Refusal? Check(RelayCandidate candidate, RelayFacts facts, ChainView view) => view.Standing.IsBehind
        ? new Refusal(RefusalCode.ChainStalled, $"Nothing is relayed at the moment: {view.Standing}. Post the same request again later; do not sign another.", RetryAfter: Later)

        // The deadline was let pass by the time of a chain that was behind, and is not any more.
        : candidate.ChainTime < candidate.Now ? Deadline.Check(candidate with { ChainTime = candidate.Now }) : null;
}
