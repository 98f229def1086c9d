using System.Numerics;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Relay.Batching;

/// <summary>Decides which requests share a transaction. Pure, but for the ids of the transactions.</summary>
/// <remarks>
/// <para>One request alone goes as <c>execute</c>, which costs the least. Several at one forwarder go as <c>executeBatch</c> with a refund
/// receiver: the contract skips what is invalid, and a call that fails fails alone. A request with value goes alone, so that no refund
/// has to be accounted for.</para>
/// <para>Deadlines. A transaction is tried until the last of its requests expires: a short deadline never closes the nonce under the others,
/// and on chain the forwarder skips what has expired. So that a short deadline is not kept waiting for its end either, only requests
/// whose time left is within a factor of two share a transaction: none is told of its end later than after twice its own time.</para>
/// </remarks>
internal static class BatchPlanner
{
    /// <summary>Calldata of one transaction.</summary>
    internal const int MaxBytes = TransactionLimits.MaxDataBytes;

    // What a batch adds around the requests, and to each of them.
    private const int BatchHead = 100;
    private const int Word = 32;

    /// <summary>Shares requests out to transactions. One user's stay in nonce order, within a transaction and from one to the next.</summary>
    /// <param name="pendingRelays">The requests, all of one chain and with the same signers.</param>
    /// <param name="limits">How much a transaction may hold.</param>
    /// <param name="newId">Gives each transaction its id.</param>
    public static IReadOnlyList<RelayBatch> Pack(IReadOnlyList<PendingRelay> pendingRelays, BatchLimits limits, Func<Guid> newId)
    {
        if (pendingRelays.Count == 1)
        {
            return [Build(pendingRelays, newId)];
        }

        // A user's requests go as early as the shortest of them, so that their order is kept.
        var urgency = pendingRelays.GroupBy(UserOf).ToDictionary(user => user.Key, user => user.Min(UrgencyOf));
        var groups = pendingRelays
            .GroupBy(pendingRelay => (pendingRelay.Candidate.Request.Forwarder, Urgency: urgency[UserOf(pendingRelay)]))
            .OrderBy(group => group.Key.Urgency);
        var relayBatches = new List<RelayBatch>();
        foreach (var group in groups)
        {
            Fill(relayBatches, group.OrderBy(pendingRelay => pendingRelay.Candidate.Message.From).ThenBy(pendingRelay => pendingRelay.Candidate.Message.Nonce), limits, newId);
        }

        return relayBatches;
    }

    private static void Fill(List<RelayBatch> relayBatches, IEnumerable<PendingRelay> pendingRelays, BatchLimits limits, Func<Guid> newId)
    {
        var (current, gas, bytes) = (new List<PendingRelay>(), 0UL, BatchHead);
        foreach (var pendingRelay in pendingRelays)
        {
            var (ownGas, ownBytes) = (pendingRelay.Candidate.Call.Gas, pendingRelay.Candidate.Call.Data.Length + Word);
            var isFull = current.Count >= limits.MaxRequests || gas + ownGas > limits.MaxGas || bytes + ownBytes > MaxBytes
                || !pendingRelay.Candidate.Message.Value.IsZero || (current.Count > 0 && !current[^1].Candidate.Message.Value.IsZero)
                || (current.Count > 0 && UrgencyOf(pendingRelay) != UrgencyOf(current[^1]));
            if (isFull && current.Count > 0)
            {
                relayBatches.Add(Build(current, newId));
                (current, gas, bytes) = ([], 0, BatchHead);
            }

            current.Add(pendingRelay);

            // Each one's own limit holds a whole transaction's intrinsic gas: the sum is above what the batch will ask for.
            (gas, bytes) = (gas + ownGas, bytes + ownBytes);
        }

        if (current.Count > 0)
        {
            relayBatches.Add(Build(current, newId));
        }
    }

    private static RelayBatch Build(IReadOnlyList<PendingRelay> current, Func<Guid> newId)
    {
        var first = current[0].Candidate;
        var call = current.Count == 1
            ? first.Call
            : RelayCall.ForMany([.. current.Select(pendingRelay => pendingRelay.Candidate.Request)], first.Route.Forwarder, current[0].Signers[0]);
        return new RelayBatch(current, new TransactionPlan(
            newId(), RelayService.Purpose, first.Request.Forwarder, first.Message.Value, call.Gas, call.Data,
            current.MaxBy(pendingRelay => pendingRelay.Fees.MaxPrice)!.Fees, current.Max(pendingRelay => pendingRelay.Candidate.ExpiresAt)));
    }

    private static (Address Forwarder, Address From) UserOf(PendingRelay pendingRelay) =>
        (pendingRelay.Candidate.Request.Forwarder, pendingRelay.Candidate.Message.From);

    /// <summary>The power of two of the seconds left.</summary>
    private static int UrgencyOf(PendingRelay pendingRelay) =>
        BitOperations.Log2((ulong)Math.Max(1, (pendingRelay.Candidate.ExpiresAt - pendingRelay.Candidate.Now).TotalSeconds));
}
