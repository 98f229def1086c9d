namespace Relayer.Core.Transactions.Confirmation;

/// <summary>Something learnt about a transaction.</summary>
public abstract record Observation
{
    private Observation()
    {
    }

    /// <summary>Its signed bytes are in the database.</summary>
    public sealed record BytesStored : Observation;

    /// <summary>A node took the bytes, or already had them.</summary>
    public sealed record NodeTookIt : Observation;

    /// <summary>One of its attempts has a receipt, read at this head.</summary>
    public sealed record ReceiptSeen(Inclusion Inclusion, long Head) : Observation;

    /// <summary>None of its attempts has a receipt on a node at this head.</summary>
    public sealed record ReceiptMissing(long Head) : Observation;

    /// <summary>
    /// The signer's nonce on the chain has been past the transaction's own since an earlier head, and none of its attempts has a receipt.
    /// </summary>
    /// <param name="Since">The head at which that was seen first.</param>
    /// <param name="Head">The head now.</param>
    public sealed record NonceTakenByAnother(long Since, long Head) : Observation;
}

/// <summary>The one function that moves a transaction from state to state. Pure.</summary>
public static class Transition
{
    /// <summary>The state after an observation; the same state where the observation says nothing new.</summary>
    /// <param name="state">The present state.</param>
    /// <param name="observation">What was learnt.</param>
    /// <param name="confirmations">Blocks wanted on top of the transaction's own.</param>
    public static TransactionState Next(TransactionState state, Observation observation, int confirmations) =>
        (state, observation) switch
        {
            ({ IsFinal: true }, _) => state,
            (TransactionState.Reserved, Observation.BytesStored) => new TransactionState.Signed(),
            (TransactionState.Signed, Observation.NodeTookIt) => new TransactionState.Broadcast(),
            // Nothing that is not signed can have a receipt: a node that says so is not believed.
            (TransactionState.Reserved, Observation.ReceiptSeen) => state,
            (_, Observation.ReceiptSeen seen) => seen.Head - seen.Inclusion.BlockNumber >= confirmations
                ? Settle(seen.Inclusion)
                : new TransactionState.Mined(seen.Inclusion),
            // A reorg took its block away. A node that has not reached that height yet proves nothing.
            (TransactionState.Mined mined, Observation.ReceiptMissing missing)
                when missing.Head >= mined.Inclusion.BlockNumber => new TransactionState.Broadcast(),
            // One look may have met a node that counts a block whose receipts it does not know yet, or a block that goes again.
            (TransactionState.Signed or TransactionState.Broadcast, Observation.NonceTakenByAnother taken)
                when taken.Head - taken.Since >= Math.Max(1, confirmations) => new TransactionState.NonceUsedExternally(),
            _ => state,
        };

    private static TransactionState Settle(Inclusion inclusion) => inclusion switch
    {
        { IsNoop: true } => new TransactionState.Cancelled(inclusion),
        { Succeeded: true } => new TransactionState.Confirmed(inclusion),
        _ => new TransactionState.Failed(inclusion),
    };
}
