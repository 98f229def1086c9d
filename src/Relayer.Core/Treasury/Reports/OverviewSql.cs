using Relayer.Core.Transactions;
using Relayer.Core.Treasury.TopUps;

namespace Relayer.Core.Treasury.Reports;

/// <summary>The statements behind <see cref="GasReport"/>. They read sums, the newest rows and what is under way; never the history of transactions.</summary>
internal static class OverviewSql
{
    /// <summary>$1: chains.</summary>
    public const string Pending = $"""
        select s.chain_id, s.address, s.next_nonce, s.paused, coalesce(s.paused_reason, s.paused_why), p.transactions, p.cost
        from signers s
        cross join lateral (
            select count(*) as transactions, coalesce(sum(t.gas_limit * t.max_fee + t.value), 0) as cost from transactions t
            where t.chain_id = s.chain_id and t.signer = s.address and t.{TransactionStates.InFlight}) p
        where s.chain_id = any($1)
        """;

    public const string Books =
        "select chain_id, account, since_block, block_number, checked_at from reconciliations where chain_id = any($1)";

    /// <summary>$1: chains; $2: a day ago.</summary>
    public const string ToppedUp =
        $"select chain_id, coalesce(sum(amount), 0) from top_ups where chain_id = any($1) and created_at > $2 and state <> {TopUpStates.Failed} group by chain_id";

    /// <summary>$1: chains; $2: how many of each.</summary>
    public const string Deposits = """
        select d.* from unnest($1) as c (chain_id)
        cross join lateral (
            select id, chain_id, account, amount, first_block, last_block, hash, sender, noticed_at,
                coalesce(evidence, case when hash is null then 0 else 1 end) as evidence
            from deposits
            where chain_id = c.chain_id order by id desc limit $2) d
        """;

    /// <summary>$1: chains; $2: the first day.</summary>
    public const string Days = """
        select chain_id, day, purpose, sum(fee), sum(actions)::bigint, sum(transactions)::bigint
        from spend_days where chain_id = any($1) and day >= $2 group by 1, 2, 3 order by 2, 1, 3
        """;

    /// <summary>$1: chains; $2: the first day; $3: how many.</summary>
    public const string Targets = """
        select chain_id, purpose, target, selector, sum(fee), sum(actions)::bigint, sum(transactions)::bigint
        from spend_days where chain_id = any($1) and day >= $2 group by 1, 2, 3, 4 order by 5 desc, 1, 2, 3, 4 limit $3
        """;

    /// <summary>The last reading of each day. $1: chains; $2: the beginning of the first day; $3: the end of the last.</summary>
    public const string Balances = """
        select b.chain_id, (d.day at time zone 'UTC')::date, b.account, b.role, b.block_number, b.balance
        from generate_series($2::timestamptz, $3::timestamptz, interval '24 hours') as d (day)
        cross join unnest($1) as c (chain_id)
        cross join lateral (
            select chain_id, block_number from readings r
            where r.chain_id = c.chain_id and r.taken_at >= d.day and r.taken_at < d.day + interval '24 hours' order by r.taken_at desc limit 1) r
        join balances b on b.chain_id = r.chain_id and b.block_number = r.block_number
        order by 1, 2, 4, 3
        """;
}
