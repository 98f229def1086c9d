using Relayer.Core.Relay.Admission;

namespace Relayer.Core.Relay.Rules;

/// <summary>The relayer pays for all the gas it grants.</summary>
internal sealed class GasRule : IRelayRule
{
    public Refusal? Check(RelayCandidate candidate) => candidate.Message.Gas switch
    {
        0 => new Refusal(RefusalCode.GasAboveLimit, "gas is 0: the call could do nothing."),
        var gas when gas > candidate.Policy.MaxGas => new Refusal(
            RefusalCode.GasAboveLimit, $"gas is {gas}; at most {candidate.Policy.MaxGas} is granted."),
        _ => null,
    };
}
