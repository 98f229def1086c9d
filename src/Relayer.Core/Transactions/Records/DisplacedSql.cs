using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;

namespace Relayer.Core.Transactions.Records;

/// <summary>The statements over <c>displaced</c>: what lost its nonce to another transaction, and to which.</summary>
internal static class DisplacedSql
{
    /// <summary>Notes what took the nonces of transactions.</summary>
    public static NpgsqlBatchCommand Insert(ChainId chainId, IReadOnlyList<StateChange> lost, DateTimeOffset now)
    {
        var by = lost.Select(change => (change.State as TransactionState.NonceUsedExternally)?.By).ToArray();
        return new NpgsqlBatchCommand("""
            insert into displaced (transaction_id, chain_id, by_hash, block_number, block_hash, at)
            select d.id, $1, d.by_hash, d.block_number, d.block_hash, $6 from unnest($2, $3, $4, $5) as d (id, by_hash, block_number, block_hash)
            on conflict (transaction_id) do update set by_hash = excluded.by_hash, block_number = excluded.block_number,
                block_hash = excluded.block_hash, at = excluded.at, corrected_at = null
            """)
        {
            Parameters =
            {
                Columns.Long(chainId.Value),
                Columns.Ids(lost.Select(change => change.Transaction.Id)),
                Columns.ManyBytes(by.Select(holder => holder?.Hash.ToArray())),
                Columns.Longs(by.Select(holder => holder?.BlockNumber)),
                Columns.ManyBytes(by.Select(holder => holder?.BlockHash.ToArray())),
                Columns.Time(now),
            },
        };
    }

    /// <summary>Notes that their own receipts were found after all.</summary>
    public static NpgsqlBatchCommand Correct(IEnumerable<Guid> ids, DateTimeOffset now) =>
        new("update displaced set corrected_at = $2 where transaction_id = any($1)")
        {
            Parameters = { Columns.Ids(ids), Columns.Time(now) },
        };
}
