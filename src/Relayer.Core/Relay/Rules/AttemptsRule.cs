using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Callers;

namespace Relayer.Core.Relay.Rules;

/// <summary>A user tries so many times in a minute, whatever becomes of it. Each look counts.</summary>
/// <remarks>It stands behind the signature, so that it is the user who tried.</remarks>
internal sealed class AttemptsRule(IUserAttempts attempts) : IRelayRule
{
    public Refusal? Check(RelayCandidate candidate) => attempts.Count(candidate.Message.From) is { } wait
        ? new Refusal(RefusalCode.TooManyRequests, "Too many requests of this user came in the last minute, refused and simulated ones counted.", RetryAfter: wait)
        : null;
}
