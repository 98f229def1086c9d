using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Admission;

namespace Relayer.Core.Relay.Rules;

/// <summary>Only listed functions of a target are called.</summary>
/// <remarks>It does not see inside a target's own <c>multicall</c>: listing that function allows whatever it can reach.</remarks>
internal sealed class SelectorRule : IRelayRule
{
    public Refusal? Check(RelayCandidate candidate)
    {
        var data = candidate.Message.Data;
        return candidate.Policy.Find(candidate.Message.To, data.Span) is not null
            ? null
            : new Refusal(
                RefusalCode.SelectorNotAllowed,
                data.Length < 4
                    ? "data calls no function: it has fewer than four bytes."
                    : $"Function {Hex.Encode(data.Span[..4])} of {candidate.Message.To} is not sponsored.");
    }
}
