using Npgsql;
using Relayer.Core.Relay.Outcomes;
using Relayer.Core.Relay.Records;
using Relayer.Core.Storage;
using Relayer.Core.Transactions;

namespace Relayer.Core.Relay.Budgets;

/// <summary>The statements that settle what relays held of <c>relay_budgets</c> to what they cost.</summary>
/// <remarks>The rules of <see cref="BudgetSql"/> hold: hours and days are the database's, and rows are taken in the order of their key.</remarks>
internal static class SettlementSql
{
    /// <summary>
    /// What each budget's part of <c>shares</c> was: a row for each user, and what all others have in common once for all that hold of the same ones.
    /// A pass ends a thousand relays of as many users; all else is few rows.
    /// </summary>
    private static readonly string Deltas = $"""
        deltas as (
            select r.chain_id, {(int)BudgetScope.User}::smallint as scope, r."from" as subject, {BudgetSql.HeldHour} as hour, {BudgetSql.HeldDay} as day, r.held, r.charge
            from shares r where r.held_in & {(int)BudgetScope.User} <> 0 and (select count(*) from noted) > 0
            union all
            select r.chain_id, k.scope, k.subject, r.hour, r.day, r.held, r.charge
            from (
                select r.chain_id, r.budget_target, r.client, r.held_in, {BudgetSql.HeldHour} as hour, {BudgetSql.HeldDay} as day, sum(r.held) as held, sum(r.charge) as charge
                from shares r where r.held_in <> 0 and (select count(*) from noted) > 0 group by 1, 2, 3, 4, 5, 6) r
            cross join lateral ({BudgetSql.SharedKeys}) k where r.held_in & k.scope <> 0),
        sums as (
            select d.chain_id, d.scope, d.subject, d.last_hour, d.last_day,
                sum(d.held) filter (where d.hour = d.last_hour) as in_hour, sum(d.charge) filter (where d.hour = d.last_hour) as hour_cost,
                sum(d.held) filter (where d.day = d.last_day) as in_day, sum(d.charge) filter (where d.day = d.last_day) as day_cost
            from ({BudgetSql.Windows} from deltas d window w as (partition by d.chain_id, d.scope, d.subject)) d {BudgetSql.ByBudget})
        """;

    /// <summary>
    /// Gives back what was held and counts what was spent, in the windows that are still a budget's. The rows exist, since something was taken from them; one that
    /// was removed after days begins again with a window that is over, which changes nothing.
    /// </summary>
    private const string Settled = """
        insert into relay_budgets as b (chain_id, scope, subject, hour_at, hour_held, hour_spent, hour_budget, day_at, day_held, day_spent, day_budget)
        select s.chain_id, s.scope, s.subject, s.last_hour, s.in_hour, s.hour_cost, s.in_hour + s.hour_cost, s.last_day, s.in_day, s.day_cost, s.in_day + s.day_cost
        from sums s order by 1, 2, 3
        on conflict (chain_id, scope, subject) do update set
            hour_held = case when b.hour_at = excluded.hour_at then b.hour_held - excluded.hour_held else b.hour_held end,
            hour_spent = case when b.hour_at = excluded.hour_at then b.hour_spent + excluded.hour_spent else b.hour_spent end,
            hour_budget = case when b.hour_at = excluded.hour_at
                then b.hour_budget + greatest(0, b.hour_held - excluded.hour_held + b.hour_spent + excluded.hour_spent - b.hour_budget) else b.hour_budget end,
            day_held = case when b.day_at = excluded.day_at then b.day_held - excluded.day_held else b.day_held end,
            day_spent = case when b.day_at = excluded.day_at then b.day_spent + excluded.day_spent else b.day_spent end,
            day_budget = case when b.day_at = excluded.day_at
                then b.day_budget + greatest(0, b.day_held - excluded.day_held + b.day_spent + excluded.day_spent - b.day_budget) else b.day_budget end
        """;

    /// <summary>
    /// Writes how relays of transactions that are over ended, gives back what they held, and counts what they cost: each relay's share of its transaction's
    /// cost is as its share of what was held. A cost above what was held (a rollup's fee for data may rise) is counted all the same: nothing that was paid for
    /// is refused afterwards.
    /// </summary>
    /// <remarks>One write for each relay: a second one would cost as much as all else here.</remarks>
    public static NpgsqlBatchCommand Settle(IReadOnlyList<RelayOutcome> outcomes, DateTimeOffset now) => OutcomeSql.Tell(outcomes, now, $"""
        with ended as (
            {BudgetSql.Held}, o.state, o.success, o.reason, o.fee, o.again,
                case when t.{TransactionStates.FinalInBlock} then coalesce(t.fee, 0) else 0 end
                    + case when t.state = {TransactionStates.Confirmed} then t.value else 0 end as cost
            from {OutcomeSql.Outcomes} join relays r on {OutcomeSql.IsTold} join transactions t on t.id = r.transaction_id),
        carried as (
            select r.*, coalesce(floor(r.cost * r.held / nullif(sum(r.held) over (partition by r.transaction_id), 0)), 0) as part,
                row_number() over (partition by r.transaction_id order by r.held = 0, r.position, r.id) as place
            from ended r),
        split as (
            select r.*, case when r.place = 1 then r.cost - (sum(r.part) over (partition by r.transaction_id) - r.part) else r.part end as charge
            from carried r),
        noted as (
            update relays r set {OutcomeSql.Told}, held = 0, charged = case when o.held > 0 then coalesce(r.charged, 0) + o.charge else r.charged end
            from split o where r.id = o.id returning r.id),
        shares as (select r.* from split r where r.held > 0),
        {Deltas}
        {Settled}
        """);

    /// <summary>
    /// Counts what transactions cost that were settled before at nothing, since they were thought displaced. What was held is given back already; each relay
    /// takes the same share, in the windows in which it held.
    /// </summary>
    public static NpgsqlBatchCommand SettleAnew(IEnumerable<Guid> transactions) => new($"""
        with carried as (
            {BudgetSql.Held}, t.cost, div(t.cost, count(*) over (partition by r.transaction_id)) as part,
                row_number() over (partition by r.transaction_id order by r.position, r.id) as place
            from relays r join (
                select id, coalesce(fee, 0) + case when state = {TransactionStates.Confirmed} then value else 0 end as cost
                from transactions where id = any($1) and {TransactionStates.FinalInBlock}) t on t.id = r.transaction_id
            where r.held = 0 and r.held_in <> 0),
        shares as (
            select r.*, case when r.place = 1 then r.cost - (sum(r.part) over (partition by r.transaction_id) - r.part) else r.part end as charge
            from carried r),
        noted as (
            update relays r set charged = coalesce(r.charged, 0) + s.charge from shares s where r.id = s.id returning r.id),
        {Deltas}
        {Settled}
        """)
    {
        Parameters = { Columns.Ids(transactions) },
    };
}
