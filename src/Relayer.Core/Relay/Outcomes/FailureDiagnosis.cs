using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Batching;
using Relayer.Core.Relay.Forwarders;

namespace Relayer.Core.Relay.Outcomes;

/// <summary>Asks the chain why requests failed, or why a transaction did not carry them out.</summary>
/// <param name="routes">The forwarders.</param>
/// <param name="chain">The chain.</param>
internal sealed class FailureDiagnosis(RelayRoutes routes, IChainClient chain)
{
    private const string Changed = "it reverted when it was mined and would succeed now";
    private const string Untried = "it reverted when it was mined; a call with value cannot be tried again to find out why";

    /// <summary>Why the call of a request fails that was carried out.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    public async Task<string> WhyItFailedAsync(SignedRelay relay, CancellationToken cancellation)
    {
        var outcomes = await chain.CallAsync([InnerCall(relay, Route(relay)?.Forwarder)], cancellation);
        return InnerReason(outcomes[0], relay) ?? (relay.Value.IsZero ? Changed : Untried);
    }

    /// <summary>Why a mined transaction did not carry a request out.</summary>
    /// <param name="relay">The request.</param>
    /// <param name="wentAlone">It was the only one in its transaction.</param>
    /// <param name="minedIn">The height of the transaction's block.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns><see langword="null"/> when nothing that the providers agree on speaks against another transaction.</returns>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    public async Task<string?> WhyNotCarriedAsync(
        SignedRelay relay, bool wentAlone, long? minedIn, DateTimeOffset now, CancellationToken cancellation)
    {
        if (Route(relay) is not { Forwarder: var forwarder } || !Signature.TryParse(relay.Signature.Span, out var signature, out _))
        {
            return "its forwarder is not served any more";
        }

        var message = relay.MessageFor(forwarder);
        var call = RelayCall.For(new RelayRequest(chain.ChainId, relay.Forwarder, message, signature), forwarder);
        var outcomes = await chain.CallAgreedAsync(
            [
                new EthCall(null, forwarder.Address, forwarder.EncodeNonceRead(relay.From, relay.Nonce)),
                InnerCall(relay, forwarder),
                new EthCall(null, forwarder.Address, call.Data, call.Gas),
            ],
            cancellation);
        if (outcomes[0] is not CallOutcome.Returned { Data: var word } || !forwarder.TryDecodeNonce(word.Span, out var nonce))
        {
            return null; // Nobody knows: it is looked at again by itself, and holds up no other.
        }

        var reason = nonce.Of(relay.Nonce) switch
        {
            // What spent it may have carried out this very request: that is found out before anything is told.
            NonceStanding.Used => null,

            // The request before it has to go again first.
            NonceStanding.Ahead => null,
            _ => outcomes is [_, { } inner, { } outer] ? InnerReason(inner, relay) ?? Outer(outer, relay, wentAlone, now) : null,
        };
        return reason == Changed && await WasAheadAsync(relay, forwarder, minedIn, cancellation) ? null : reason;
    }

    /// <summary>It was mined before the request in front of it, which has been carried out since: behind that one it would have succeeded.</summary>
    private async Task<bool> WasAheadAsync(SignedRelay relay, Forwarder forwarder, long? minedIn, CancellationToken cancellation)
    {
        if (!forwarder.HasSequentialNonces || minedIn is not > 0)
        {
            return false;
        }

        try
        {
            var outcomes = await chain.CallAsync(
                [new EthCall(null, forwarder.Address, forwarder.EncodeNonceRead(relay.From, relay.Nonce))], BlockRef.At(minedIn.Value - 1), cancellation);
            return outcomes[0] is CallOutcome.Returned { Data: var word } && forwarder.TryDecodeNonce(word.Span, out var nonce)
                && nonce.Of(relay.Nonce) is NonceStanding.Ahead;
        }
        catch (ChainUnavailableException)
        {
            return false; // No node has that state any more.
        }
    }

    private static string? Outer(CallOutcome outcome, SignedRelay relay, bool wentAlone, DateTimeOffset now)
    {
        // What has expired is told so.
        var revert = relay.Value.IsZero && relay.ExpiresAt > now ? ChainViewReader.ReasonOf(outcome) : null;
        return revert ?? (wentAlone && relay.ExpiresAt > now ? relay.Value.IsZero ? Changed : Untried : null);
    }

    // Value is tried from the forwarder, which holds none: what the node says to that is no reason of the target's.
    private static string? InnerReason(CallOutcome outcome, SignedRelay relay) =>
        relay.Value.IsZero || outcome is CallOutcome.Reverted ? ChainViewReader.ReasonOf(outcome) : null;

    // By what was recorded, not by the configuration: a forwarder may be taken out of it while its relays are under way.
    private static EthCall InnerCall(SignedRelay relay, Forwarder? forwarder) =>
        ChainViewReader.InnerCall(relay.Forwarder, relay.MessageFor(forwarder));

    private RelayRoute? Route(SignedRelay relay) => routes.Find(chain.ChainId, relay.Forwarder, out var route) is null ? route : null;
}
