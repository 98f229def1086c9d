using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Relay.Forwarders;

namespace Relayer.Core.Relay;

/// <summary>Asks a chain what the rules need to know of a request: its nonce's state, and whether the call would revert and why.</summary>
/// <param name="chain">The chain.</param>
internal sealed class ChainViewReader(IChainClient chain)
{
    /// <summary>Reads nonce and simulation in one round trip; a second one finds the reason of a revert.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers, or the forwarder's answer is not one.</exception>
    public async Task<ChainView> ReadAsync(
        RelayCandidate candidate, Predecessor? predecessor, ulong outerGas, Address? payer, CancellationToken cancellation)
    {
        var forwarder = candidate.Route.Forwarder;
        var message = candidate.Message;
        var nonceRead = new EthCall(null, forwarder.Address, forwarder.EncodeNonceRead(message.From, message.Nonce));

        // Behind a request that is still under way the forwarder would refuse the nonce: then the inner call is tried by itself.
        var isNext = predecessor is null;
        var trial = isNext
            ? new EthCall(payer, forwarder.Address, forwarder.EncodeExecute(message, candidate.Request.Signature), outerGas, message.Value)
            : InnerCall(forwarder.Address, message);
        var outcomes = await chain.CallAsync([nonceRead, trial], cancellation);
        var nonce = NonceOf(forwarder, outcomes[0]);
        return ReasonOf(outcomes[1]) is { } revert && isNext
            ? await ExplainAsync(candidate, nonceRead, revert, cancellation)
            : new ChainView(nonce, ReasonOf(outcomes[1]));
    }

    /// <summary>The call as the target sees it. The gas is the request's own, on top of what any transaction costs.</summary>
    public static EthCall InnerCall(Address forwarder, ForwardRequest message)
    {
        var calldata = Forwarder.EncodeInnerCall(message);
        return new EthCall(forwarder, message.To, calldata, message.Gas + OuterGas.Intrinsic(calldata), message.Value);
    }

    /// <summary>Why a call did not return; <see langword="null"/> when it did.</summary>
    public static string? ReasonOf(CallOutcome outcome) => outcome switch
    {
        CallOutcome.Reverted reverted => RevertReason.Decode(reverted.Data.Span),
        CallOutcome.Refused { Error.Kind: NodeErrorKind.OutOfGas } => "out of gas",
        CallOutcome.Refused refused => refused.Error.Message,
        _ => null,
    };

    /// <summary>
    /// Forwarders do not pass the inner reason on: the inner call by itself tells it. The nonce is read again, since a block between
    /// the two answers may have spent it, and that would be the reason.
    /// </summary>
    private async Task<ChainView> ExplainAsync(RelayCandidate candidate, EthCall nonceRead, string outer, CancellationToken cancellation)
    {
        // The forwarder holds no coins to try the inner call with: a request with value keeps the outer reason.
        EthCall[] inner = candidate.Message.Value.IsZero ? [InnerCall(candidate.Request.Forwarder, candidate.Message)] : [];
        var outcomes = await chain.CallAsync([nonceRead, .. inner], cancellation);
        return new ChainView(
            NonceOf(candidate.Route.Forwarder, outcomes[0]),
            outcomes.Skip(1).Select(ReasonOf).FirstOrDefault(reason => reason is not null) ?? outer);
    }

    private NonceState NonceOf(Forwarder forwarder, CallOutcome outcome) =>
        outcome is CallOutcome.Returned { Data: var word } && forwarder.TryDecodeNonce(word.Span, out var nonce)
            ? nonce
            : throw new ChainUnavailableException(chain.ChainId, $"forwarder {forwarder.Address} did not answer for its nonces");
}
