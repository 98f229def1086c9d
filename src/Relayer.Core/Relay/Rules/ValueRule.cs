using Relayer.Core.Relay.Admission;

namespace Relayer.Core.Relay.Rules;

/// <summary>Value would come out of the relayer's pocket.</summary>
internal sealed class ValueRule : IRelayRule
{
    public Refusal? Check(RelayCandidate candidate) => candidate.Message.Value <= candidate.Policy.MaxValue
        ? null
        : new Refusal(
            RefusalCode.ValueNotAllowed,
            $"value is {candidate.Message.Value} wei; at most {candidate.Policy.MaxValue} is sponsored.");
}
