using Relayer.Core.Relay.Admission;

namespace Relayer.Core.Relay.Rules;

/// <summary>A deadline must leave time to be mined, and must not leave the signature lying about for long.</summary>
/// <remarks>Dialects without a deadline get <see cref="RelayPolicy.TimeToLive"/> instead.</remarks>
internal sealed class DeadlineRule : IRelayRule
{
    public Refusal? Check(RelayCandidate candidate)
    {
        if (candidate.Message.Deadline is null)
        {
            return null;
        }

        // While the chain stands still its own time counts: what is refused as late would be signed anew, and the first one might still be carried out.
        var left = candidate.ExpiresAt - candidate.ChainTime;
        if (left < candidate.Policy.MinDeadline)
        {
            return new Refusal(
                RefusalCode.DeadlinePassed,
                left < TimeSpan.Zero
                    ? "The deadline has passed."
                    : $"The deadline is too near: at least {candidate.Policy.MinDeadline.TotalSeconds:0} seconds are needed.");
        }

        return candidate.ExpiresAt - candidate.Now <= candidate.Policy.MaxDeadline
            ? null
            : new Refusal(
                RefusalCode.DeadlineTooFar,
                $"The deadline is too far away: at most {candidate.Policy.MaxDeadline.TotalSeconds:0} seconds from now are taken (it is in Unix seconds).");
    }
}
