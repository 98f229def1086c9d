using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Admission;

namespace Relayer.Core.Relay.Rules;

/// <summary>The message is signed by the account it speaks for. Forwarders recover with ECDSA only: no contract accounts (ERC-1271).</summary>
internal sealed class SignatureRule(ISecp256k1 curve) : IRelayRule
{
    public Refusal? Check(RelayCandidate candidate) =>
        curve.TryRecover(candidate.Id, candidate.Request.Signature, out var signer) && signer == candidate.Message.From
            ? null
            : new Refusal(
                RefusalCode.SignatureMismatch,
                $"The signature is not {candidate.Message.From}'s for this message; compare the EIP-712 domain and types with /api/chains.")
            {
                Unsigned = new UnsignedRequest(candidate.Request.ChainId, candidate.Request.Forwarder, candidate.Message.From),
            };
}
