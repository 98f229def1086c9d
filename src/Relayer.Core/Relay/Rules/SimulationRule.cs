using Relayer.Core.Relay.Admission;

namespace Relayer.Core.Relay.Rules;

/// <summary>A call that would revert now is not paid for.</summary>
internal sealed class SimulationRule : IChainRule
{
    public Refusal? Check(RelayCandidate candidate, RelayFacts facts, ChainView view) => view.Revert is null
        ? null
        : new Refusal(RefusalCode.SimulationReverted, $"The call would revert: {view.Revert}", view.Revert);
}
