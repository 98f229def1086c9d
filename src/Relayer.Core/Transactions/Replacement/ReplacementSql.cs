using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;

namespace Relayer.Core.Transactions.Replacement;

/// <summary>What replacing a transaction writes and reads beside the attempts themselves.</summary>
internal static class ReplacementSql
{
    /// <summary>Notes that nothing more may be offered; touches a row only where that is new.</summary>
    public static NpgsqlBatchCommand MarkCapped(ChainId chainId, Guid id, DateTimeOffset now) => new(
        $"update transactions set capped_at = $3 where chain_id = $1 and id = $2 and {TransactionStates.InFlight} and capped_at is null")
    {
        Parameters = { Columns.Long(chainId.Value), Columns.Id(id), Columns.Time(now) },
    };

    /// <summary>Notes that a noop is wanted; from then on every instance sees to it, also after a crash.</summary>
    public static NpgsqlBatchCommand RequestCancel(ChainId chainId, Guid id, CancelReason reason, DateTimeOffset now) => new($"""
        update transactions set cancel_reason = $3, updated_at = $4
        where chain_id = $1 and id = $2 and {TransactionStates.InFlight} and cancel_reason is null
        """)
    {
        Parameters = { Columns.Long(chainId.Value), Columns.Id(id), Columns.EnumOrNull<CancelReason>(reason), Columns.Time(now) },
    };

    /// <summary>The state's number, the mined hash and the fees of any transaction of a chain.</summary>
    public static NpgsqlBatchCommand FindEnd(ChainId chainId, Guid id) => new(
        "select state, hash, max_fee, max_priority_fee from transactions where chain_id = $1 and id = $2")
    {
        Parameters = { Columns.Long(chainId.Value), Columns.Id(id) },
    };

    /// <summary>Runs one statement.</summary>
    /// <returns>Rows written.</returns>
    public static async Task<int> RunAsync(this NpgsqlBatchCommand statement, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { statement } };
        return await batch.ExecuteNonQueryAsync(cancellation);
    }
}
