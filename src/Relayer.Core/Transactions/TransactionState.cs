using Relayer.Core.Ethereum;
using Relayer.Core.Providers.Agreement;
using Relayer.Core.Transactions.Confirmation;

namespace Relayer.Core.Transactions;

/// <summary>Where a transaction is on its way, and what is known of it there.</summary>
/// <remarks>Drawn in <c>docs/architecture.md</c>; <see cref="Transition"/> is the only thing that moves one.</remarks>
public abstract record TransactionState
{
    private TransactionState()
    {
    }

    /// <summary>Which of them it is, as its column says.</summary>
    public abstract TransactionStateKind Kind { get; }

    /// <summary>True when nothing is awaited any more. Only what was thought displaced can still change, by a receipt that turns up after all.</summary>
    public bool IsFinal => Kind >= TransactionStateKind.Confirmed;

    /// <summary>Signer and nonce are taken and the record is written; nothing is signed.</summary>
    public sealed record Reserved : TransactionState
    {
        /// <inheritdoc/>
        public override TransactionStateKind Kind => TransactionStateKind.Reserved;
    }

    /// <summary>The signed bytes are stored; whether a node has them is not known.</summary>
    public sealed record Signed : TransactionState
    {
        /// <inheritdoc/>
        public override TransactionStateKind Kind => TransactionStateKind.Signed;
    }

    /// <summary>A node took it.</summary>
    public sealed record Broadcast : TransactionState
    {
        /// <inheritdoc/>
        public override TransactionStateKind Kind => TransactionStateKind.Broadcast;
    }

    /// <summary>In a block that a reorg may still undo.</summary>
    public sealed record Mined(Inclusion Inclusion) : TransactionState
    {
        /// <inheritdoc/>
        public override TransactionStateKind Kind => TransactionStateKind.Mined;
    }

    /// <summary>Deep enough in the chain, and it succeeded.</summary>
    public sealed record Confirmed(Inclusion Inclusion) : TransactionState
    {
        /// <inheritdoc/>
        public override TransactionStateKind Kind => TransactionStateKind.Confirmed;
    }

    /// <summary>A noop took its nonce: it will never run.</summary>
    public sealed record Cancelled(Inclusion Inclusion) : TransactionState
    {
        /// <inheritdoc/>
        public override TransactionStateKind Kind => TransactionStateKind.Cancelled;
    }

    /// <summary>A transaction that the relayer did not send took its nonce: the key is used elsewhere. It will never run.</summary>
    /// <param name="By">That transaction; <see langword="null"/> where a release before this one decided, without knowing it.</param>
    public sealed record NonceUsedExternally(NonceHolder? By) : TransactionState
    {
        /// <inheritdoc/>
        public override TransactionStateKind Kind => TransactionStateKind.NonceUsedExternally;
    }

    /// <summary>Deep enough in the chain, and it reverted: paid for, without effect.</summary>
    public sealed record Failed(Inclusion Inclusion) : TransactionState
    {
        /// <inheritdoc/>
        public override TransactionStateKind Kind => TransactionStateKind.Failed;
    }
}

/// <summary>Which attempt was mined, where, and what it cost.</summary>
/// <param name="Hash">The attempt's hash.</param>
/// <param name="IsNoop">It is the noop that closes the nonce, not the payload.</param>
/// <param name="BlockNumber">The block's height.</param>
/// <param name="BlockHash">The block's hash.</param>
/// <param name="Succeeded">Status 1.</param>
/// <param name="GasUsed">Gas.</param>
/// <param name="GasPrice">Wei per gas paid.</param>
/// <param name="L1Fee">OP-stack data fee in wei.</param>
/// <param name="Fee">All that was paid beside value, in wei.</param>
public sealed record Inclusion(
    Hash32 Hash, bool IsNoop, long BlockNumber, Hash32 BlockHash, bool Succeeded, ulong GasUsed, Wei GasPrice, Wei L1Fee, Wei Fee);
