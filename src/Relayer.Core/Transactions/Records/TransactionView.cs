using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Transactions.Replacement;

namespace Relayer.Core.Transactions.Records;

/// <summary>A transaction as operators see it, under way or final.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ChainId">The chain.</param>
/// <param name="Purpose">What it is for, such as <c>relay</c>.</param>
/// <param name="State">The state's name, as in <see cref="TransactionState"/>.</param>
/// <param name="Signer">The account that pays.</param>
/// <param name="Nonce">The account's nonce.</param>
/// <param name="To">What it calls.</param>
/// <param name="Value">Wei sent along.</param>
/// <param name="GasLimit">Gas.</param>
/// <param name="Closing">Why a noop is wanted in its place, if one is.</param>
/// <param name="CappedAt">Since when nothing more may be offered for it.</param>
/// <param name="ExpiresAt">From when on its nonce is closed instead.</param>
/// <param name="Hash">The mined attempt's hash.</param>
/// <param name="BlockNumber">Where it was mined.</param>
/// <param name="Fee">What was paid for it beside the value, in wei.</param>
/// <param name="CreatedAt">When it was reserved.</param>
/// <param name="UpdatedAt">When it last moved.</param>
/// <param name="Attempts">Every signed version, oldest first.</param>
public sealed record TransactionView(
    Guid Id, ChainId ChainId, string Purpose, string State, Address Signer, ulong Nonce, Address To, Wei Value, ulong GasLimit,
    CancelReason? Closing, DateTimeOffset? CappedAt, DateTimeOffset? ExpiresAt, Hash32? Hash, long? BlockNumber, Wei? Fee,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, IReadOnlyList<AttemptView> Attempts);

/// <summary>A signed version.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="IsNoop">It is the noop.</param>
/// <param name="Fees">What it offers; <see langword="null"/> where that was not noted.</param>
/// <param name="CreatedAt">When it was stored.</param>
public sealed record AttemptView(Hash32 Hash, bool IsNoop, TransactionFees? Fees, DateTimeOffset CreatedAt);
