using Relayer.Core.Ethereum;
using Relayer.Core.Providers.Agreement;

namespace Relayer.Core.Transactions.Confirmation;

/// <summary>Something learnt about a transaction.</summary>
/// <remarks>
/// Only two of them can end one, and neither can be made without a <see cref="CanonicalBlock"/>: a receipt or a node's silence alone ends nothing.
/// </remarks>
public abstract record Observation
{
    private Observation()
    {
    }

    /// <summary>Its signed bytes are in the database.</summary>
    public sealed record BytesStored : Observation;

    /// <summary>A node took the bytes, or already had them.</summary>
    public sealed record NodeTookIt : Observation;

    /// <summary>One of its attempts has a receipt, by one provider's word.</summary>
    public sealed record ReceiptSeen(Inclusion Inclusion) : Observation;

    /// <summary>None of its attempts has a receipt that anybody shows. It proves nothing.</summary>
    public sealed record ReceiptMissing : Observation;

    /// <summary>The block of its receipt is the canonical one at its height.</summary>
    public sealed record Included : Observation
    {
        private Included(Inclusion inclusion, CanonicalBlock block) => (Inclusion, Block) = (inclusion, block);

        /// <summary>What the receipt says that the providers agree on.</summary>
        public Inclusion Inclusion { get; }

        /// <summary>The block.</summary>
        public CanonicalBlock Block { get; }

        internal static Included Of(Inclusion inclusion, CanonicalReceipt agreed) =>
            agreed.Block.Number == inclusion.BlockNumber && agreed.Block.Hash == inclusion.BlockHash
            && (agreed.Receipt.TransactionHash, agreed.Receipt.Succeeded, agreed.Receipt.Fee) == (inclusion.Hash, inclusion.Succeeded, inclusion.Fee)
                ? new(inclusion, agreed.Block)
                : throw new ArgumentException("another receipt than the one agreed on", nameof(agreed));
    }

    /// <summary>Another block is the canonical one at the height of its receipt: a reorg took it back.</summary>
    public sealed record Orphaned : Observation
    {
        private Orphaned(CanonicalBlock block) => Block = block;

        /// <summary>The block in its place.</summary>
        public CanonicalBlock Block { get; }

        internal static Orphaned Of(Inclusion inclusion, CanonicalBlock block) =>
            block.Number == inclusion.BlockNumber && block.Hash != inclusion.BlockHash
                ? new(block)
                : throw new ArgumentException("no other block at the receipt's height", nameof(block));
    }

    /// <summary>A transaction that is none of its attempts has its nonce, in a canonical block.</summary>
    public sealed record NonceTakenByAnother : Observation
    {
        private NonceTakenByAnother(NonceHolder by, CanonicalBlock block) => (By, Block) = (by, block);

        /// <summary>That transaction.</summary>
        public NonceHolder By { get; }

        /// <summary>Its block.</summary>
        public CanonicalBlock Block { get; }

        internal static NonceTakenByAnother Of(NonceHolder by, CanonicalBlock block) =>
            block.Number == by.BlockNumber && block.Hash == by.BlockHash
                ? new(by, block)
                : throw new ArgumentException("another block than the transaction's", nameof(block));
    }

    /// <summary>What one provider's receipt is worth, given the canonical block at its height: on its own never enough to end anything.</summary>
    /// <param name="inclusion">What the receipt says.</param>
    /// <param name="block">The block; <see langword="null"/> where the providers do not agree on one.</param>
    internal static Observation OfReceipt(Inclusion inclusion, CanonicalBlock? block) =>
        block is null || (block.Number == inclusion.BlockNumber && block.Hash == inclusion.BlockHash) ? new ReceiptSeen(inclusion) : Orphaned.Of(inclusion, block);

    /// <summary>What a receipt is worth that the providers agree on.</summary>
    /// <param name="inclusion">What it says.</param>
    /// <param name="agreed">The receipt.</param>
    internal static Observation OfAgreed(Inclusion inclusion, CanonicalReceipt agreed) => Included.Of(inclusion, agreed);

    /// <summary>What it means that a transaction holds the nonce.</summary>
    /// <param name="attempts">The hashes of the transaction's own attempts.</param>
    /// <param name="by">The transaction that has the nonce.</param>
    /// <param name="block">The canonical block at its height, where the providers agree on one.</param>
    /// <returns>Where it is one of the attempts, or its block not canonical: that nothing is known.</returns>
    internal static Observation OfNonce(IEnumerable<Hash32> attempts, NonceHolder by, CanonicalBlock? block) =>
        block is not null && block.Hash == by.BlockHash && !attempts.Contains(by.Hash)
            ? NonceTakenByAnother.Of(by, block)
            : new ReceiptMissing();
}
