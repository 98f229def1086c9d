using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Breakers;

namespace Relayer.Core.Relay.Rules;

/// <summary>What keeps failing on chain although it passes the simulation is not paid for, for a while.</summary>
internal sealed class BreakerRule(BreakerBoard board) : IRelayRule
{
    public Refusal? Check(RelayCandidate candidate) => board.Check(candidate);
}
