using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;

namespace Relayer.Core.Transactions;

/// <summary>What is to be sent, before a signer and a nonce are reserved for it.</summary>
/// <param name="Id">Chosen by the feature, which records it beside its own row.</param>
/// <param name="Purpose">The ledger's name for it, such as <c>relay</c>.</param>
/// <param name="To">The contract or account called.</param>
/// <param name="Value">Wei sent along.</param>
/// <param name="GasLimit">Computed, not estimated.</param>
/// <param name="Data">Calldata.</param>
/// <param name="Fees">What is offered for gas.</param>
/// <param name="ExpiresAt">
/// When it is not mined by then its nonce is closed instead; a block may still be faster. <see langword="null"/> tries for ever.
/// </param>
public sealed record TransactionPlan(
    Guid Id, string Purpose, Address To, Wei Value, ulong GasLimit, ReadOnlyMemory<byte> Data, TransactionFees Fees,
    DateTimeOffset? ExpiresAt = null)
{
    /// <summary>The most it can cost, value included, in wei.</summary>
    public Wei MaxCost => (Fees.MaxPrice * GasLimit) + Value;
}

/// <summary>A transaction with its signer and nonce.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Signer">The account that pays.</param>
/// <param name="Nonce">The account's nonce it is bound to for good.</param>
/// <param name="Plan">What is sent.</param>
public sealed record ReservedTransaction(ChainId ChainId, Address Signer, ulong Nonce, TransactionPlan Plan)
{
    /// <summary>The bytes to sign. The same record always gives the same bytes, so a crash before they are stored loses nothing.</summary>
    public UnsignedTransaction Payload() =>
        new(ChainId, Nonce, Plan.To, Plan.Value, Plan.GasLimit, Plan.Data, Plan.Fees);

    /// <summary>A self-send of nothing that takes the nonce when the payload cannot.</summary>
    /// <param name="fees">What is offered for it: it may have to outbid the payload.</param>
    public UnsignedTransaction Noop(TransactionFees fees) =>
        new(ChainId, Nonce, Signer, Wei.Zero, 21_000, ReadOnlyMemory<byte>.Empty, fees);
}

/// <summary>A signed version of a transaction.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Hash">The transaction hash.</param>
/// <param name="Raw">The bytes broadcast, the same each time.</param>
/// <param name="IsNoop">It is the self-send.</param>
public sealed record Attempt(int Number, Hash32 Hash, ReadOnlyMemory<byte> Raw, bool IsNoop);

/// <summary>A transaction that the engine still has work with.</summary>
/// <param name="Reserved">What was reserved.</param>
/// <param name="State">Where it is.</param>
/// <param name="Version">For compare-and-set.</param>
/// <param name="UpdatedAt">When it last moved.</param>
/// <param name="Attempts">Every signed version, oldest first.</param>
public sealed record OpenTransaction(
    ReservedTransaction Reserved, TransactionState State, int Version, DateTimeOffset UpdatedAt, IReadOnlyList<Attempt> Attempts)
{
    /// <summary>The transaction's id.</summary>
    public Guid Id => Reserved.Plan.Id;

    /// <summary>A self-send for its nonce is signed: the payload is given up, though it may still be mined.</summary>
    public bool IsClosing => Attempts.Any(attempt => attempt.IsNoop);

    /// <summary>It was not mined in time.</summary>
    public bool HasExpired(DateTimeOffset now) => State is not TransactionState.Mined && Reserved.Plan.ExpiresAt <= now;
}
