using System.Security.Cryptography;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Breakers;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Relay.Callers;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Relay.Outcomes;
using Relayer.Core.Relay.Records;
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

    private readonly IChainClientFactory _chains;
    private readonly TimeProvider _time;
    private readonly RelayStore _store;
    private readonly RelayReader _reads;
    private readonly RelayValidator _validator;
    private readonly RelayDispatch _dispatch;
    private readonly CallerRecognition _callers;
    private readonly Approvals _approvals;
    private readonly BudgetStore _budgets;
    private readonly ContractWallets _wallets;
    private readonly PastRelays _past;
    private readonly RelayRoutes _routes;
    private int _deciding;

    /// <summary>Connects the parts; does no I/O.</summary>
    public RelayService(
        RelayRoutes routes, ApiClients clients, IUserAttempts attempts, UserLists lists, AdmissionCalls admissions, Approvals approvals, ContractWallets wallets, Database database,
        IChainClientFactory chains, ChainEngines engines, ForwarderCheck forwarders, BreakerBoard breakers, TimeProvider time)
    {
        (_chains, _time, _routes, _wallets) = (chains, time, routes, wallets);
        _store = new RelayStore(database);
        _reads = new RelayReader(_store, engines);
        _approvals = approvals;
        _callers = new CallerRecognition(lists, admissions);
        _past = new PastRelays(chains, engines, time);
        var gate = new BudgetGate(time);
        _budgets = new BudgetStore(database);
        _validator = new RelayValidator(routes, new RelayRules(Secp256k1.Default, gate, breakers, clients, attempts), chains, engines, forwarders, time);
        _dispatch = new RelayDispatch(engines, database, _reads, _validator, gate, time);
    }

    /// <summary>Relays a request, or says why not. The same request again gives its present state and does nothing.</summary>
    /// <param name="request">The request.</param>
    /// <param name="caller">Who posts it, as far as the call shows it: anybody, or an API client.</param>
    /// <param name="cancellation">Stops it, as long as nothing is recorded.</param>
    /// <exception cref="ChainUnavailableException">No provider answers; nothing is recorded.</exception>
    /// <exception cref="NpgsqlException">The database is unavailable; post it again.</exception>
    /// <exception cref="SignerUnavailableException">No signing key can be had; nothing is recorded.</exception>
    public async Task<RelayDecision> SubmitAsync(RelayRequest request, Caller caller, CancellationToken cancellation)
    {
        using var activity = RelayerMetrics.Activities.StartActivity("relay");
        var started = _time.GetTimestamp();
        var decision = await DecideAsync(request, caller, cancellation);
        RelayTelemetry.Describe(activity, request, decision);
        RelayTelemetry.Measure(request.ChainId, decision, _time.GetElapsedTime(started));
        return decision;
    }

    /// <summary>Judges a request as <see cref="SubmitAsync"/> would, and records nothing but that it was tried.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<SimulationDecision> SimulateAsync(RelayRequest request, Caller caller, CancellationToken cancellation)
    {
        var (admitted, refusal) = _validator.Admit(request, caller);
        refusal ??= _validator.RefuseAlone(admitted!);
        if (refusal is not null)
        {
            return new SimulationDecision.Rejected(await ExplainAsync(refusal, cancellation));
        }

        var reading = _reads.FactsAsync(admitted!, cancellation);
        (var candidate, refusal) = await RecogniseAsync(admitted!, cancellation);
        var facts = await reading;
        refusal ??= await _validator.RefuseAsync(candidate, facts, early: null, cancellation);
        refusal ??= await _approvals.AskAsync(candidate, isSimulation: true, cancellation);
        return refusal is not null ? new SimulationDecision.Rejected(refusal) : new SimulationDecision.Passes(candidate.Call.Gas);
    }

    /// <summary>A refusal in better words, where a signature was refused because the account is none that could sign: a contract.</summary>
    /// <remarks>It looks at the chain for nothing else. Where that is silent the refusal stays as it is.</remarks>
    public async Task<Refusal> ExplainAsync(Refusal refusal, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return refusal.Unsigned is { } unsigned && _routes.Find(unsigned.ChainId, unsigned.Forwarder, out _) is null
            ? await _wallets.ExplainAsync(refusal, unsigned.ChainId, unsigned.Account, cancellation)
            : refusal;
    }

    /// <summary>How a relay stands; <see langword="null"/> when it is not known.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public Task<RelayRecord?> FindAsync(Hash32 id, CancellationToken cancellation) => _reads.FindAsync(id, cancellation);

    /// <summary>A user's relays, newest first.</summary>
    /// <param name="chainId">Only this chain's; <see langword="null"/> for all.</param>
    /// <param name="from">The user.</param>
    /// <param name="before">Only those accepted before this <see cref="RelayRecord.Sequence"/>.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public Task<IReadOnlyList<RelayRecord>> ListAsync(
        ChainId? chainId, Address from, long before, int limit, CancellationToken cancellation) =>
        _reads.ListAsync(chainId, from, before, limit, cancellation);

    /// <summary>
    /// The nonce that a user's next request may carry: after those under way and those that the records know are spent where nonces are sequential, 256 random
    /// bits where not.
    /// </summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<UInt256> NextNonceAsync(RelayRoute route, Address from, CancellationToken cancellation)
    {
        var forwarder = route.Forwarder;
        if (!forwarder.HasSequentialNonces)
        {
            return UInt256.ReadBigEndian(RandomNumberGenerator.GetBytes(32));
        }

        // The records first: where the chain is asked may be behind what was told of the user's last request.
        var chain = _chains.Get(forwarder.ChainId);
        var (known, confirmedAt) = await _store.FindNonceAsync(forwarder.ChainId, forwarder.Address, from, cancellation);
        if (confirmedAt is { } height)
        {
            chain.NoteConfirmed(height);
        }

        var call = new EthCall(null, forwarder.Address, forwarder.EncodeNonceRead(from, UInt256.Zero));
        if ((await chain.CallAsync([call], cancellation))[0] is not CallOutcome.Returned { Data: var word }
            || !forwarder.TryDecodeNonce(word.Span, out var state) || state is not NonceState.Sequential { Next: var next })
        {
            throw new ChainUnavailableException(forwarder.ChainId, $"forwarder {forwarder.Address} did not answer for its nonces");
        }

        return known is not null && known.Nonce >= next ? known.Nonce + 1UL : next;
    }

    /// <summary>Forgets quota windows that are over, and budgets of users that have been away.</summary>
    /// <returns>How many were removed.</returns>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<int> SweepGrantsAsync(CancellationToken cancellation) =>
        await _store.SweepGrantsAsync(QuotaWindow.OldestInUse(_time.GetUtcNow()), cancellation) + await _budgets.SweepAsync(cancellation);

    private async Task<RelayDecision> DecideAsync(RelayRequest request, Caller caller, CancellationToken cancellation)
    {
        var atOnce = Interlocked.Increment(ref _deciding);
        try
        {
            return await DecideAsync(request, caller, atOnce <= QuietUpTo, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _deciding);
        }
    }

    private async Task<RelayDecision> DecideAsync(RelayRequest request, Caller caller, bool isQuiet, CancellationToken cancellation)
    {
        var (admitted, refusal) = _validator.Admit(request, caller);
        if (admitted is not { } candidate)
        {
            return new RelayDecision.Rejected(refusal!);
        }

        // A limit that changed, or a deadline that passed since, never hides a relay from the one who posted it; asking too often does for a moment.
        refusal = _validator.RefuseAlone(candidate);
        if (refusal is not null && (refusal.Code == RefusalCode.TooManyRequests || !_validator.IsSigned(candidate)))
        {
            return new RelayDecision.Rejected(await ExplainAsync(refusal, cancellation));
        }

        var reading = _reads.FactsAsync(candidate, cancellation);
        var recognising = refusal is null ? RecogniseAsync(candidate, cancellation) : Task.FromResult((Candidate: candidate, Refusal: (Refusal?)refusal));
        var isRefused = recognising.IsCompletedSuccessfully && (await recognising).Refusal is not null;
        var early = isQuiet && !isRefused ? _validator.TryReadEarlyAsync(candidate, cancellation) : null;
        var facts = await reading;
        if (facts.Known is { } known)
        {
            return new RelayDecision.Known(known);
        }

        (candidate, refusal) = await recognising;
        refusal ??= await _validator.RefuseAsync(candidate, facts, early, cancellation);
        refusal ??= await _approvals.AskAsync(candidate, isSimulation: false, cancellation);
        if (refusal is null)
        {
            return await _dispatch.CarryOutAsync(candidate, facts, cancellation);
        }

        // Posted twice at once, the other one may have been recorded, or even mined, since the facts were read: its nonce is spent by itself.
        return await _reads.FindAsync(candidate.Id, cancellation) is { } meanwhile ? new RelayDecision.Known(meanwhile)
            : PastRelays.MayBe(refusal) ? await _past.DecideAsync(candidate, refusal, cancellation)
            : new RelayDecision.Rejected(refusal);
    }

    private async Task<(RelayCandidate Candidate, Refusal? Refusal)> RecogniseAsync(RelayCandidate candidate, CancellationToken cancellation)
    {
        var (known, refusal) = await _callers.RecogniseAsync(candidate, cancellation);
        return (known, refusal ?? _validator.RefuseKnown(known));
    }
}
