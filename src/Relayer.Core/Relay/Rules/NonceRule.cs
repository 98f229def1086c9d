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
            case NonceState.Sequential { Next: var onChain }:
                var next = facts.Predecessor is { } predecessor && predecessor.Nonce >= onChain ? predecessor.Nonce + 1UL : onChain;
                return nonce < next
                    ? new Refusal(RefusalCode.NonceUsed, $"Nonce {nonce} is used; the next one is {next}.")
                    : nonce > next
                        ? new Refusal(RefusalCode.NonceGap, $"Nonce {nonce} is too far ahead; the next one is {next}.")
                        : null;
            default:
                return null;
        }
    }
}
