using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Forwarders;

namespace Relayer.Core.Relay.Rules;

/// <summary>The user's nonce is the next one (sequential), or unspent (unordered).</summary>
internal sealed class NonceRule : IChainRule
{
    public Refusal? Check(RelayCandidate candidate, RelayFacts facts, ChainView view)
    {
        var nonce = candidate.Message.Nonce;
        switch (view.Nonce)
        {
            case NonceState.Unordered { IsUsed: true }:
                return new Refusal(RefusalCode.NonceUsed, $"Nonce {nonce} is spent.");
            case NonceState.Sequential { Next: var told }:
                // What the records know is spent is, whatever a node says that has not seen it.
                var onChain = facts.LastSpent is { } spent && spent >= told ? spent + 1UL : told;
                return Check(candidate, facts.Predecessor is { } predecessor && predecessor.Nonce >= onChain ? predecessor : null, onChain);
            default:
                return null;
        }
    }

    private static Refusal? Check(RelayCandidate candidate, Predecessor? predecessor, UInt256 onChain)
    {
        var nonce = candidate.Message.Nonce;
        var next = predecessor is null ? onChain : predecessor.Nonce + 1UL;
        if (nonce < next)
        {
            return new Refusal(RefusalCode.NonceUsed, $"Nonce {nonce} is used; the next one is {next}.");
        }

        if (nonce > next)
        {
            return new Refusal(RefusalCode.NonceGap, $"Nonce {nonce} is too far ahead; the next one is {next}.");
        }

        if (predecessor is { Signer: null })
        {
            return new Refusal(
                RefusalCode.NonceGap, $"Nonce {predecessor.Nonce} is being retried. Retry this request in 2 seconds.", RetryAfter: TimeSpan.FromSeconds(2));
        }

        // Behind another request the call can only be tried from the forwarder, which holds no coins.
        return predecessor is not null && !candidate.Message.Value.IsZero
            ? new Refusal(RefusalCode.NonceGap, $"A request with value is taken once nonce {predecessor.Nonce} is mined.", RetryAfter: TimeSpan.FromSeconds(5))
            : null;
    }
}
