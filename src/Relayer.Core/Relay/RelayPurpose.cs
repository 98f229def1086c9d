using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Storage;
using Relayer.Core.Transactions;

namespace Relayer.Core.Relay;

/// <summary>Learns from a transaction's events what became of the requests in it.</summary>
/// <param name="routes">The forwarders.</param>
/// <param name="chains">To ask for the reason of a failure.</param>
/// <param name="database">The records.</param>
/// <param name="time">The clock.</param>
public sealed class RelayPurpose(RelayRoutes routes, IChainClients chains, Database database, TimeProvider time) : IPurpose
{
    private readonly RelayStore _store = new(database);

    /// <inheritdoc/>
    public string Name => RelayService.Purpose;

    /// <inheritdoc/>
    public async Task<Func<NpgsqlConnection, CancellationToken, Task>> PrepareAsync(
        ChainId chainId, IReadOnlyList<Movement> movements, CancellationToken cancellation)
    {
        var carried = await _store.FindCarriedAsync(movements.Select(movement => movement.Transaction.Id), cancellation);
        var byTransaction = carried.ToLookup(relay => relay.TransactionId);

        // Side by side: the questions for reasons share their round trips.
        var outcomes = await Task.WhenAll(movements.SelectMany(movement =>
        {
            var relays = byTransaction[movement.Transaction.Id].ToArray();
            var executed = Executed(movement);
            return relays.Select((relay, i) => JudgeAsync(chainId, movement, executed, relay, Share(movement, i, relays.Length), cancellation));
        }));
        return (connection, stop) => RelayStore.UpdateAsync(connection, outcomes, time.GetUtcNow(), stop);
    }

    private async Task<RelayOutcome> JudgeAsync(
        ChainId chainId, Movement movement, IReadOnlyList<ExecutedRequest> executed, CarriedRelay relay, Wei? fee, CancellationToken cancellation)
    {
        var reason = !NeedsReason(movement, executed, relay) ? null
            : WasExplained(movement) ? relay.Reason
            : await ExplainAsync(chainId, relay, movement, cancellation);
        return Judge(movement.State, executed, relay, fee, reason, Now(movement.Transaction, relay));
    }

    /// <summary>What is given up a moment before its time, so that its nonce is free in time, has expired all the same.</summary>
    private DateTimeOffset Now(OpenTransaction transaction, CarriedRelay relay)
    {
        var now = time.GetUtcNow();
        var wasLate = transaction.Closing is ClosingReason.Late && relay.ExpiresAt <= transaction.Reserved.Plan.ExpiresAt;
        return wasLate && relay.ExpiresAt > now ? relay.ExpiresAt : now;
    }

    /// <summary>How a relay stands now that its transaction moved. Pure.</summary>
    internal static RelayOutcome Judge(
        TransactionState state, IReadOnlyList<ExecutedRequest> executed, CarriedRelay relay, Wei? fee, string? reason, DateTimeOffset now)
    {
        var success = Find(executed, relay)?.Success ?? false;
        return state switch
        {
            TransactionState.Mined { Inclusion.IsNoop: true } => new RelayOutcome(relay.Id, RelayState.Accepted, false, WhyNotSent(relay, now), fee),
            TransactionState.Mined => new RelayOutcome(relay.Id, RelayState.Accepted, success, reason, fee),
            TransactionState.Confirmed when success => new RelayOutcome(relay.Id, RelayState.Confirmed, true, null, fee),
            TransactionState.Confirmed or TransactionState.Failed => new RelayOutcome(relay.Id, RelayState.Failed, false, reason, fee),
            TransactionState.Cancelled when relay.ExpiresAt <= now =>
                new RelayOutcome(relay.Id, RelayState.Expired, false, WhyNotSent(relay, now), fee),
            TransactionState.Cancelled => new RelayOutcome(relay.Id, RelayState.Failed, false, WhyNotSent(relay, now), fee),
            TransactionState.Displaced => new RelayOutcome(
                relay.Id, RelayState.Failed, false, "its transaction's nonce was used by another transaction of the same account", null),

            // Back from a reorg: nothing is known any more.
            _ => new RelayOutcome(relay.Id, RelayState.Accepted, null, null, null),
        };
    }

    private static string WhyNotSent(CarriedRelay relay, DateTimeOffset now) =>
        relay.ExpiresAt <= now ? "it was not mined in time" : "its transaction was cancelled";

    /// <summary>What was found out when it was mined is nearer to the truth than what the chain would say some blocks later.</summary>
    private static bool WasExplained(Movement movement) =>
        movement.Transaction.State is TransactionState.Mined before && movement.Receipt?.BlockHash == before.Inclusion.BlockHash;

    private static bool NeedsReason(Movement movement, IReadOnlyList<ExecutedRequest> executed, CarriedRelay relay) =>
        movement.State is TransactionState.Mined { Inclusion.IsNoop: false } or TransactionState.Confirmed or TransactionState.Failed
        && Find(executed, relay) is not { Success: true };

    private static ExecutedRequest? Find(IReadOnlyList<ExecutedRequest> executed, CarriedRelay relay)
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

    // By the contract that was called, not by the configuration: a forwarder may be taken out of it while its relays are under way.
    private static List<ExecutedRequest> Executed(Movement movement)
    {
        var executed = new List<ExecutedRequest>();
        foreach (var log in movement.Receipt?.Logs ?? [])
        {
            if (log.Address == movement.Transaction.Reserved.Plan.To && ExecutedRequest.TryDecode(log, out var request))
            {
                executed.Add(request);
            }
        }

        return executed;
    }

    /// <summary>Wei are not split: what does not divide falls to the first.</summary>
    private static Wei? Share(Movement movement, int place, int count)
    {
        if (movement.Receipt?.Fee is not { } fee)
        {
            return null;
        }

        var share = fee / (ulong)count;
        return place == 0 ? fee - (share * (ulong)(count - 1)) : share;
    }

    private async Task<string> ExplainAsync(ChainId chainId, CarriedRelay relay, Movement movement, CancellationToken cancellation)
    {
        var deadline = routes.Find(chainId, relay.Forwarder, out var route) is null && route.Forwarder.HasDeadline
            ? (ulong?)relay.ExpiresAt.ToUnixTimeSeconds()
            : null;
        var message = new ForwardRequest(relay.From, relay.To, relay.Value, relay.Gas, relay.Nonce, deadline, relay.Data);
        var plan = movement.Transaction.Reserved.Plan;
        var outcomes = await chains.Get(chainId).CallAsync(
            [ChainViewReader.InnerCall(relay.Forwarder, message), new EthCall(null, plan.To, plan.Data, plan.GasLimit, plan.Value)], cancellation);
        return ChainViewReader.ReasonOf(outcomes[0])
            ?? ChainViewReader.ReasonOf(outcomes[1])
            ?? "it reverted when it was mined and would succeed now";
    }
}
