using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Relay.Records;
using Relayer.Core.Transactions;

namespace Relayer.Core.Relay.Outcomes;

/// <summary>What a transaction's state and events mean for a request in it. Pure.</summary>
/// <remarks>
/// A request that was carried out ends with its transaction. One that was not, though the transaction is over, goes again: it gets another
/// transaction, unless it has expired, would fail, or went too often.
/// </remarks>
internal static class RelayOutcomes
{
    /// <summary>Transactions a request may have in all: whoever loses so many will not be helped by another.</summary>
    public const int MaxTransactions = 5;

    /// <summary>What an expired request is told.</summary>
    public const string TooLate = "it was not mined in time";

    /// <summary>What a request is told whose transaction an operator cancelled.</summary>
    public const string CalledOff = "its transaction was cancelled";

    /// <summary>How a relay stands now that its transaction moved.</summary>
    /// <param name="state">The transaction's new state.</param>
    /// <param name="executed">The transaction's events.</param>
    /// <param name="relay">The request.</param>
    /// <param name="fee">Its share of the fee.</param>
    /// <param name="fault">Why it failed, or could not be carried out by any transaction; <see langword="null"/> when nothing speaks against another.</param>
    /// <param name="now">The time.</param>
    public static RelayOutcome Evaluate(
        TransactionState state, IReadOnlyList<ExecutedRequest> executed, CarriedRelay relay, Wei? fee, string? fault, DateTimeOffset now)
    {
        if (state is not (TransactionState.Mined or TransactionState.NonceUsedExternally) && !state.IsFinal)
        {
            // Back from a reorg: nothing is known any more.
            return new RelayOutcome(relay.Id, relay.TransactionId, RelayState.Accepted, null, null, null);
        }

        var (end, reason) = End(executed, relay, fault, now);
        if (end is RelayState.Expired && state.IsFinal)
        {
            // Somebody else may have carried it out in time: that is looked at before it is told.
            (end, reason) = (null, null);
        }

        if (state.IsFinal)
        {
            return new RelayOutcome(
                relay.Id, relay.TransactionId, end ?? RelayState.Accepted, end is null ? null : end == RelayState.Confirmed, reason, fee, end is null);
        }

        // Not deep enough yet: what was carried out shows how it ended, what was not (no success, and no reason) is still under way.
        return new RelayOutcome(relay.Id, relay.TransactionId, RelayState.Accepted, end == RelayState.Confirmed, reason, fee);
    }

    /// <summary>The event of a request; <see langword="null"/> when it was not carried out.</summary>
    public static ExecutedRequest? Find(IReadOnlyList<ExecutedRequest> executed, CarriedRelay relay)
    {
        foreach (var request in executed)
        {
            if (request.Signer == relay.From && request.Nonce == relay.Nonce)
            {
                return request;
            }
        }

        return null;
    }

    /// <returns>Its final state, and the reason; no state when it goes again.</returns>
    private static (RelayState? State, string? Reason) End(
        IReadOnlyList<ExecutedRequest> executed, CarriedRelay relay, string? fault, DateTimeOffset now) =>
        Find(executed, relay) switch
        {
            { Success: true } => (RelayState.Confirmed, null),
            { } => (RelayState.Failed, fault),
            _ when fault is not null => (RelayState.Failed, fault),
            _ when relay.ExpiresAt <= now => (RelayState.Expired, TooLate),
            _ when relay.Earlier + 1 >= MaxTransactions => (RelayState.Failed, $"{MaxTransactions} transactions ended without carrying it"),
            _ => (null, null),
        };
}
