using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Relay.Breakers;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Relay.Records;
using Relayer.Core.Storage;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Replacement;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Relay.Outcomes;

/// <summary>Learns from a transaction's events what became of the requests in it, and gives another one to those it did not carry.</summary>
/// <param name="routes">The forwarders.</param>
/// <param name="chains">To ask for the reason of a failure.</param>
/// <param name="database">The records.</param>
/// <param name="breakers">Learns what failed.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Says what goes again.</param>
public sealed class RelayTransactionHandler(
    RelayRoutes routes, IChainClientFactory chains, Database database, BreakerBoard breakers, TimeProvider time,
    ILogger<RelayTransactionHandler> logger) : ITransactionHandler
{
    private readonly RelayStore _store = new(database);
    private readonly RelayRequeue _requeue = new(routes, chains, new RelayStore(database), database, time, logger);

    /// <inheritdoc/>
    public string Name => RelayService.Purpose;

    /// <inheritdoc/>
    public bool IsTimedByChain => true;

    /// <inheritdoc/>
    public async Task<Func<NpgsqlConnection, CancellationToken, Task>> PrepareAsync(
        ChainId chainId, IReadOnlyList<StateChange> changes, CancellationToken cancellation)
    {
        var carried = await _store.FindCarriedAsync(changes.Select(change => change.Transaction.Id), cancellation);
        var byTransaction = carried.ToLookup(relay => relay.TransactionId);
        var cases = changes.SelectMany(change =>
        {
            var (relays, executed) = (byTransaction[change.Transaction.Id].ToArray(), Executed(change));
            return relays.Select((relay, i) => new Case(change, relay, executed, Share(change, i, relays.Length), relays.Length == 1));
        }).ToArray();
        var faults = await FindFaultsAsync(chainId, cases, cancellation);
        var now = time.GetUtcNow();
        RelayOutcome[] outcomes =
            [.. cases.Select(item => (item.Relay, Outcome: RelayOutcomes.Evaluate(
                item.Change.State, item.Executed, item.Relay, item.Fee, faults.GetValueOrDefault(item.Relay.Id), item.JudgedAt(item.Change.ChainTime ?? now))))
                .Where(item => !IsToldByTransaction(item.Relay, item.Outcome)).Select(item => item.Outcome)];
        var corrected = changes.Where(change => change.Transaction.State is TransactionState.NonceUsedExternally).Select(change => change.Transaction.Id).ToHashSet();
        var over = changes.Where(change => change.State.IsFinal).Select(change => change.Transaction.Id).ToHashSet();
        RelayEnd[] ends =
        [
            .. outcomes.Where(outcome => !outcome.GoesAgain && outcome.State is RelayState.Confirmed or RelayState.Failed)
                .Select(outcome => new RelayEnd(outcome.Id, outcome.State is RelayState.Failed)),
        ];
        return async (connection, stop) =>
        {
            if (outcomes.Length > 0)
            {
                await RelayStore.UpdateAsync(connection, outcomes, over, corrected, time.GetUtcNow(), stop);
                await breakers.RecordAsync(connection, chainId, ends, stop);
            }
        };
    }

    /// <inheritdoc/>
    public NpgsqlBatchCommand? HoldFor(Guid transaction, Attempt attempt, ulong? noopGas) =>
        attempt.Fees is { } fees ? BudgetSql.HoldAnew(transaction, attempt.Hash, fees.MaxPrice, noopGas) : null;

    /// <inheritdoc/>
    public Task<int> CarryOnAsync(ChainEngine engine, CancellationToken cancellation) => _requeue.RunAsync(engine, cancellation);

    /// <summary>Why requests failed or were passed over; those that went well are not asked about.</summary>
    private async Task<Dictionary<Hash32, string?>> FindFaultsAsync(ChainId chainId, IReadOnlyList<Case> cases, CancellationToken cancellation)
    {
        var faults = cases.Where(item => item.WasCalledOff).ToDictionary(item => item.Relay.Id, _ => (string?)RelayOutcomes.CalledOff);
        var open = new Dictionary<Hash32, Case>();
        foreach (var item in cases.Where(item => item.WantsReason))
        {
            if (item.WasExplained)
            {
                faults[item.Relay.Id] = item.Relay.Reason == RelayOutcomes.TooLate ? null : item.Relay.Reason;
            }
            else
            {
                open[item.Relay.Id] = item;
            }
        }

        if (open.Count > 0)
        {
            // Side by side: the questions share their round trips.
            var inquest = new FailureDiagnosis(routes, chains.Get(chainId));
            var signed = await _store.FindSignedAsync(open.Keys, cancellation);
            var reasons = await Task.WhenAll(signed.Select(async relay => open[relay.Id].WasCarriedOut
                ? await inquest.WhyItFailedAsync(relay, cancellation)
                : await inquest.WhyNotCarriedAsync(
                    relay, open[relay.Id].WentAlone, open[relay.Id].Change.Receipt?.BlockNumber, open[relay.Id].Change.ChainTime ?? time.GetUtcNow(), cancellation)));
            foreach (var (relay, reason) in signed.Zip(reasons))
            {
                faults[relay.Id] = reason;
            }
        }

        return faults;
    }

    /// <summary>That all went well so far follows from the transaction's row: most relays are written once more only, at their end.</summary>
    private static bool IsToldByTransaction(CarriedRelay relay, RelayOutcome outcome) =>
        outcome is { State: RelayState.Accepted, Success: true } && relay.Success is null;

    // By the contract that was called, not by the configuration: a forwarder may be taken out of it while its relays are under way.
    private static List<ExecutedRequest> Executed(StateChange change)
    {
        var executed = new List<ExecutedRequest>();
        foreach (var log in change.Receipt?.Logs ?? [])
        {
            if (log.Address == change.Transaction.Reserved.Plan.To && ExecutedRequest.TryDecode(log, out var request))
            {
                executed.Add(request);
            }
        }

        return executed;
    }

    /// <summary>Wei are not split: what does not divide falls to the first.</summary>
    private static Wei? Share(StateChange change, int place, int count)
    {
        if (change.Receipt?.Fee is not { } fee)
        {
            return null;
        }

        var share = fee / (ulong)count;
        return place == 0 ? fee - (share * (ulong)(count - 1)) : share;
    }

    /// <summary>A request in a transaction that moved.</summary>
    private sealed record Case(StateChange Change, CarriedRelay Relay, IReadOnlyList<ExecutedRequest> Executed, Wei? Fee, bool WentAlone)
    {
        private readonly ExecutedRequest? _event = RelayOutcomes.Find(Executed, Relay);

        public bool WasCarriedOut => _event is not null;

        /// <summary>A noop or a stranger's transaction explains itself.</summary>
        public bool WantsReason => _event is not { Success: true }
            && Change.State is TransactionState.Mined { Inclusion.IsNoop: false } or TransactionState.Confirmed or TransactionState.Failed;

        /// <summary>An operator did not want it mined: another transaction would be against that.</summary>
        public bool WasCalledOff => Change.Transaction.Closing is CancelReason.Cancelled
            && Change.State is TransactionState.Mined { Inclusion.IsNoop: true } or TransactionState.Cancelled;

        /// <summary>What is given up a moment before its time, so that its nonce is free in time, has expired all the same.</summary>
        public DateTimeOffset JudgedAt(DateTimeOffset now)
        {
            var wasLate = Change.Transaction.Closing is CancelReason.Late && Relay.ExpiresAt <= Change.Transaction.Reserved.Plan.ExpiresAt;
            return wasLate && Relay.ExpiresAt > now ? Relay.ExpiresAt : now;
        }

        /// <summary>What was found out when it was mined is nearer to the truth than what the chain would say some blocks later.</summary>
        public bool WasExplained => Change.Transaction.State is TransactionState.Mined before
            && Change.Receipt?.BlockHash == before.Inclusion.BlockHash;
    }
}
