using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Providers.Agreement;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Treasury.TopUps;

/// <summary>Notes what became of the transfers to signers, in the engine's transaction.</summary>
/// <param name="incidents">Told when the wallet's key is used elsewhere.</param>
/// <param name="time">The clock.</param>
public sealed class TopUpTransactionHandler(IncidentLog incidents, TimeProvider time) : ITransactionHandler
{
    /// <inheritdoc/>
    public string Name => TopUpService.Purpose;

    /// <inheritdoc/>
    public Task<Func<NpgsqlConnection, CancellationToken, Task>> PrepareAsync(
        ChainId chainId, IReadOnlyList<StateChange> changes, CancellationToken cancellation)
    {
        var moves = changes.Select(change => Evaluate(change.Transaction.Id, change.State)).ToArray();
        var lost = changes.FirstOrDefault(change => change.State is TransactionState.NonceUsedExternally);
        return Task.FromResult<Func<NpgsqlConnection, CancellationToken, Task>>(async (connection, stop) =>
        {
            await TopUpStore.MoveAsync(connection, moves, time.GetUtcNow(), stop);
            if (lost is not null)
            {
                await incidents.RaiseAsync(connection, UsedElsewhere(chainId, lost.Transaction.Reserved, ((TransactionState.NonceUsedExternally)lost.State).By), stop);
            }
        });
    }

    /// <summary>How a transfer stands. Pure.</summary>
    internal static (Guid Id, TopUpState State, Hash32? Hash, long? Block, Wei? Fee) Evaluate(Guid id, TransactionState state) => state switch
    {
        // A noop in its place is mined: the money stays, but that too may still be undone.
        TransactionState.Mined { Inclusion: var mined } => (id, TopUpState.UnderWay, mined.Hash, mined.BlockNumber, mined.Fee),
        TransactionState.Confirmed { Inclusion: var done } => (id, TopUpState.Received, done.Hash, done.BlockNumber, done.Fee),
        TransactionState.Cancelled { Inclusion: var noop } => (id, TopUpState.Failed, noop.Hash, noop.BlockNumber, noop.Fee),
        TransactionState.Failed { Inclusion: var failed } => (id, TopUpState.Failed, failed.Hash, failed.BlockNumber, failed.Fee),
        TransactionState.NonceUsedExternally => (id, TopUpState.Failed, null, null, null),
        _ => (id, TopUpState.UnderWay, null, null, null),
    };

    private static IncidentReport UsedElsewhere(ChainId chainId, ReservedTransaction transfer, NonceHolder? by) => new(
        TopUpStops.Loss, IncidentSeverity.Critical, chainId, transfer.Signer, $"The council's wallet on chain {chainId} is used elsewhere",
        $"Nonce {transfer.Nonce} of {transfer.Signer} was used by {(by is null ? "something" : $"transaction {by.Hash} in block {by.BlockNumber}")}, "
        + "which the relayer did not send. Who has its key? "
        + "Top-ups go on when a person has cleared this incident.",
        NeedsPerson: true);
}
