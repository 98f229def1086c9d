using Relayer.Core.Ethereum;

namespace Relayer.Core.Relay;

/// <summary>What a user signs: a call that a forwarder makes in the user's name.</summary>
/// <param name="From">The user, who signed.</param>
/// <param name="To">The contract to call.</param>
/// <param name="Value">Wei that goes with the call; the relayer would pay it.</param>
/// <param name="Gas">Gas for the inner call alone. The contract takes a uint256; more than 64 bits never fits a block.</param>
/// <param name="Nonce">The user's nonce at the forwarder: sequential (OpenZeppelin) or 256 random bits (Infinex).</param>
/// <param name="Deadline">
/// Unix seconds after which the forwarder refuses, at most 2^48 - 1; <see langword="null"/> in the Infinex dialect, which has none.
/// </param>
/// <param name="Data">The calldata, without the sender that the forwarder appends.</param>
/// <remarks>Two requests are equal when their bytes are.</remarks>
public sealed record ForwardRequest(
    Address From, Address To, Wei Value, ulong Gas, UInt256 Nonce, ulong? Deadline, ReadOnlyMemory<byte> Data)
{
    /// <inheritdoc/>
    public bool Equals(ForwardRequest? other) =>
        other is not null && From == other.From && To == other.To && Value == other.Value && Gas == other.Gas
        && Nonce == other.Nonce && Deadline == other.Deadline && Data.Span.SequenceEqual(other.Data.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(From, To, Value, Gas, Nonce, Deadline, Data.Length);
}
