using Relayer.Core.Ethereum;

namespace Relayer.Core.Relay.Records;

/// <summary>What users see of a relay's way.</summary>
public enum RelayState
{
    /// <summary>Recorded; it will be carried out whatever happens to this process.</summary>
    Accepted,

    /// <summary>A node has the transaction.</summary>
    Pending,

    /// <summary>In a block that a reorg may still undo.</summary>
    Mined,

    /// <summary>Final: it ran.</summary>
    Confirmed,

    /// <summary>Final: it ran and reverted, or could not run.</summary>
    Failed,

    /// <summary>Final: it was not sent in time.</summary>
    Expired,
}

/// <summary>A relay as it stands.</summary>
/// <param name="Id">The EIP-712 digest.</param>
/// <param name="State">Where it is.</param>
/// <param name="ChainId">The chain.</param>
/// <param name="Forwarder">The forwarder.</param>
/// <param name="From">The user who signed.</param>
/// <param name="To">The contract called.</param>
/// <param name="Nonce">The user's nonce.</param>
/// <param name="TransactionHash">The transaction that carries it; the mined one once there is one.</param>
/// <param name="BlockNumber">Where it was mined.</param>
/// <param name="Success">Whether the inner call succeeded; unknown until mined.</param>
/// <param name="Reason">Why not, decoded.</param>
/// <param name="Fee">What the relayer paid for it in wei; unknown until mined.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="UpdatedAt">When it last moved.</param>
/// <param name="Sequence">Its place in the order of acceptance: the list's cursor.</param>
public sealed record RelayRecord(
    Hash32 Id, RelayState State, ChainId ChainId, Address Forwarder, Address From, Address To, UInt256 Nonce,
    Hash32? TransactionHash, long? BlockNumber, bool? Success, string? Reason, Wei? Fee,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, long Sequence)
{
    /// <summary>Who sent the transaction that carried it out, where that was somebody else's.</summary>
    public Address? CarriedBy { get; init; }

    /// <summary>True when nothing is awaited any more.</summary>
    public bool IsFinal => State >= RelayState.Confirmed;
}
