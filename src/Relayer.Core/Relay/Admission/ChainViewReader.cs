using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Providers;
using Relayer.Core.Relay.Forwarders;

namespace Relayer.Core.Relay.Admission;

/// <summary>Asks a chain what the rules need to know of a request: its nonce's state, and whether the call would revert and why.</summary>
/// <param name="chain">The chain.</param>
internal sealed class ChainViewReader(IChainClient chain)
{
    /// <summary>Tries the request, in one round trip; a second one finds the reason of a revert.</summary>
    /// <remarks>
    /// A forwarder carries out nothing whose nonce is not the one it wants: where <c>execute</c> succeeds, the nonce need not be asked for.
    /// The contract sees the newest block, its base fee, the payer and the price that will be offered. <c>eth_simulateV1</c> would also tell the gas, but may show it
    /// no base fee (docs/decisions/011). A yes is one provider's word, and costs what the call costs if it is wrong; a no rests on what enough of them say.
    /// </remarks>
    /// <param name="candidate">The request.</param>
    /// <param name="predecessor">The user's request under way before it.</param>
    /// <param name="payer">The account that will send it: it is tried as it will be sent.</param>
    /// <param name="fees">What will be offered for gas.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ChainUnavailableException">No provider answers, they contradict each other, or the forwarder's answer is not one.</exception>
    public async Task<ChainView> ReadAsync(
        RelayCandidate candidate, Predecessor? predecessor, Address? payer, TransactionFees? fees, CancellationToken cancellation)
    {
        if (predecessor is not null)
        {
            return await ReadBehindAsync(candidate, cancellation);
        }

        var (call, forwarder, nonce) = (candidate.Call, candidate.Route.Forwarder, candidate.Message.Nonce);
        var trial = new EthCall(payer, forwarder.Address, call.Data, call.Gas, candidate.Message.Value) { Fees = payer is null ? null : fees };
        var outcome = (await chain.CallAsync([trial], cancellation))[0];

        // What a node has against the account or the offer says nothing of the request.
        return ReasonOf(outcome) is not null
            ? await ExplainAsync(candidate, outcome is CallOutcome.Refused { Error.Kind: not NodeErrorKind.OutOfGas } ? trial with { Fees = null } : trial, cancellation)
            : new ChainView(forwarder.HasSequentialNonces ? new NonceState.Sequential(nonce) : new NonceState.Unordered(false), null);
    }

    /// <summary>Behind a request under way the forwarder would refuse the nonce: the inner call is tried by itself.</summary>
    private async Task<ChainView> ReadBehindAsync(RelayCandidate candidate, CancellationToken cancellation)
    {
        var forwarder = candidate.Route.Forwarder;
        EthCall[] calls = [NonceRead(candidate), InnerCall(forwarder.Address, candidate.Message)];
        var outcomes = await chain.CallAsync(calls, cancellation);
        if (ReasonOf(outcomes[1]) is not null || IsNo(candidate, outcomes[0]))
        {
            outcomes = await CallAgreedAsync(calls, cancellation);
        }

        return new ChainView(NonceOf(forwarder, outcomes[0]), ReasonOf(outcomes[1]));
    }

    private static EthCall NonceRead(RelayCandidate candidate) => new(
        null, candidate.Request.Forwarder, candidate.Route.Forwarder.EncodeNonceRead(candidate.Message.From, candidate.Message.Nonce));

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
    /// Forwarders do not pass the inner reason on: the inner call by itself tells it. A nonce that is spent, or not its turn yet, would
    /// be the reason too. All is looked at together: a block may have come since, and the request may succeed now.
    /// </summary>
    private async Task<ChainView> ExplainAsync(RelayCandidate candidate, EthCall trial, CancellationToken cancellation)
    {
        // A nonce that is not its turn yet is the usual reason, and strangers post such as they like: nothing more is run for it.
        if (candidate.Route.Forwarder.HasSequentialNonces && !candidate.Message.Nonce.IsZero
            && NonceOf(candidate.Route.Forwarder, (await CallAgreedAsync([NonceRead(candidate)], cancellation))[0]) is var before
            && before.Of(candidate.Message.Nonce) is not NonceStanding.Usable)
        {
            return new ChainView(before, null);
        }

        // The forwarder holds no coins to try the inner call with: a request with value keeps the outer reason.
        EthCall[] inner = candidate.Message.Value.IsZero ? [InnerCall(candidate.Request.Forwarder, candidate.Message)] : [];
        var outcomes = await CallAgreedAsync([NonceRead(candidate), trial, .. inner], cancellation);
        var nonce = NonceOf(candidate.Route.Forwarder, outcomes[0]);
        if (ReasonOf(outcomes[1]) is not { } again)
        {
            return new ChainView(nonce, null);
        }

        // The calls of a body may see different blocks: where nothing but the forwarder objects and the nonce is the one it wants, the block that brought it is believed.
        var reason = outcomes.Skip(2).Select(ReasonOf).FirstOrDefault(reason => reason is not null);
        return reason is null && nonce.Of(candidate.Message.Nonce) is NonceStanding.Usable && ReasonOf((await chain.CallAsync([trial], cancellation))[0]) is null
            ? new ChainView(nonce, null)
            : new ChainView(nonce, reason ?? again);
    }

    /// <summary>Whether a nonce's state refuses the request, or cannot be read.</summary>
    private static bool IsNo(RelayCandidate candidate, CallOutcome outcome) =>
        outcome is not CallOutcome.Returned { Data: var word } || !candidate.Route.Forwarder.TryDecodeNonce(word.Span, out var nonce)
        || nonce.Of(candidate.Message.Nonce) is NonceStanding.Used;

    private async Task<IReadOnlyList<CallOutcome>> CallAgreedAsync(EthCall[] calls, CancellationToken cancellation)
    {
        var outcomes = await chain.CallAgreedAsync(calls, cancellation);
        return outcomes.Any(outcome => outcome is null)
            ? throw new ChainUnavailableException(chain.ChainId, "the providers contradict each other about what the request would do")
            : [.. outcomes.Select(outcome => outcome!)];
    }

    private NonceState NonceOf(Forwarder forwarder, CallOutcome outcome) =>
        outcome is CallOutcome.Returned { Data: var word } && forwarder.TryDecodeNonce(word.Span, out var nonce)
            ? nonce
            : throw new ChainUnavailableException(chain.ChainId, $"forwarder {forwarder.Address} did not answer for its nonces");
}
