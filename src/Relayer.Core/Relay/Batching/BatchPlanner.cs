using System.Numerics;
using Relayer.Core.Ethereum;
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
/// whose time left is within a factor of two ride together: none is told of its end later than after twice its own time.</para>
/// </remarks>
internal static class BatchPlanner
{
    /// <summary>Nodes refuse transactions above 128 KiB (geth's pool); this leaves room for what is around the calldata.</summary>
    internal const int MaxBytes = 120 * 1024;

    // What a batch adds around the requests, and to each of them.
    private const int BatchHead = 100;
    private const int Word = 32;

    /// <summary>Shares requests out to transactions. One user's stay in nonce order, within a transaction and from one to the next.</summary>
    /// <param name="passengers">The requests, all of one chain and with the same signers.</param>
    /// <param name="limits">How much a transaction may hold.</param>
    /// <param name="newId">Gives each transaction its id.</param>
    public static IReadOnlyList<RelayBatch> Pack(IReadOnlyList<PendingRelay> passengers, BatchLimits limits, Func<Guid> newId)
    {
        if (passengers.Count == 1)
        {
            return [Build(passengers, newId)];
        }

        // A user's requests are judged by the shortest of them, so that their order is kept.
        var haste = passengers.GroupBy(UserOf).ToDictionary(user => user.Key, user => user.Min(HasteOf));
        var groups = passengers
            .GroupBy(passenger => (passenger.Candidate.Request.Forwarder, Haste: haste[UserOf(passenger)]))
            .OrderBy(group => group.Key.Haste);
        var rides = new List<RelayBatch>();
        foreach (var group in groups)
        {
            Fill(rides, group.OrderBy(passenger => passenger.Candidate.Message.From).ThenBy(passenger => passenger.Candidate.Message.Nonce), limits, newId);
        }

        return rides;
    }

    private static void Fill(List<RelayBatch> rides, IEnumerable<PendingRelay> passengers, BatchLimits limits, Func<Guid> newId)
    {
        var (aboard, gas, bytes) = (new List<PendingRelay>(), 0UL, BatchHead);
        foreach (var passenger in passengers)
        {
            var (ownGas, ownBytes) = (passenger.Candidate.Call.Gas, passenger.Candidate.Call.Data.Length + Word);
            var isFull = aboard.Count >= limits.MaxRequests || gas + ownGas > limits.MaxGas || bytes + ownBytes > MaxBytes
                || !passenger.Candidate.Message.Value.IsZero || (aboard.Count > 0 && !aboard[^1].Candidate.Message.Value.IsZero);
            if (isFull && aboard.Count > 0)
            {
                rides.Add(Build(aboard, newId));
                (aboard, gas, bytes) = ([], 0, BatchHead);
            }

            aboard.Add(passenger);

            // Each one's own limit holds a whole transaction's intrinsic gas: the sum is above what the batch will ask for.
            (gas, bytes) = (gas + ownGas, bytes + ownBytes);
        }

        if (aboard.Count > 0)
        {
            rides.Add(Build(aboard, newId));
        }
    }

    private static RelayBatch Build(IReadOnlyList<PendingRelay> aboard, Func<Guid> newId)
    {
        var first = aboard[0].Candidate;
        var call = aboard.Count == 1
            ? first.Call
            : RelayCall.ForMany([.. aboard.Select(passenger => passenger.Candidate.Request)], first.Route.Forwarder, aboard[0].Signers[0]);
        return new RelayBatch(aboard, new TransactionPlan(
            newId(), RelayService.Purpose, first.Request.Forwarder, first.Message.Value, call.Gas, call.Data,
            aboard.MaxBy(passenger => passenger.Fees.MaxPrice)!.Fees, aboard.Max(passenger => passenger.Candidate.ExpiresAt)));
    }

    private static (Address Forwarder, Address From) UserOf(PendingRelay passenger) =>
        (passenger.Candidate.Request.Forwarder, passenger.Candidate.Message.From);

    /// <summary>The power of two of the seconds left.</summary>
    private static int HasteOf(PendingRelay passenger) =>
        BitOperations.Log2((ulong)Math.Max(1, (passenger.Candidate.ExpiresAt - passenger.Candidate.Now).TotalSeconds));
}
