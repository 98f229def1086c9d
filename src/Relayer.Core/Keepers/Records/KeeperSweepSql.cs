using Relayer.Core.Keepers.Engine;

namespace Relayer.Core.Keepers.Records;

/// <summary>The sweeper's statements: each removes up to $2 rows that are older than $1, and says how many.</summary>
internal static class KeeperSweepSql
{
    private const string Decisions = """
        with gone as (
            delete from keeper_decisions where id in (select id from keeper_decisions where at < $1 order by at limit $2 for update skip locked)
            returning 1)
        select count(*) from gone
        """;

    private const string Runs = """
        with gone as (
            delete from keeper_runs where id in (select id from keeper_runs where ended_at < $1 order by ended_at limit $2 for update skip locked)
            returning 1)
        select count(*) from gone
        """;

    // Keepers whose n-th piece of work is known by n count on from what is removed here. The others' ids come from the chain.
    private const string Work = $"""
        with old as (
            select w.keeper, w.chain_id, w.id from keeper_work w
            where w.{WorkStates.Over} and w.ended_at < $1
                and not exists (select from keeper_sends s where s.transaction_id = w.transaction_id and not s.settled)
            order by w.ended_at limit $2 for update of w skip locked),
        gone as (
            delete from keeper_work w using old where (w.keeper, w.chain_id, w.id) = (old.keeper, old.chain_id, old.id)
            returning w.keeper, w.chain_id, w.subject),
        counted as (
            insert into keeper_swept as k (keeper, chain_id, subject, pieces)
            select keeper, chain_id, subject, count(*) from gone where keeper not in ({KeeperNames.OfEventsList})
            group by keeper, chain_id, subject order by keeper, chain_id, subject
            on conflict (keeper, chain_id, subject) do update set pieces = k.pieces + excluded.pieces)
        select count(*) from gone
        """;

    // A settled transaction that is not on record is one that is not settled again.
    private const string Sends = """
        with gone as (
            delete from keeper_sends where transaction_id in (
                select transaction_id from keeper_sends where settled and day < ($1 at time zone 'UTC')::date
                order by day limit $2 for update skip locked)
            returning 1)
        select count(*) from gone
        """;

    private const string Budgets = """
        with gone as (
            delete from keeper_budgets where (keeper, chain_id, lane, day) in (
                select keeper, chain_id, lane, day from keeper_budgets where held = 0 and day < ($1 at time zone 'UTC')::date
                limit $2 for update skip locked)
            returning 1)
        select count(*) from gone
        """;

    // Not of accounts that have work which is not over: it may be told by this who was first. Both kinds of work name the account.
    private const string OrderEnds = $"""
        with needed as materialized (
            select distinct chain_id, (details::jsonb ->> 'account')::numeric as account from keeper_work
            where {WorkStates.NotOver} and keeper in ('{KeeperNames.Settlement}', '{KeeperNames.Liquidation}')),
        old as (
            select e.ctid from keeper_order_ends e
            where e.told_at < $1 and not exists (select from needed n where (n.chain_id, n.account) = (e.chain_id, e.account))
            order by e.told_at limit $2 for update of e skip locked),
        gone as (delete from keeper_order_ends e using old where e.ctid = old.ctid returning 1)
        select count(*) from gone
        """;

    /// <summary>All of them. Work before what it refers to.</summary>
    public static IReadOnlyList<string> All { get; } = [Decisions, Runs, Work, Sends, Budgets, OrderEnds];
}
