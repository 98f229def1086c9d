using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Relay.Admission;

namespace Relayer.Core.Relay.Rules;

/// <summary>The transaction around the call must be one that a chain takes: no more than 2^24 gas (EIP-7825).</summary>
internal sealed class OuterGasRule : IRelayRule
{
    public Refusal? Check(RelayCandidate candidate) => candidate.Call.Gas <= TransactionLimits.MaxGas
        ? null
        : new Refusal(
            RefusalCode.GasAboveLimit,
            $"The transaction would need {candidate.Call.Gas} gas; no transaction may have more than {TransactionLimits.MaxGas} (EIP-7825).");
}
