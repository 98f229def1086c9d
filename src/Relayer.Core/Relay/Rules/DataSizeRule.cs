using Relayer.Core.Relay.Admission;

namespace Relayer.Core.Relay.Rules;

/// <summary>Calldata is paid for by the byte: no more of it than the function called may have.</summary>
internal sealed class DataSizeRule : IRelayRule
{
    public Refusal? Check(RelayCandidate candidate)
    {
        var data = candidate.Message.Data;
        var most = candidate.Policy.Find(candidate.Message.To, data.Span)?.MaxDataBytes ?? candidate.Policy.MaxDataBytes;
        return data.Length <= most
            ? null
            : new Refusal(RefusalCode.PayloadTooLarge, $"data has {data.Length} bytes; at most {most} are relayed.");
    }
}
