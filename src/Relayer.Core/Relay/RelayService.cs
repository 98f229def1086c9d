using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;
using Relayer.Core.Concurrency;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Relay.Rules;
using Relayer.Core.Storage;
using Relayer.Core.Telemetry;
using Relayer.Core.Transactions;

namespace Relayer.Core.Relay;

/// <summary>Takes users' requests: rules in order, then one write, then on chain. Tells how they stand.</summary>
/// <remarks>
/// Safe for concurrent use and from several instances. It has no discretion: what is accepted goes on chain exactly as it was signed.
/// </remarks>
public sealed class RelayService
{
    /// <summary>The ledger's name for relays.</summary>
    public const string Purpose = "relay";

    /// <summary>
    /// Up to so many requests at once, records and chain are asked at the same time; beyond, the records first, so that a request
    /// they refuse costs the node nothing.
    /// </summary>
    private const int QuietUpTo = 4;

    private readonly RelayRoutes _routes;
    private readonly RelayRules _rules;
    private readonly RelayStore _store;
    private readonly IChainClients _chains;
    private readonly ChainEngines _engines;
    private readonly ForwarderCheck _forwarders;
    private readonly TimeProvider _time;
    private readonly Coalescer<RelayCandidate, RelayFacts> _facts;
    private readonly Coalescer<Hash32, RelayRecord?> _reads;
    private readonly Dictionary<ChainId, Lazy<RelayIntake>> _intakes;
    private int _deciding;

    /// <summary>Connects the parts; does no I/O.</summary>
    public RelayService(
        RelayRoutes routes, Database database, IChainClients chains, ChainEngines engines, ForwarderCheck forwarders, TimeProvider time)
    {
        (_routes, _chains, _engines, _forwarders, _time) = (routes, chains, engines, forwarders, time);
        _rules = new RelayRules(Secp256k1.Default);
        _store = new RelayStore(database);
        _facts = new Coalescer<RelayCandidate, RelayFacts>(_store.ReadFactsAsync, maxBatch: 128, parallelism: 2);
        _reads = new Coalescer<Hash32, RelayRecord?>(ReadManyAsync, maxBatch: 512);
        _intakes = routes.Chains.ToDictionary(
            chainId => chainId, chainId => new Lazy<RelayIntake>(() => new RelayIntake(engines.Get(chainId), database)));
    }

    /// <summary>Relays a request, or says why not. The same request again gives its present state and does nothing.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers; nothing is recorded.</exception>
    /// <exception cref="NpgsqlException">The database is away; post it again.</exception>
    /// <exception cref="SignerUnavailableException">No signing key can be had; nothing is recorded.</exception>
    public async Task<RelayDecision> SubmitAsync(RelayRequest request, CancellationToken cancellation)
    {
        using var activity = RelayerMetrics.Activities.StartActivity("relay");
        var started = _time.GetTimestamp();
        var decision = await DecideAsync(request, cancellation);
        Describe(activity, request, decision);
        Measure(request.ChainId, decision, _time.GetElapsedTime(started));
        return decision;
    }

    /// <summary>Judges a request as <see cref="SubmitAsync"/> would, and records nothing.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<SimulationDecision> SimulateAsync(RelayRequest request, CancellationToken cancellation)
    {
        var (candidate, refusal) = Admit(request);
        refusal ??= RefuseAlone(candidate!);
        if (refusal is not null)
        {
            return new SimulationDecision.Rejected(refusal);
        }

        var facts = await _facts.RunAsync(candidate!, cancellation);
        var plan = Plan(candidate!);
        return await RefuseAsync(candidate!, facts, plan.Gas, early: null, cancellation) is { } reason
            ? new SimulationDecision.Rejected(reason)
            : new SimulationDecision.Passes(plan.Gas);
    }

    /// <summary>How a relay stands; <see langword="null"/> when it is not known.</summary>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public Task<RelayRecord?> FindAsync(Hash32 id, CancellationToken cancellation) => _reads.RunAsync(id, cancellation);

