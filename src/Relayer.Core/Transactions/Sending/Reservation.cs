using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;

namespace Relayer.Core.Transactions.Sending;

/// <summary>A reservation of nonces that rides at the front of a batch with the feature's own writes: one round trip, one commit.</summary>
/// <remarks>
/// The batch needs no transaction of its own: PostgreSQL commits all of it or nothing. Which plans are reserved is known only within it;
/// statements that follow find them in <c>transactions</c>.
/// </remarks>
public sealed class Reservation
{
    private readonly ChainId _chainId;
    private readonly IReadOnlyList<TransactionPlan> _plans;
    private readonly NpgsqlBatchCommand _lock;
    private readonly NpgsqlBatchCommand _insert;

    internal Reservation(ChainId chainId, IReadOnlyList<TransactionPlan> plans, NpgsqlBatchCommand @lock, NpgsqlBatchCommand insert) =>
        (_chainId, _plans, _lock, _insert) = (chainId, plans, @lock, insert);

    /// <summary>Adds the statements; nothing may stand before them.</summary>
    public void AddTo(NpgsqlBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);

        // Two statements: the second one's snapshot is taken when the first one holds the locks.
        batch.BatchCommands.Add(_lock);
        batch.BatchCommands.Add(_insert);
    }

    /// <summary>
    /// Reads what was reserved, in the order of the plans. What follows in the batch is the caller's to read, to its end:
    /// only then is it known to be committed.
    /// </summary>
    /// <returns>Fewer than asked, from the front, when the chosen signer has no more room or money; none when no signer has any.</returns>
    public async Task<IReadOnlyList<ReservedTransaction>> ReadAsync(NpgsqlDataReader rows, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(rows);
        await rows.NextResultAsync(cancellation);
        var reserved = await rows.ReadListAsync(
            row => (Signer: row.GetAddress(0), Nonce: (ulong)row.GetInt64(1), Place: row.GetInt64(2)), cancellation);
        return [.. reserved.OrderBy(item => item.Place)
            .Select(item => new ReservedTransaction(_chainId, item.Signer, item.Nonce, _plans[(int)item.Place - 1]))];
    }
}
