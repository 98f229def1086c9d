namespace Relayer.Core.Transactions.Confirmation;

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
            // Declared lost by less than what is asked for today, or by those who were wrong together: its own receipt is the better evidence.
            (TransactionState.NonceUsedExternally, Observation.Included found) when found.Block.Depth >= confirmations => Settle(found.Inclusion),
            ({ IsFinal: true }, _) => state,
            (TransactionState.Reserved, Observation.BytesStored) => new TransactionState.Signed(),
            (TransactionState.Signed, Observation.NodeTookIt) => new TransactionState.Broadcast(),
            // Nothing that is not signed can have a receipt: a node that says so is not believed.
            (TransactionState.Reserved, _) => state,
            (_, Observation.ReceiptSeen seen) => new TransactionState.Mined(seen.Inclusion),
            (_, Observation.Included found) => found.Block.Depth >= confirmations ? Settle(found.Inclusion) : new TransactionState.Mined(found.Inclusion),
            // A reorg took its block away. That nobody shows a receipt does not say so; the block in its place does.
            (TransactionState.Mined, Observation.Orphaned) => new TransactionState.Broadcast(),
            (TransactionState.Signed or TransactionState.Broadcast, Observation.NonceTakenByAnother taken)
                when taken.Block.Depth >= confirmations => new TransactionState.NonceUsedExternally(taken.By),
            _ => state,
        };

    private static TransactionState Settle(Inclusion inclusion) => inclusion switch
    {
        { IsNoop: true } => new TransactionState.Cancelled(inclusion),
        { Succeeded: true } => new TransactionState.Confirmed(inclusion),
        _ => new TransactionState.Failed(inclusion),
    };
}
