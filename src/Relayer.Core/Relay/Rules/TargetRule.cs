using Relayer.Core.Relay.Admission;

namespace Relayer.Core.Relay.Rules;

/// <summary>Only listed contracts are called.</summary>
internal sealed class TargetRule : IRelayRule
{
    public Refusal? Check(RelayCandidate candidate) => candidate.Policy.Targets.ContainsKey(candidate.Message.To)
        ? null
        : new Refusal(RefusalCode.TargetNotAllowed, $"Calls to {candidate.Message.To} are not sponsored.");
}
