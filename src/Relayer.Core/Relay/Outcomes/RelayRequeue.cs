using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Relay.Records;
using Relayer.Core.Storage;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Clock;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Relay.Outcomes;

/// <summary>Gives another transaction to requests whose own ended without carrying them; each goes alone from then on.</summary>
/// <remarks>
/// Safe in several instances at once and after a crash anywhere: a request waits in the database from the very write that ended its
/// transaction until the very write that reserves the next. Sequential nonces keep their order: who is behind another waits for it.
/// </remarks>
internal sealed partial class RelayRequeue(
    RelayRoutes routes, IChainClientFactory chains, RelayStore store, Database database, TimeProvider time, ILogger logger)
{
    private const int PageSize = 256;

    private readonly CarrierSearch _carriers = new(chains, time);

    /// <summary>One pass.</summary>
    /// <returns>How many waited.</returns>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    /// <exception cref="SignerUnavailableException">No signing key can be had.</exception>
    public async Task<int> RunAsync(ChainEngine engine, CancellationToken cancellation)
    {
        var waiting = await store.FindWaitingAsync(engine.Settings.ChainId, PageSize, cancellation);
        if (waiting.Count == 0)
        {
            return 0;
        }

        var standing = await engine.LookAtStandingAsync(cancellation);
        var decisions = await Task.WhenAll(waiting.Select(relay => EvaluateAsync(engine, relay, standing, cancellation)));
        WaitingEnd[] ended = [.. decisions.OfType<Decision.Over>().Select(over => new WaitingEnd(over.Relay.Id, over.State, over.Reason, over.By))];
        if (ended.Length > 0)
        {
            await store.EndWaitingAsync(ended, time.GetUtcNow(), cancellation);
            foreach (var (id, state, _, by) in ended.Where(end => end.By is not null))
            {
                Log.CarriedElsewhere(logger, id, engine.Settings.ChainId, by!.Transaction, by.From, state);
            }
        }

        await SendAsync(engine, [.. decisions.OfType<Decision.Goes>()], cancellation);
        return waiting.Count;
    }

    /// <summary>Nothing takes a nonce that would not succeed now: the transaction that was in the way may have changed everything.</summary>
    private async Task<Decision> EvaluateAsync(ChainEngine engine, SignedRelay relay, ChainStanding standing, CancellationToken cancellation)
    {
        var chainId = engine.Settings.ChainId;
        if (routes.Find(chainId, relay.Forwarder, out var route) is not null || !Signature.TryParse(relay.Signature.Span, out var signature, out _))
        {
            return new Decision.Over(relay, RelayState.Failed, "its forwarder is not served any more");
        }

        // As for a new request: what is left must do to be mined. A chain that is behind may carry out what our clock says is late.
        if (standing.IsDoubtful)
        {
            return new Decision.Waits(relay);
        }

        var left = relay.ExpiresAt - standing.TimeAt(time.GetUtcNow());
        if (standing.IsBehind ? left <= TimeSpan.Zero : left < route.Policy.MinDeadline)
        {
            return await IsSpentAsync(engine, route.Forwarder, relay, cancellation)
                ? await FindCarrierAsync(engine, relay, cancellation)
                : new Decision.Over(relay, RelayState.Expired, RelayOutcomes.TooLate);
        }

        if (standing.Motion is ChainMotion.StandsStill || (relay.IsBehind && route.Forwarder.HasSequentialNonces))
        {
            return new Decision.Waits(relay);
        }

        var request = new RelayRequest(chainId, relay.Forwarder, relay.MessageFor(route.Forwarder), signature);
        var candidate = new RelayCandidate(request, route, time.GetUtcNow()) { Data = engine.Data };
        var quote = await engine.QuoteAsync(candidate.Call.Gas, candidate.Call.Data.Length, SignerUse.Relays, cancellation);
        if (quote.Fees is not { } fees || quote.Signers.Count == 0)
        {
            return new Decision.Waits(relay);
        }

        var view = await new ChainViewReader(chains.Get(chainId)).ReadAsync(candidate, predecessor: null, quote.Signers[0], fees, cancellation);
        return view.Nonce.Of(relay.Nonce) switch
        {
            NonceStanding.Used => await FindCarrierAsync(engine, relay, cancellation),
            NonceStanding.Ahead => new Decision.Over(relay, RelayState.Failed, "the request before it was not carried out"),
            _ when view.Revert is { } revert => new Decision.Over(relay, RelayState.Failed, revert),
            _ => new Decision.Goes(relay, candidate, fees, quote.Signers),
        };
    }

    private async Task<bool> IsSpentAsync(ChainEngine engine, Forwarder forwarder, SignedRelay relay, CancellationToken cancellation)
    {
        var chain = chains.Get(engine.Settings.ChainId);
        var outcomes = await chain.CallAgreedAsync([new EthCall(null, forwarder.Address, forwarder.EncodeNonceRead(relay.From, relay.Nonce))], cancellation);
        return outcomes[0] is CallOutcome.Returned { Data: var word } && forwarder.TryDecodeNonce(word.Span, out var nonce)
            ? nonce.Of(relay.Nonce) is NonceStanding.Used
            : throw new ChainUnavailableException(chain.ChainId, $"forwarder {forwarder.Address} did not answer for its nonces");
    }

    /// <summary>Its nonce is spent. Until it is known by what, it waits: whoever signs again because of a wrong answer may pay twice.</summary>
    private async Task<Decision> FindCarrierAsync(ChainEngine engine, SignedRelay relay, CancellationToken cancellation) =>
        await _carriers.FindAsync(engine.Settings.ChainId, engine.Settings.Confirmations, relay, cancellation) switch
        {
            CarrierLook.Found { Carrier: { IsSame: false } other } => new Decision.Over(
                relay, RelayState.Failed, $"its nonce was spent by another request, in transaction {other.Transaction} of {other.From}"),
            CarrierLook.Found { Carrier: { Succeeded: true } by } => new Decision.Over(relay, RelayState.Confirmed, null, by),
            CarrierLook.Found { Carrier: var by } => new Decision.Over(relay, RelayState.Failed, $"its call failed in transaction {by.Transaction} of {by.From}", by),
            _ => new Decision.Waits(relay),
        };

    private async Task SendAsync(ChainEngine engine, IReadOnlyList<Decision.Goes> going, CancellationToken cancellation)
    {
        if (going.Count == 0)
        {
            return;
        }

        IReadOnlyList<ReservedTransaction> reserved;
        try
        {
            reserved = await ReserveAsync(engine, going, cancellation);
        }
        catch (PostgresException spent) when (BudgetSpent.Is(spent))
        {
            // One that no budget has room for waits on; the others go.
            if (going.Count > 1)
            {
                var half = going.Count / 2;
                await SendAsync(engine, [.. going.Take(half)], cancellation);
                await SendAsync(engine, [.. going.Skip(half)], cancellation);
            }

            return;
        }

        await Task.WhenAll(reserved.Select(async transaction =>
        {
            try
            {
                await engine.SubmitAsync(transaction, cancellation);
            }
            catch (Exception later) when (later is SignerUnavailableException or NpgsqlException)
            {
                // The record is safe; the engine's next pass signs and sends it.
            }
        }));
    }

    /// <summary>One database transaction: whoever holds the rows reserves, and binds them to what was reserved.</summary>
    private async Task<IReadOnlyList<ReservedTransaction>> ReserveAsync(
        ChainEngine engine, IReadOnlyList<Decision.Goes> going, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var held = await RelayStore.LockWaitingAsync(connection, going.Select(item => item.Relay.Id), cancellation);
        Decision.Goes[] mine = [.. going.Where(item => held.Contains(item.Relay.Id))];
        if (mine.Length == 0)
        {
            return [];
        }

        TransactionPlan[] plans = [.. mine.Select(item => item.Plan(time.GetUtcNow()))];
        var reserved = await engine.ReserveAsync(connection, mine[0].Signers, plans, cancellation);
        if (reserved.Count == 0)
        {
            return [];
        }

        await RelayStore.RebindAsync(
            connection, [.. reserved.Select((item, i) => new BatchItem(mine[i].Candidate, item.Plan.Id, 0, item.Plan.Fees.MaxPrice))], time.GetUtcNow(), cancellation);
        await transaction.CommitAsync(cancellation);
        for (var i = 0; i < reserved.Count; i++)
        {
            Log.GoesAgain(logger, mine[i].Relay.Id, engine.Settings.ChainId, reserved[i].Plan.Id);
        }

        return reserved;
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 310, Level = LogLevel.Warning, Message = "Relay {Id} on chain {ChainId} goes again, in transaction {TransactionId}: its last one ended without carrying it")]
        public static partial void GoesAgain(ILogger logger, Hash32 id, ChainId chainId, Guid transactionId);

        [LoggerMessage(EventId = 311, Level = LogLevel.Warning, Message = "Relay {Id} on chain {ChainId} was carried out by somebody else: transaction {Hash} of {From}. It is told as {State}")]
        public static partial void CarriedElsewhere(ILogger logger, Hash32 id, ChainId chainId, Hash32 hash, Address from, RelayState state);
    }

    private abstract record Decision(SignedRelay Relay)
    {
        public sealed record Waits(SignedRelay Relay) : Decision(Relay);

        public sealed record Over(SignedRelay Relay, RelayState State, string? Reason, Carrier? By = null) : Decision(Relay);

        public sealed record Goes(SignedRelay Relay, RelayCandidate Candidate, TransactionFees Fees, IReadOnlyList<Address> Signers) : Decision(Relay)
        {
            public TransactionPlan Plan(DateTimeOffset now) => new(
                Guid.CreateVersion7(now), RelayService.Purpose, Relay.Forwarder, Relay.Value, Candidate.Call.Gas, Candidate.Call.Data, Fees, Relay.ExpiresAt);
        }
    }
}
