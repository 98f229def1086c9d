using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Transactions.Fees;
using Relayer.Core.Transactions.Replacement;

namespace Relayer.Core.Transactions.Sending;

/// <summary>What is to be sent, before a signer and a nonce are reserved for it.</summary>
/// <param name="Id">Chosen by the feature, which records it beside its own row.</param>
/// <param name="Purpose">The ledger's name for it, such as <c>relay</c>.</param>
/// <param name="To">The contract or account called.</param>
/// <param name="Value">Wei sent along.</param>
/// <param name="GasLimit">Computed, not estimated.</param>
/// <param name="Data">Calldata.</param>
/// <param name="Fees">What is offered for gas.</param>
/// <param name="ExpiresAt">
/// When it is not mined by then its nonce is closed instead; a block may still be faster. <see langword="null"/> tries indefinitely.
/// </param>
/// <param name="Speed">What the market is asked for when it has to be replaced; <see langword="null"/>: the chain's own.</param>
/// <param name="FeeCap">The most wei per gas ever offered for it, below the chain's own cap; <see langword="null"/>: the chain's.</param>
public sealed record TransactionPlan(
    Guid Id, string Purpose, Address To, Wei Value, ulong GasLimit, ReadOnlyMemory<byte> Data, TransactionFees Fees,
    DateTimeOffset? ExpiresAt = null, Speed? Speed = null, Wei? FeeCap = null)
{
    /// <summary>The ledger's name for a noop that fills a nonce which no transaction of ours holds.</summary>
    public const string NoopPurpose = "noop";

    /// <summary>What is put aside for its data, where the feature has reckoned with it already; otherwise it is what data costs at the reservation.</summary>
    public DataCost? DataCost { get; init; }

    /// <summary>The most it can cost, value included, in wei.</summary>
    public Wei MaxCost => (Fees.MaxPrice * GasLimit) + Value;

    /// <summary>
    /// The chain's limits on fees, as far as this may use them. A noop in its place has less gas: it may offer as much more for each,
    /// so that together it costs no more than the payload might.
    /// </summary>
    internal FeeLimits LimitsOf(ChainSettings settings, bool isClosing)
    {
        if (FeeCap is not { } cap)
        {
            return settings.Fees;
        }

        var most = isClosing ? Wei.Max(cap, cap * GasLimit / (ReservedTransaction.NoopGas + settings.DataGas)) : cap;
        return settings.Fees with { MaxFee = Wei.Min(settings.Fees.MaxFee, most) };
    }
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

    /// <summary>The noop: it sends nothing to its own account and takes the nonce when the payload cannot.</summary>
    /// <param name="fees">What is offered for it: it may have to replace the payload.</param>
    /// <param name="dataGas">Gas that the chain charges for data on top, if it does.</param>
    public UnsignedTransaction Noop(TransactionFees fees, ulong dataGas = 0) =>
        new(ChainId, Nonce, Signer, Wei.Zero, NoopGas + dataGas, ReadOnlyMemory<byte>.Empty, fees);

    /// <summary>The same payload under other fees.</summary>
    public UnsignedTransaction Payload(TransactionFees fees) => Payload() with { Fees = fees };

    /// <summary>What a plain transfer costs.</summary>
    public const ulong NoopGas = 21_000;
}

/// <summary>A signed version of a transaction.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Hash">The transaction hash.</param>
/// <param name="Raw">The bytes broadcast, the same each time.</param>
/// <param name="IsNoop">It is the noop.</param>
/// <param name="Fees">What it offers, for the record; not read back with the work list.</param>
public sealed record Attempt(int Number, Hash32 Hash, ReadOnlyMemory<byte> Raw, bool IsNoop, TransactionFees? Fees = null);

/// <summary>A transaction that the engine still has work with.</summary>
/// <param name="Reserved">What was reserved; its fees are the highest offered so far.</param>
/// <param name="State">Where it is.</param>
/// <param name="Version">For compare-and-set.</param>
/// <param name="UpdatedAt">When it last moved.</param>
/// <param name="Attempts">Every signed version, oldest first.</param>
public sealed record OpenTransaction(
    ReservedTransaction Reserved, TransactionState State, int Version, DateTimeOffset UpdatedAt, IReadOnlyList<Attempt> Attempts)
{
    /// <summary>The transaction's id.</summary>
    public Guid Id => Reserved.Plan.Id;

    /// <summary>When it was reserved.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the newest attempt was stored; <see langword="null"/> before the first.</summary>
    public DateTimeOffset? AttemptedAt { get; init; }

    /// <summary>Why a noop is wanted in the payload's place, if one is.</summary>
    public CancelReason? Closing { get; init; }

    /// <summary>Since when nothing more may be offered for it.</summary>
    public DateTimeOffset? CappedAt { get; init; }

    /// <summary>A noop for its nonce is signed: the payload is given up, though it may still be mined.</summary>
    public bool IsClosing => Attempts.Any(attempt => attempt.IsNoop);

    /// <summary>Its nonce is in flight: no block has it.</summary>
    public bool IsInFlight => State.Kind < TransactionStateKind.Mined;
}
