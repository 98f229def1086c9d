
namespace Relayer.Core.Keepers.Records;

/// <summary>The keepers' statements.</summary>
internal static class KeeperSql
{
    // $1 keeper, $2 chain, $3 ids, $4 lanes, $5 subjects, $6 details, $7 due times, $8 now.
    // What a reorg had taken away may come back as it was: then it is open again.
    public const string AddFound = $"""
        with found as (
            insert into keeper_work as w (keeper, chain_id, id, lane, subject, details, due_at, found_at, reason)
            select $1, $2, f.id, f.lane, f.subject, f.details, f.due_at, $8, 'found'
            from unnest($3::bytea[], $4::text[], $5::text[], $6::text[], $7::timestamptz[]) as f (id, lane, subject, details, due_at)
            on conflict (keeper, chain_id, id) do update
                set state = {WorkStates.Open}, version = w.version + 1, due_at = excluded.due_at, reason = 'found', detail = null, ended_at = null
                where w.state = {WorkStates.Dropped} and w.reason = 'vanished'
            returning w.id, w.subject)
        insert into keeper_decisions (at, keeper, chain_id, work_id, subject, decision, reason)
        select $8, $1, $2, found.id, found.subject, 'found', 'found' from found
        """;

    // $1 keeper, $2 chain, $3 now, $4 limit.
    public const string ReadDue = $"""
        select id, lane, subject, details, due_at, attempts, version, found_at, reason, transaction_id
        from keeper_work where keeper = $1 and chain_id = $2 and state = {WorkStates.Open} and due_at <= $3
        order by due_at, id limit $4
        """;

    public const string ReadOfTransactions = $"""
        select id, lane, subject, details, due_at, attempts, version, found_at, reason, transaction_id
        from keeper_work where transaction_id = any($1) and state = {WorkStates.Sent} and keeper = $2
        """;

    // $1 keeper, $2 chain, $3 ids, $4 versions, $5 states, $6 reasons, $7 details, $8 due times, $9 attempts, $10 now.
    // A wait that goes on for the same reason is not told again.
    public const string Decide = $"""
        with decided as (
            select * from unnest($3::bytea[], $4::integer[], $5::smallint[], $6::text[], $7::text[], $8::timestamptz[], $9::boolean[])
                as d (id, version, state, reason, detail, due_at, attempt)),
        before as (
            select w.id, w.reason, w.state from keeper_work w join decided d using (id)
            where w.keeper = $1 and w.chain_id = $2 order by w.id for no key update of w),
        moved as (
            update keeper_work w
            set state = d.state, version = w.version + 1, reason = d.reason, detail = d.detail, due_at = coalesce(d.due_at, w.due_at),
                attempts = w.attempts + d.attempt::int, ended_at = case when d.{WorkStates.Over} then $10 end
            from decided d
            where w.keeper = $1 and w.chain_id = $2 and w.id = d.id and w.version = d.version and w.{WorkStates.NotOver}
                and (select count(*) from before) > 0
            returning w.id, w.subject, w.transaction_id, d.state, d.reason, d.detail)
        insert into keeper_decisions (at, keeper, chain_id, work_id, subject, decision, reason, detail, transaction_id)
        select $10, $1, $2, m.id, m.subject,
            case when b.state = {WorkStates.Sent} and m.state = {WorkStates.Open} then 'failed'
                else (array['skipped', 'sent', 'won', 'lost', 'failed', 'dropped'])[m.state + 1] end,
            m.reason, m.detail, case when b.state = {WorkStates.Sent} then m.transaction_id end
        from moved m join before b using (id)
        where m.{WorkStates.Over} or b.state = {WorkStates.Sent} or m.reason <> b.reason
        """;

    // $1 keeper, $2 chain, $3 subject, $4 reason, $5 detail, $6 now: once, as long as it stays so.
    public const string Note = """
        insert into keeper_decisions (at, keeper, chain_id, subject, decision, reason, detail)
        select $6, $1, $2, $3, 'skipped', $4, $5
        where not exists (
            select from (
                select reason, detail from keeper_decisions
                where keeper = $1 and chain_id = $2 and subject = $3 order by id desc limit 1) last
            where last.reason = $4)
        """;

    // $1 keeper, $2 chain, $3 lane, $4 day, $5 held, $6 quota.
    public const string Hold = """
        insert into keeper_budgets as b (keeper, chain_id, lane, day, held, spent)
        select $1, $2, $3, $4, $5, 0 where $5 <= $6
        on conflict (keeper, chain_id, lane, day) do update set held = b.held + excluded.held
            where b.held + b.spent + excluded.held <= $6
        """;