    /// <summary>A user's relays, newest first.</summary>
    /// <param name="chainId">Only this chain's; <see langword="null"/> for all.</param>
    /// <param name="from">The user.</param>
    /// <param name="before">Only those accepted before this <see cref="RelayRecord.Sequence"/>.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public Task<IReadOnlyList<RelayRecord>> ListAsync(
        ChainId? chainId, Address from, long before, int limit, CancellationToken cancellation) =>
        _store.ListAsync(chainId, from, before, limit, cancellation);

    /// <summary>
    /// The nonce that a user's next request may carry: after those under way where nonces are sequential, 256 random bits where not.
    /// </summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<UInt256> NextNonceAsync(RelayRoute route, Address from, CancellationToken cancellation)
    {
        var forwarder = route.Forwarder;
        if (!forwarder.HasSequentialNonces)
        {
            return UInt256.ReadBigEndian(RandomNumberGenerator.GetBytes(32));
        }

        var call = new EthCall(null, forwarder.Address, forwarder.EncodeNonceRead(from, UInt256.Zero));
        var onChain = _chains.Get(forwarder.ChainId).CallAsync([call], cancellation);
        var predecessor = await _store.FindPredecessorAsync(forwarder.ChainId, forwarder.Address, from, cancellation);
        if ((await onChain)[0] is not CallOutcome.Returned { Data: var word }
            || !forwarder.TryDecodeNonce(word.Span, out var state) || state is not NonceState.Sequential { Next: var next })
        {
            throw new ChainUnavailableException(forwarder.ChainId, $"forwarder {forwarder.Address} did not answer for its nonces");
        }

        return predecessor is not null && predecessor.Nonce >= next ? predecessor.Nonce + 1UL : next;
    }

    /// <summary>Forgets quota windows that are over.</summary>
    /// <returns>How many were removed.</returns>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public Task<int> SweepGrantsAsync(CancellationToken cancellation) =>
        _store.SweepGrantsAsync(GrantWindow.OldestInUse(_time.GetUtcNow()), cancellation);

    private async Task<RelayDecision> DecideAsync(RelayRequest request, CancellationToken cancellation)
    {
        var isQuiet = Interlocked.Increment(ref _deciding) <= QuietUpTo;
        try
        {
            return await DecideAsync(request, isQuiet, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _deciding);
        }
    }

    private async Task<RelayDecision> DecideAsync(RelayRequest request, bool isQuiet, CancellationToken cancellation)
    {
        var (admitted, refusal) = Admit(request);
        if (admitted is not { } candidate)
        {
            return new RelayDecision.Rejected(refusal!);
        }

        // A limit that changed, or a deadline that passed since, never hides a relay from the one who posted it.
        refusal = RefuseAlone(candidate);
        if (refusal is not null && !_rules.IsSigned(candidate))
        {
            return new RelayDecision.Rejected(refusal);
        }

        var plan = Plan(candidate);
        var reading = _facts.RunAsync(candidate, cancellation);
        var early = refusal is null && isQuiet ? TryReadEarlyAsync(candidate, plan.Gas, cancellation) : null;
        var facts = await reading;
        if (facts.Known is { } known)
        {
            return new RelayDecision.Known(known);
        }

        refusal ??= await RefuseAsync(candidate, facts, plan.Gas, early, cancellation);
        if (refusal is null)
        {
            return await CarryOutAsync(candidate, facts, plan, cancellation);
        }

        // Posted twice at once, the other one may have been recorded, or even mined, since the facts were read: its nonce is spent by itself.
        return await FindAsync(candidate.Id, cancellation) is { } meanwhile
            ? new RelayDecision.Known(meanwhile)
            : new RelayDecision.Rejected(refusal);
    }

    private (RelayCandidate? Candidate, Refusal? Refusal) Admit(RelayRequest request)
    {
        if (_routes.Find(request.ChainId, request.Forwarder, out var route) is { } refusal)
        {
            return (null, refusal);
        }

        return route.Forwarder.HasShapeOf(request.Message)
            ? (new RelayCandidate(request, route, _time.GetUtcNow()), null)
            : (null, new Refusal(
                RefusalCode.MalformedRequest,
                route.Forwarder.HasDeadline
                    ? "request.deadline is missing or not below 2^48: this forwarder's messages carry one, in Unix seconds."
                    : "request.deadline is not part of this forwarder's messages."));
    }

    private Refusal? RefuseAlone(RelayCandidate candidate)
    {
        foreach (var rule in _rules.Alone)
        {
            if (rule.Check(candidate) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    private Refusal? RefuseByRecords(RelayCandidate candidate, RelayFacts facts)
    {
        foreach (var rule in _rules.WithRecords)
        {
            if (rule.Check(candidate, facts) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    private async Task<Refusal?> RefuseAsync(
        RelayCandidate candidate, RelayFacts facts, ulong outerGas, Task<ChainView?>? early, CancellationToken cancellation)
    {
        if (RefuseByRecords(candidate, facts) is { } used)
        {
            return used;
        }

        // What was read beside the facts may be older than they are: it is good enough for a yes, a no is looked at again.
        if (facts.Predecessor is null && early is not null && await early is { } seen && RefuseByChain(candidate, facts, seen) is null)
        {
            return null;
        }

        if (await _forwarders.FindMismatchAsync(candidate.Route.Forwarder, cancellation) is { } mismatch)
        {
            return new Refusal(RefusalCode.ChainUnavailable, $"The forwarder is not as configured: {mismatch}.", RetryAfter: TimeSpan.FromMinutes(1));
        }

        return RefuseByChain(candidate, facts, await ReadViewAsync(candidate, facts.Predecessor, outerGas, cancellation));
    }

    private Refusal? RefuseByChain(RelayCandidate candidate, RelayFacts facts, ChainView view)
    {
        foreach (var rule in _rules.WithChain)
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
    private async Task<ChainView?> TryReadEarlyAsync(RelayCandidate candidate, ulong outerGas, CancellationToken cancellation)
    {
        try
        {
            return await _forwarders.FindMismatchAsync(candidate.Route.Forwarder, cancellation) is null
                ? await ReadViewAsync(candidate, predecessor: null, outerGas, cancellation)
                : null;
        }
        catch (Exception failure) when (failure is ChainUnavailableException or SignerUnavailableException or NpgsqlException or OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<ChainView> ReadViewAsync(
        RelayCandidate candidate, Predecessor? predecessor, ulong outerGas, CancellationToken cancellation)
    {
        // Value has to come from an account that holds some, also in a simulation.
        Address? payer = null;
        if (!candidate.Message.Value.IsZero)
        {
            var quote = await _engines.Get(candidate.Request.ChainId).QuoteAsync(outerGas, cancellation);
            payer = quote.Signers.Count > 0 ? quote.Signers[0] : null;
        }

        return await new ChainViewReader(_chains.Get(candidate.Request.ChainId))
            .ReadAsync(candidate, predecessor, outerGas, payer, cancellation);
    }

    private static (byte[] Data, ulong Gas) Plan(RelayCandidate candidate)
    {
        var data = candidate.Route.Forwarder.EncodeExecute(candidate.Message, candidate.Request.Signature);
        return (data, OuterGas.For(candidate.Route.Forwarder, [candidate.Message], data));
    }

    private async Task<RelayDecision> CarryOutAsync(
        RelayCandidate candidate, RelayFacts facts, (byte[] Data, ulong Gas) call, CancellationToken cancellation)
    {
        var engine = _engines.Get(candidate.Request.ChainId);
        var quote = await engine.QuoteAsync(call.Gas, cancellation);
        if (quote.Fees is null)
        {
            return Rejected(RefusalCode.ChainUnavailable, "Gas costs more than is paid on this chain at the moment.", TimeSpan.FromSeconds(15));
        }

        // Behind a request under way only its own signer will do: another could be mined first.
        var signers = facts.Predecessor is { } predecessor ? quote.Signers.Where(signer => signer == predecessor.Signer).ToArray() : quote.Signers;
        if (signers.Count == 0)
        {
            return Rejected(RefusalCode.SignersExhausted, "No signer can pay for this request at the moment.", TimeSpan.FromSeconds(15));
        }

        var plan = new TransactionPlan(
            Guid.CreateVersion7(_time.GetUtcNow()), Purpose, candidate.Request.Forwarder, candidate.Message.Value, call.Gas, call.Data, quote.Fees,
            candidate.ExpiresAt);
        switch (await _intakes[candidate.Request.ChainId].Value.AcceptAsync(candidate, plan, signers, cancellation))
        {
            case IntakeOutcome.Refused refused:
                return new RelayDecision.Rejected(await ExplainAsync(candidate, refused.Refusal, cancellation));
            case IntakeOutcome.Written written:
                // Recorded: from here on it is carried out, whether or not the caller still waits.
                return new RelayDecision.Accepted(await SendAsync(engine, candidate, written.Reserved));
            default:
                return await FindAsync(candidate.Id, cancellation) is { } known
                    ? new RelayDecision.Known(known)
                    : throw new UnreachableException("the database holds the relay but does not show it");
        }
    }

    /// <summary>The database only says that a share is used up; the records say which one, and so when to come back.</summary>
    private async Task<Refusal> ExplainAsync(RelayCandidate candidate, Refusal objection, CancellationToken cancellation) =>
        objection.Code == RefusalCode.QuotaExceeded
            ? RefuseByRecords(candidate, await _facts.RunAsync(candidate, cancellation)) ?? objection
            : objection;

    private static async Task<RelayRecord> SendAsync(ChainEngine engine, RelayCandidate candidate, ReservedTransaction reserved)
    {
        Hash32? hash = null;
        var state = RelayState.Accepted;
        try
        {
            var submission = await engine.SubmitAsync(reserved, CancellationToken.None);
            (hash, state) = (submission.Hash, submission.IsTaken ? RelayState.Pending : RelayState.Accepted);
        }
        catch (Exception later) when (later is SignerUnavailableException or NpgsqlException)
        {
            // The record is safe; the engine's next pass signs and sends it.
        }

        var message = candidate.Message;
        return new RelayRecord(
            candidate.Id, state, candidate.Request.ChainId, candidate.Request.Forwarder, message.From, message.To, message.Nonce,
            hash, null, null, null, null, candidate.Now, candidate.Now, 0);
    }

    private async Task<IReadOnlyList<RelayRecord?>> ReadManyAsync(IReadOnlyList<Hash32> ids, CancellationToken cancellation)
    {
        var records = await _store.FindAsync(ids.Distinct(), cancellation);
        return [.. ids.Select(id => records.GetValueOrDefault(id))];
    }

    private static RelayDecision.Rejected Rejected(string code, string detail, TimeSpan retryAfter) =>
        new(new Refusal(code, detail, RetryAfter: retryAfter));

    private static void Describe(Activity? activity, RelayRequest request, RelayDecision decision)
    {
        if (activity is null)
        {
            return;
        }

        activity.SetTag("relayer.chain_id", request.ChainId.Value);
        activity.SetTag("relayer.outcome", decision.GetType().Name.ToLowerInvariant());
        switch (decision)
        {
            case RelayDecision.Accepted { Relay: var relay }:
                activity.SetTag("relayer.relay_id", relay.Id.ToString()).SetTag("relayer.transaction_hash", relay.TransactionHash?.ToString());
                break;
            case RelayDecision.Known { Relay: var relay }:
                activity.SetTag("relayer.relay_id", relay.Id.ToString());
                break;
            case RelayDecision.Rejected { Refusal: var refusal }:
                activity.SetTag("relayer.code", refusal.Code);
                break;
            default:
                break;
        }
    }

    private static void Measure(ChainId chainId, RelayDecision decision, TimeSpan elapsed)
    {
        var chain = new KeyValuePair<string, object?>("chain", chainId.Value);
        RelayerMetrics.RelayDuration.Record(elapsed.TotalSeconds, chain, new("outcome", decision.GetType().Name.ToLowerInvariant()));
        if (decision is RelayDecision.Accepted)
        {
            RelayerMetrics.RelaysAccepted.Add(1, chain);
        }
        else if (decision is RelayDecision.Rejected rejected)
        {
            // An unknown chain id is the caller's invention: as a tag it would grow without bound.
            var known = rejected.Refusal.Code == RefusalCode.UnknownChain ? new("chain", "unknown") : chain;
            RelayerMetrics.RelaysRefused.Add(1, known, new("code", rejected.Refusal.Code));
        }
    }
}
