using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Relay.Records;

namespace Relayer.Core.Relay.Outcomes;

/// <summary>A request in a transaction, with what is needed to tell how it ended.</summary>
/// <param name="Id">The relay.</param>
/// <param name="TransactionId">The transaction.</param>
/// <param name="From">The user.</param>
/// <param name="Nonce">The user's nonce.</param>
/// <param name="ExpiresAt">Until when it may be tried.</param>
/// <param name="Success">What was noted when it was mined.</param>
/// <param name="Reason">Likewise.</param>
/// <param name="Earlier">How many transactions ended without carrying it.</param>
internal sealed record CarriedRelay(
    Hash32 Id, Guid TransactionId, Address From, UInt256 Nonce, DateTimeOffset ExpiresAt, bool? Success, string? Reason, int Earlier);

/// <summary>How a relay stands after its transaction moved.</summary>
/// <param name="Id">The relay.</param>
/// <param name="TransactionId">The transaction that moved.</param>
/// <param name="State">Its stored state: under way, or final.</param>
/// <param name="Success">Whether the inner call succeeded; unknown while not mined.</param>
/// <param name="Reason">Why not.</param>
/// <param name="Fee">Its share of the transaction's fee in wei.</param>
/// <param name="GoesAgain">The transaction is over without having carried it: it wants another.</param>
internal sealed record RelayOutcome(
    Hash32 Id, Guid TransactionId, RelayState State, bool? Success, string? Reason, Wei? Fee, bool GoesAgain = false);

/// <summary>A relay as its user signed it.</summary>
/// <param name="Id">The relay.</param>
/// <param name="Forwarder">The forwarder.</param>
/// <param name="From">The user.</param>
/// <param name="To">The contract called.</param>
/// <param name="Value">Wei that goes with the call.</param>
/// <param name="Gas">Gas for the inner call.</param>
/// <param name="Nonce">The user's nonce.</param>
/// <param name="Data">The calldata.</param>
/// <param name="Signature">65 bytes.</param>
/// <param name="ExpiresAt">The signed deadline, or the relayer's own time to live.</param>
/// <param name="IsBehind">A request of the same user with a lower nonce is under way; only known of those that wait.</param>
internal sealed record SignedRelay(
    Hash32 Id, Address Forwarder, Address From, Address To, Wei Value, ulong Gas, UInt256 Nonce, ReadOnlyMemory<byte> Data,
    ReadOnlyMemory<byte> Signature, DateTimeOffset ExpiresAt, bool IsBehind)
{
    /// <summary>When it was accepted: what carried it out is later.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The message, in the forwarder's dialect.</summary>
    public ForwardRequest MessageFor(Forwarder? forwarder) => new(
        From, To, Value, Gas, Nonce, forwarder is { HasDeadline: true } ? (ulong)ExpiresAt.ToUnixTimeSeconds() : null, Data);
}
