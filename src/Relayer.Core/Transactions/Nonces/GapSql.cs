using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Replacement;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions.Nonces;

/// <summary>The statements of <see cref="GapFiller"/>.</summary>
internal static class GapSql
{
    /// <summary>
    /// The nonces from the chain's to our next that nothing under way holds, as far up as a signer's transactions can be held up by them.
    /// </summary>
    public static NpgsqlBatchCommand Find(ChainId chainId, IReadOnlyList<(Address Signer, ulong Nonce)> chain, int span) => new($"""
        select s.address, n.nonce, t.id, t.state from unnest($2, $3) as c (address, nonce)
        join signers s on s.chain_id = $1 and s.address = c.address
        cross join lateral generate_series(c.nonce, least(s.next_nonce, c.nonce + $4) - 1) as n (nonce)
        left join transactions t on t.chain_id = $1 and t.signer = s.address and t.nonce = n.nonce
        where t.id is null or t.{TransactionStates.Final}
        order by s.address, n.nonce
        """)
    {
        Parameters =
        {
            Columns.Long(chainId.Value),
            Columns.ManyBytes(chain.Select(item => item.Signer.ToArray())),
            Columns.Longs(chain.Select(item => (long)item.Nonce)),
            Columns.Int(span),
        },
    };

    /// <summary>Lowers a counter to the chain's nonce or behind the last record, whichever is higher. The signer has to be locked before.</summary>
    public static NpgsqlBatchCommand Lower(ChainId chainId, Address signer, ulong chainNonce, DateTimeOffset now) => new("""
        update signers s set next_nonce = x.lowest, updated_at = $4
        from (select greatest($3, coalesce(
            (select t.nonce + 1 from transactions t where t.chain_id = $1 and t.signer = $2 order by t.nonce desc limit 1), 0)) as lowest) x
        where s.chain_id = $1 and s.address = $2 and s.next_nonce > x.lowest
        returning s.next_nonce
        """)
    {
        Parameters = { Columns.Long(chainId.Value), Columns.Address(signer), Columns.Long((long)chainNonce), Columns.Time(now) },
    };

    /// <summary>Records a noop at a nonce below the counter that no record holds. The signer has to be locked before.</summary>
    public static NpgsqlBatchCommand Insert(ReservedTransaction noop, DateTimeOffset now) => new($"""
        insert into transactions (id, chain_id, signer, nonce, purpose, state, "to", value, gas_limit, data,
            max_fee, max_priority_fee, created_at, updated_at)
        select $1, $2, $3, $4, $5, {TransactionStates.Reserved}, $3, 0, $6, '', $7, $8, $9, $9 from signers s
        where s.chain_id = $2 and s.address = $3 and s.next_nonce > $4
        on conflict do nothing
        returning id
        """)
    {
        Parameters =
        {
            Columns.Id(noop.Plan.Id),
            Columns.Long(noop.ChainId.Value),
            Columns.Address(noop.Signer),
            Columns.Long((long)noop.Nonce),
            Columns.Text(noop.Plan.Purpose),
            Columns.Long((long)noop.Plan.GasLimit),
            Columns.Number(noop.Plan.Fees.MaxPrice),
            Columns.NumberOrNull(FeeColumns.MaxPriorityFee(noop.Plan.Fees)),
            Columns.Time(now),
        },
    };

    /// <summary>
    /// Gives the record of a payload that somebody else's transaction displaced to a noop: its feature was told that it will never
    /// run, and its bytes must not be sent again.
    /// </summary>
    public static NpgsqlBatchCommand Reopen(Guid id, DateTimeOffset now) => new($"""
        update transactions set state = {TransactionStates.Signed}, purpose = '{TransactionPlan.NoopPurpose}', cancel_reason = $2,
            version = version + 1, updated_at = $3
        where id = $1 and state = {TransactionStates.NonceUsedExternally}
        """)
    {
        Parameters = { Columns.Id(id), Columns.EnumOrNull<CancelReason>(CancelReason.Refused), Columns.Time(now) },
    };

    /// <summary>The bytes that a block had.</summary>
    public static NpgsqlBatchCommand FindMined(IEnumerable<Guid> ids) => new(
        "select a.raw from transactions t join attempts a on a.transaction_id = t.id and a.hash = t.hash where t.id = any($1) order by t.nonce")
    {
        Parameters = { Columns.Ids(ids) },
    };
}
