using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Records;

namespace Relayer.Core.Treasury.Spend;

/// <summary>Adds every final transaction's fee to the sums by hour, day and user: reverted ones, noops, replaced ones and L1 fees included.</summary>
/// <remarks>
/// A transaction that serves several (<c>spend_shares</c>) is split between them, so that the sums are the receipts' to the wei. Rows are
/// touched in one order, against deadlocks.
/// </remarks>
/// <param name="time">Says which hour and day it is.</param>
public sealed class SpendLedger(TimeProvider time) : ISpendLedger
{
    /// <summary>The name under which noops that closed a nonce are booked.</summary>
    public const string Noop = "noop";

    // What was final without being mined has no fee.
    private const string AddHours = $"""
        insert into spend_hours as h (chain_id, signer, hour, fee, l1_fee, value, gas, transactions, failed)
        select t.chain_id, t.signer, date_trunc('hour', $2, 'UTC'), sum(t.fee), sum(t.l1_fee),
            sum(case when t.state = {TransactionStates.Confirmed} then t.value else 0 end), sum(t.gas_used)::bigint, count(*), count(*) filter (where t.state = {TransactionStates.Failed})
        from transactions t where t.id = any($1) and t.{TransactionStates.Final} and t.fee is not null
        group by 1, 2 order by 1, 2
        on conflict (chain_id, hour, signer) do update
        set fee = h.fee + excluded.fee, l1_fee = h.l1_fee + excluded.l1_fee, value = h.value + excluded.value, gas = h.gas + excluded.gas,
            transactions = h.transactions + excluded.transactions, failed = h.failed + excluded.failed
        """;

    // One pass over the transactions, each with its shares; no join of lists, which the connection's planner settings would make quadratic.
    // Wei are not split: what does not divide falls to the first, as it does in the relays' own rows.
    private const string Booked = $"""
        with booked as materialized (
            select t.chain_id, case when t.state = {TransactionStates.Cancelled} then '{Noop}' else t.purpose end as purpose, coalesce(s.target, t."to") as target,
                coalesce(s.selector, substring(t.data for 4)) as selector, s."user", t.fee,
                row_number() over (partition by t.id order by s.position, s."user") = 1 as is_first,
                greatest(count(s.transaction_id) over (partition by t.id), 1) as shares
            from transactions t left join spend_shares s on s.transaction_id = t.id
            where t.id = any($1) and t.{TransactionStates.Final} and t.fee is not null),
        split as (
            select *, case when is_first then fee - div(fee, shares) * (shares - 1) else div(fee, shares) end as share from booked)
        """;

    private const string AddDays = $"""
        {Booked}
        insert into spend_days as d (chain_id, day, purpose, target, selector, fee, actions, transactions)
        select chain_id, ($2 at time zone 'UTC')::date, purpose, target, selector, sum(share), count(*), count(*) filter (where is_first)
        from split group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
        on conflict (chain_id, day, purpose, target, selector) do update
        set fee = d.fee + excluded.fee, actions = d.actions + excluded.actions, transactions = d.transactions + excluded.transactions
        """;

    private const string AddUsers = $"""
        {Booked}
        insert into spend_users as u (chain_id, day, "user", purpose, target, selector, fee, actions)
        select chain_id, ($2 at time zone 'UTC')::date, "user", purpose, target, selector, sum(share), count(*)
        from split where "user" is not null group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
        on conflict (chain_id, day, "user", purpose, target, selector) do update
        set fee = u.fee + excluded.fee, actions = u.actions + excluded.actions
        """;

    /// <inheritdoc/>
    public async Task AddAsync(
        NpgsqlConnection connection, ChainId chainId, IReadOnlyList<Guid> transactions, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in Statements(transactions, now))
        {
            batch.BatchCommands.Add(statement);
        }

        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The writes, in their order.</summary>
    internal static NpgsqlBatchCommand[] Statements(IReadOnlyList<Guid> transactions, DateTimeOffset now) =>
        Array.ConvertAll([AddHours, AddDays, AddUsers], (string sql) => new NpgsqlBatchCommand(sql)
        {
            Parameters = { Columns.Ids(transactions), Columns.Time(now) },
        });
}
