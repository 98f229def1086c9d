using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Budgets;

namespace Relayer.Core.Relay.Rules;

/// <summary>What budgets had no room for a moment ago is refused at once.</summary>
/// <remarks>This spares the chain and the database; what holds is the check in the write that accepts.</remarks>
internal sealed class BudgetRule(BudgetGate gate) : IRelayRule
{
    public Refusal? Check(RelayCandidate candidate) => gate.Check(candidate);
}
