using Relayer.Core.Providers;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Records;
using Relayer.Core.Transactions;

namespace Relayer.Core.Relay.Outcomes;

/// <summary>Requests that were carried out and are in no record: by somebody else, or by this relayer before its records were restored from a backup.</summary>
/// <remarks>
/// Whoever were told of one that its nonce is spent, or that it is late, would sign anew, and it would happen twice. Safe for concurrent use: one is looked
/// for at a time, so that what strangers post again does not cost more than that.
/// </remarks>
/// <param name="chains">The chains.</param>
/// <param name="engines">Their settings.</param>
/// <param name="time">The clock.</param>
internal sealed class PastRelays(IChainClientFactory chains, ChainEngines engines, TimeProvider time)
{
    private readonly CarrierSearch _search = new(chains, time);
    private int _isLooking;

    /// <summary>Whether a request that is refused for this may have been carried out.</summary>
    public static bool MayBe(Refusal refusal) => refusal.Code is RefusalCode.NonceUsed or RefusalCode.DeadlinePassed;

    /// <summary>Looks for the very request, with its signature, in the chain of the time in which it may have been signed.</summary>
    /// <param name="candidate">The request; its signature is valid.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>How it stands; <see langword="null"/> where it is not found, the chain is silent, or another one is being looked for.</returns>
    public async Task<RelayRecord?> FindAsync(RelayCandidate candidate, CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _isLooking, 1) != 0)
        {
            return null;
        }

        try
        {
            var found = await _search.FindAsync(candidate.Request.ChainId, confirmations: 0, RelayOf(candidate), cancellation);
            return found is { IsSame: true } carrier ? RecordOf(candidate, carrier) : null;
        }
        catch (ChainUnavailableException)
        {
            return null;
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
        }
    }

    private RelayRecord RecordOf(RelayCandidate candidate, Carrier carrier)
    {
        var (chainId, message) = (candidate.Request.ChainId, candidate.Message);
        var state = carrier.Depth < engines.Get(chainId).Settings.Confirmations ? RelayState.Mined
            : carrier.Succeeded ? RelayState.Confirmed
            : RelayState.Failed;
        return new RelayRecord(
            candidate.Id, state, chainId, candidate.Request.Forwarder, message.From, message.To, message.Nonce, carrier.Transaction, carrier.BlockNumber,
            carrier.Succeeded, carrier.Succeeded ? null : "the call reverted", Fee: null, candidate.Now, candidate.Now, Sequence: 0)
        {
            CarriedBy = carrier.From,
        };
    }

    private static SignedRelay RelayOf(RelayCandidate candidate)
    {
        var message = candidate.Message;
        return new SignedRelay(
            candidate.Id, candidate.Request.Forwarder, message.From, message.To, message.Value, message.Gas, message.Nonce, message.Data,
            candidate.Request.Signature.ToArray(), candidate.ExpiresAt, IsBehind: false)
        {
            CreatedAt = candidate.Now - candidate.Policy.MaxDeadline,
        };
    }
}
