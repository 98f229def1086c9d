using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;

namespace Relayer.Core.Transactions.Signers;

/// <summary>The signers' rows: how they stand, and their pauses. Every write says what it found, so that nobody undoes another's.</summary>
internal static class SignerStore
{
    internal const string ReadSql = $"""
        select s.address, s.next_nonce, load.in_flight, s.paused, coalesce(s.paused_why, 'operator'), coalesce(s.paused_reason, ''),
            coalesce(s.paused_since, s.updated_at), s.retry_at, s.strikes
        from signers s
        cross join lateral (
            select count(*)::int as in_flight from transactions t where t.chain_id = s.chain_id and t.signer = s.address and t.{TransactionStates.InFlight}) load
        where s.chain_id = $1 and ($2 or s.address = $3) order by s.address
        """;

    /// <summary>An operator's pause takes the place of any other; the relayer's own only where nothing has changed since the look.</summary>
    private const string PauseSql = """
        update signers set paused = true, paused_why = $3, paused_reason = $4,
            paused_since = case when paused and paused_why = $3 then paused_since else $5 end,
            retry_at = coalesce($6, retry_at), strikes = coalesce($7, strikes), updated_at = $5
        where chain_id = $1 and address = $2
            and case when $3 = 'operator' then not paused or paused_why <> 'operator'
                else paused = $8 and (not paused or paused_why = $3) and retry_at is not distinct from $9 end
        """;

    private const string ResumeSql = """
        update signers set paused = false, paused_why = null, paused_reason = null, paused_since = null,
            strikes = case when $3 = 'operator' then 0 else strikes end, updated_at = $4
        where chain_id = $1 and address = $2 and paused and ($3 = 'operator' or paused_why = $3)
        """;

    /// <summary>A chain's signers that were ever used, or one of them.</summary>
    public static async Task<IReadOnlyList<SignerStatus>> ReadAsync(
        NpgsqlConnection connection, ChainId chainId, Address? only, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ReadSql, connection);
        command.Parameters.Add(Columns.Long(chainId.Value));
        command.Parameters.Add(Columns.Flag(only is null));
        command.Parameters.Add(Columns.Address(only ?? default));
        return await command.ReadListAsync(row => new SignerStatus(
            row.GetAddress(0), (ulong)row.GetInt64(1), row.GetInt32(2),
            row.GetBoolean(3) ? new SignerPause(row.GetString(4), row.GetString(5), row.GetTime(6)) : null, row.GetTimeOrNull(7), row.GetInt16(8)),
            cancellation);
    }

    /// <summary>Pauses, or pauses for longer.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="chainId">The chain.</param>
    /// <param name="seen">The signer as it was when this was decided.</param>
    /// <param name="pause">The pause.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <returns>False when it is paused by an operator, or has changed since.</returns>
    public static async Task<bool> PauseAsync(
        NpgsqlConnection connection, ChainId chainId, SignerStatus seen, SignerStep.Pause pause, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(PauseSql, connection);
        command.Parameters.Add(Columns.Long(chainId.Value));
        command.Parameters.Add(Columns.Address(seen.Address));
        command.Parameters.Add(Columns.Text(pause.Cause));
        command.Parameters.Add(Columns.Text(pause.Reason));
        command.Parameters.Add(Columns.Time(now));
        command.Parameters.Add(Columns.TimeOrNull(pause.RetryAt));
        command.Parameters.Add(Columns.ShortOrNull((short?)pause.Strikes));
        command.Parameters.Add(Columns.Flag(seen.Pause is not null));
        command.Parameters.Add(Columns.TimeOrNull(seen.RetryAt));
        return await command.ExecuteNonQueryAsync(cancellation) > 0;
    }

    /// <summary>Ends a pause.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="chainId">The chain.</param>
    /// <param name="signer">The signer.</param>
    /// <param name="cause">Only one of this cause; an operator ends any, and what it had on record of earlier errors.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <returns>False when there was none such.</returns>
    public static async Task<bool> ResumeAsync(
        NpgsqlConnection connection, ChainId chainId, Address signer, string cause, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ResumeSql, connection);
        command.Parameters.Add(Columns.Long(chainId.Value));
        command.Parameters.Add(Columns.Address(signer));
        command.Parameters.Add(Columns.Text(cause));
        command.Parameters.Add(Columns.Time(now));
        return await command.ExecuteNonQueryAsync(cancellation) > 0;
    }
}
