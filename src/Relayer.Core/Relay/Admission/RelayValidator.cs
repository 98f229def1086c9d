using Npgsql;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Relay.Rules;
using Relayer.Core.Transactions;

namespace Relayer.Core.Relay.Admission;

/// <summary>Puts a request to the rules, and finds out for them what they need to know of the chain.</summary>
/// <param name="routes">The forwarders served.</param>
/// <param name="rules">The rules, in order.</param>
/// <param name="chains">The chains.</param>
/// <param name="engines">Who knows what data costs, and an account that can carry value.</param>
/// <param name="forwarders">Compares contracts with the configuration.</param>
/// <param name="time">The clock.</param>
internal sealed class RelayValidator(
    RelayRoutes routes, RelayRules rules, IChainClientFactory chains, ChainEngines engines, ForwarderCheck forwarders, TimeProvider time)
{
    /// <summary>True when the request is signed by its user.</summary>
    public bool IsSigned(RelayCandidate candidate) => rules.IsSigned(candidate);

    /// <summary>Finds the route, and checks that the message has its dialect's shape.</summary>
    public (RelayCandidate? Candidate, Refusal? Refusal) Admit(RelayRequest request, Caller caller)
    {
        if (routes.Find(request.ChainId, request.Forwarder, out var route) is { } refusal)
        {
            return (null, refusal);
        }

        var engine = engines.Get(request.ChainId);
        var now = Now();
        return route.Forwarder.HasShapeOf(request.Message)
            ? (new RelayCandidate(request, route, now)
            {
                Caller = caller,
                Data = engine.Data,
                Payer = engine.NextPayer(),
                ChainTime = engine.Standing.TimeAt(now),
            }, null)
            : (null, new Refusal(
                RefusalCode.MalformedRequest,
                route.Forwarder.HasDeadline
                    ? "request.deadline is missing or not below 2^48: this forwarder's messages carry one, in Unix seconds."
                    : "request.deadline is not part of this forwarder's messages."));
    }

    /// <summary>No finer than PostgreSQL keeps it, so that the answer to a post and a later look tell the same time.</summary>
    private DateTimeOffset Now()
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    /// <summary>Judges by the request alone.</summary>
    public Refusal? RefuseAlone(RelayCandidate candidate) => Refuse(candidate, rules.Alone);

    /// <summary>Judges once it is known who calls.</summary>
    public Refusal? RefuseKnown(RelayCandidate candidate) => Refuse(candidate, rules.Known);

    private static Refusal? Refuse(RelayCandidate candidate, IReadOnlyList<IRelayRule> judges)
    {
        foreach (var rule in judges)
        {
            if (rule.Check(candidate) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    /// <summary>Judges with what the records say.</summary>
    public Refusal? RefuseByRecords(RelayCandidate candidate, RelayFacts facts)
    {
        foreach (var rule in rules.WithRecords)
        {
            if (rule.Check(candidate, facts) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    /// <summary>Judges with what the records and the chain say.</summary>
    public async Task<Refusal?> RefuseAsync(
        RelayCandidate candidate, RelayFacts facts, Task<ChainView?>? early, CancellationToken cancellation)
    {
        if (RefuseByRecords(candidate, facts) is { } used)
        {
            return used;
        }

        // What was read beside the facts may be older than they are: it is good enough for a yes, a no is looked at again; so is what was read without knowing
        // how far the chain is for certain.
        var isNews = facts.ConfirmedAt is { } height && chains.Get(candidate.Request.ChainId).NoteConfirmed(height);
        if (!isNews && facts.Predecessor is null && early is not null && await early is { } seen && RefuseByChain(candidate, facts, seen) is null)
        {
            return null;
        }

        if (await forwarders.FindMismatchAsync(candidate.Route.Forwarder, cancellation) is { } mismatch)
        {
            return new Refusal(RefusalCode.ChainUnavailable, $"The forwarder is not as configured: {mismatch}.", RetryAfter: TimeSpan.FromMinutes(1));
        }

        return RefuseByChain(candidate, facts, await ReadViewAsync(candidate, facts.Predecessor, cancellation));
    }

    private Refusal? RefuseByChain(RelayCandidate candidate, RelayFacts facts, ChainView view)
    {
        foreach (var rule in rules.WithChain)
        {
            if (rule.Check(candidate, facts, view) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    /// <summary>The chain's view while the records are still being read, as if they held no request of the user under way.</summary>
    /// <returns><see langword="null"/> when it cannot be had: then it is asked for again, and failures count there.</returns>
    public async Task<ChainView?> TryReadEarlyAsync(RelayCandidate candidate, CancellationToken cancellation)
    {
        try
        {
            return await forwarders.FindMismatchAsync(candidate.Route.Forwarder, cancellation) is null
                ? await ReadViewAsync(candidate, predecessor: null, cancellation)
                : null;
        }
        catch (Exception failure) when (failure is ChainUnavailableException or SignerUnavailableException or NpgsqlException or OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<ChainView> ReadViewAsync(RelayCandidate candidate, Predecessor? predecessor, CancellationToken cancellation)
    {
        var quote = await TryQuoteAsync(candidate, cancellation);
        var payer = candidate.Payer is { } next && quote.Signers.Contains(next) ? next : quote.Signers.Count > 0 ? quote.Signers[0] : candidate.Payer;
        var view = await new ChainViewReader(chains.Get(candidate.Request.ChainId)).ReadAsync(candidate, predecessor, payer, quote.Fees, cancellation);
        return view with { Standing = engines.Get(candidate.Request.ChainId).Standing };
    }

    /// <summary>Where no signer can be had, a request is still worth a look: it may be refused for good.</summary>
    private async Task<Quote> TryQuoteAsync(RelayCandidate candidate, CancellationToken cancellation)
    {
        try
        {
            return await engines.Get(candidate.Request.ChainId).QuoteAsync(candidate.Call.Gas, candidate.Call.Data.Length, SignerUse.Relays, cancellation);
        }
        catch (SignerUnavailableException)
        {
            return new Quote(null, []);
        }
    }
}
