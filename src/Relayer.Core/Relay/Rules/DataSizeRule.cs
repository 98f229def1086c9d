using Relayer.Core.Relay.Admission;

namespace Relayer.Core.Relay.Rules;

/// <summary>Calldata is paid for by the byte.</summary>
internal sealed class DataSizeRule : IRelayRule
{
    public Refusal? Check(RelayCandidate candidate) => candidate.Message.Data.Length <= candidate.Policy.MaxDataBytes
        ? null
        : new Refusal(
            RefusalCode.PayloadTooLarge,
            $"data has {candidate.Message.Data.Length} bytes; at most {candidate.Policy.MaxDataBytes} are relayed.");
}
