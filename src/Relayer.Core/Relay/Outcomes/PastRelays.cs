using Relayer.Core.Concurrency;
using Relayer.Core.Providers;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Records;
using Relayer.Core.Transactions;

namespace Relayer.Core.Relay.Outcomes;

/// <summary>Requests that were carried out and are in no record: by somebody else, or by this relayer before its records were restored from a backup.</summary>
/// <remarks>
/// Whoever were told of one that its nonce is spent, or that it is late, would sign anew, and it would happen twice. Safe for concurrent use: a few are looked
/// for at a time, users in turn, so that what strangers post again does not cost more than that; who has to wait too long is told to come back, never that the nonce is spent.
/// </remarks>
/// <param name="chains">The chains.</param>
/// <param name="engines">Their settings.</param>
/// <param name="time">The clock.</param>
internal sealed class PastRelays(IChainClientFactory chains, ChainEngines engines, TimeProvider time)
{
    private const int AtOnce = 4;
    private const int Waiting = 256;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookedBack = TimeSpan.FromDays(1);

    private readonly CarrierSearch _search = new(chains, time);
    private readonly FairGate _gate = new(AtOnce, Waiting, Patience, time);

    /// <summary>Whether a request that is refused for this may have been carried out.</summary>
    public static bool MayBe(Refusal refusal) => refusal.Code is RefusalCode.NonceUsed or RefusalCode.DeadlinePassed;

    /// <summary>Looks for the very request, with its signature, in the chain of the time in which it may have been signed.</summary>
    /// <param name="candidate">The request; its signature is valid.</param>
    /// <param name="refusal">What it is refused for, if it is not found.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    public async Task<RelayDecision> DecideAsync(RelayCandidate candidate, Refusal refusal, CancellationToken cancellation)
    {
        using var seat = await _gate.EnterAsync(new GateCaller(candidate.Message.From.ToString(), candidate), cancellation);
        if (seat is null)
        {
            return NotKnownYet();
        }

        var chainId = candidate.Request.ChainId;
        return await _search.FindAsync(chainId, confirmations: 0, RelayOf(candidate), cancellation) switch
        {
            // Who is told an end is told one that stays: nobody could ask for this request again, it is in no record.
            CarrierLook.Found { Carrier: { IsSame: true } carrier } => carrier.Depth >= engines.Get(chainId).Settings.Confirmations
                ? new RelayDecision.Known(RecordOf(candidate, carrier))
                : NotKnownYet(),
            CarrierLook.Unknown => NotKnownYet(),
            _ => new RelayDecision.Rejected(refusal),
        };
    }

    /// <summary>Nobody signs anew because of an answer that may turn out wrong.</summary>
    private static RelayDecision.Rejected NotKnownYet() => new(new Refusal(
        RefusalCode.Overloaded, "Whether this request was carried out already is being looked for. Post it again; do not sign another.", RetryAfter: Soon));

    private static RelayRecord RecordOf(RelayCandidate candidate, Carrier carrier)
    {
        var (chainId, message) = (candidate.Request.ChainId, candidate.Message);
        return new RelayRecord(
            candidate.Id, carrier.Succeeded ? RelayState.Confirmed : RelayState.Failed, chainId, candidate.Request.Forwarder, message.From, message.To, message.Nonce, carrier.Transaction, carrier.BlockNumber,
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
            CreatedAt = OldestOf(candidate.Now, candidate.ExpiresAt, candidate.Policy.MaxDeadline),
        };
    }

    /// <summary>When a request may have been signed, at the earliest: what is older than a day is not looked for.</summary>
    private static DateTimeOffset OldestOf(DateTimeOffset now, DateTimeOffset expiresAt, TimeSpan longest)
    {
        var signed = (expiresAt < now ? expiresAt : now) - longest;
        return signed > now - LookedBack ? signed : now - LookedBack;
    }
}