    // Whoever writes several rows takes them in the order of their ids, so that nobody waits for each other in a circle.
    public const string Lock = """
        select id from keeper_work where keeper = $1 and chain_id = $2 and id = any($3) order by id for no key update
        """;

    // $1 keeper, $2 chain, $3 ids, $4 versions, $5 transaction, $6 now.
    public const string Claim = $"""
        with locked as (
            select id from keeper_work where keeper = $1 and chain_id = $2 and id = any($3) order by id for no key update)
        update keeper_work w
        set state = {WorkStates.Sent}, version = w.version + 1, reason = 'sent', detail = null, transaction_id = $5, sent_at = $6
        from unnest($3::bytea[], $4::integer[]) as c (id, version)
        where w.keeper = $1 and w.chain_id = $2 and w.id = c.id and w.version = c.version and w.state = {WorkStates.Open}
            and (select count(*) from locked) > 0
        """;

    // $1 transaction, $2 keeper, $3 chain, $4 lane, $5 day, $6 held, $7 now, $8 ids.
    public const string RecordSend = """
        with send as (
            insert into keeper_sends (transaction_id, keeper, chain_id, lane, day, held) values ($1, $2, $3, $4, $5, $6))
        insert into keeper_decisions (at, keeper, chain_id, work_id, subject, decision, reason, transaction_id)
        select $7, $2, $3, w.id, w.subject, 'sent', 'sent', $1 from keeper_work w
        where w.keeper = $2 and w.chain_id = $3 and w.id = any($8)
        """;

    // $1 transaction, $2 cost, $3 reward: once.
    // One that was settled at nothing was thought displaced: what it cost counts when its own receipt turns up.
    public const string SettleSend = """
        with send as (
            update keeper_sends s set cost = $2, reward = $3, settled = true
            from (select transaction_id, settled from keeper_sends where transaction_id = $1 for no key update) before
            where s.transaction_id = before.transaction_id and (not before.settled or (s.cost = 0 and $2 > 0))
            returning s.*, before.settled as was_settled)
        update keeper_budgets b set held = b.held - case when send.was_settled then 0 else send.held end, spent = b.spent + greatest(0, $2 - $3)
        from send where (b.keeper, b.chain_id, b.lane, b.day) = (send.keeper, send.chain_id, send.lane, send.day)
        """;

    // $1 keeper, $2 chain, $3 lane.
    public const string MakeBreaker =
        "insert into keeper_breakers (keeper, chain_id, lane, failures) values ($1, $2, $3, 0) on conflict do nothing";

    // $1 keeper, $2 chain, $3 lane.
    public const string LockBreaker = """
        select failures, strikes, open_until from keeper_breakers where keeper = $1 and chain_id = $2 and lane = $3 for no key update
        """;

    // $1 keeper, $2 chain, $3 lane, $4 failures, $5 strikes, $6 until, $7 reason.
    public const string WriteBreaker = """
        update keeper_breakers set failures = $4, strikes = $5, open_until = $6, reason = $7 where keeper = $1 and chain_id = $2 and lane = $3
        """;

    public const string ReadBreakers =
        "select lane, open_until from keeper_breakers where keeper = $1 and chain_id = $2 and open_until > $3";

    // $1 keeper, $2 chain, $3 now.
    public const string Begin = """
        with before as (select last_outcome from keepers where keeper = $1 and chain_id = $2),
        begun as (
            insert into keepers (keeper, chain_id, last_run_at, last_outcome) values ($1, $2, $3, 'running')
            on conflict (keeper, chain_id) do update set last_run_at = excluded.last_run_at)
        select last_outcome from before
        """;

    // $1 keeper, $2 chain, $3 started, $4 ended, $5 outcome, $6 found, $7 due, $8 skipped, $9 sent, $10 detail, $11 whether it is told.
    public const string Finish = """
        with ended as (update keepers set last_outcome = $5 where keeper = $1 and chain_id = $2)
        insert into keeper_runs (keeper, chain_id, started_at, ended_at, outcome, found, due, skipped, sent, detail)
        select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 where $11
        """;

    // $1 keeper, $2 chain, $3 subjects.
    public const string ReadFailures = $"""
        select subject, max(ended_at) from keeper_work
        where keeper = $1 and chain_id = $2 and subject = any($3) and state = {WorkStates.Failed} group by subject
        """;

    // $1 keeper, $2 chain, $3 subjects, $4 time. With what was swept: the count never falls.
    public const string CountEnded = $"""
        select subject, sum(pieces)::bigint from (
            select subject, count(*) as pieces from keeper_work
            where keeper = $1 and chain_id = $2 and subject = any($3) and {WorkStates.Over} and ended_at < $4 group by subject
            union all
            select subject, pieces from keeper_swept where keeper = $1 and chain_id = $2 and subject = any($3)) ended
        group by subject
        """;
}
