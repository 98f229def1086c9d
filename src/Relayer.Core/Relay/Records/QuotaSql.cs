using Npgsql;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Storage;

namespace Relayer.Core.Relay.Records;

/// <summary>The statements over <c>quota_usage</c>: what was granted to a user in a minute and on a day.</summary>
internal static class QuotaSql
{
    /// <summary>
    /// For each candidate, by place: what was granted to its user on this day and in this minute, how many of the user's newest requests are under way, and the
    /// highest block in which one of the newest ended. No fewer of the newest are looked at than may be under way.
    /// </summary>
    /// <remarks>Each user's row is looked up by its key (<c>limit 1</c>): a plan that is made while the table is small would read all of it for ever.</remarks>
    public static NpgsqlBatchCommand Read(IReadOnlyList<RelayCandidate> candidates) => new($"""
        select q.place, u.granted, case when u.minute_at >= q.minute then u.minute_granted end, n.under_way, n.block
        from unnest($1, $2, $3, $4, $5) with ordinality as q (chain_id, "user", minute, day, newest, place)
        left join lateral (
            select * from quota_usage u where u.chain_id = q.chain_id and u."user" = q."user" and u.period = {QuotaWindow.DaySql} and u.starts_at = q.day
            limit 1) u on true
        cross join lateral (
            select count(*) filter (where r.state = {RelayStates.Accepted}) as under_way, max({RelaySql.EndedIn}) as block
            from (select * from relays r where r."from" = q."user" and r.chain_id = q.chain_id order by r.sequence desc limit q.newest) r) n
        """)
    {
        Parameters =
        {
            Columns.Longs(candidates.Select(candidate => candidate.Request.ChainId.Value)),
            Columns.ManyBytes(candidates.Select(candidate => candidate.Message.From.ToArray())),
            Columns.Times(candidates.Select(candidate => QuotaWindow.StartOfMinute(candidate.Now))),
            Columns.Times(candidates.Select(candidate => QuotaWindow.StartOfDay(candidate.Now))),
            Columns.Ints(candidates.Select(candidate => Math.Max(RelaySql.Newest, MostUnderWay(candidate)))),
        },
    };

    /// <summary>Counts what is granted; the table's checks refuse what exceeds a quota, and with it the whole transaction.</summary>
    /// <remarks>
    /// One row for each user, which PostgreSQL does not let one statement touch twice; in key order, against deadlocks. All of a write counts at the
    /// newest time that is in it.
    /// </remarks>
    public static NpgsqlBatchCommand Add(IReadOnlyList<BatchItem> relays)
    {
        var now = relays.Max(relay => relay.Candidate.Now);
        return new NpgsqlBatchCommand($"""
            insert into quota_usage as u (chain_id, "user", period, starts_at, granted, quota, minute_at, minute_granted, minute_quota)
            select r.chain_id, r."user", {QuotaWindow.DaySql}, $7, sum(r.gas)::bigint, max(r.gas_quota), $8, count(*), max(r.minute_quota)
            from unnest($1, $2, $3, $4, $5, $6) as r (transaction_id, chain_id, "user", gas, gas_quota, minute_quota)
            where exists (select from transactions t where t.id = r.transaction_id)
            group by 1, 2 order by 1, 2
            on conflict (chain_id, "user", period, starts_at) do update set
                granted = u.granted + excluded.granted, quota = excluded.quota, minute_at = greatest(u.minute_at, excluded.minute_at),
                minute_granted = case when u.minute_at >= excluded.minute_at then u.minute_granted else 0 end + excluded.minute_granted,
                minute_quota = excluded.minute_quota
            """)
        {
            Parameters =
            {
                Columns.Ids(relays.Select(relay => relay.Transaction)),
                Columns.Longs(relays.Select(relay => relay.Candidate.Request.ChainId.Value)),
                Columns.ManyBytes(relays.Select(relay => relay.Candidate.Message.From.ToArray())),
                Columns.Longs(relays.Select(relay => (long)relay.Candidate.PaidGas)),
                Columns.Longs(relays.Select(relay => relay.Candidate.Policy.GasPerDay)),
                Columns.Longs(relays.Select(relay => (long)relay.Candidate.Policy.RelaysPerMinute)),
                Columns.Time(QuotaWindow.StartOfDay(now)),
                Columns.Time(QuotaWindow.StartOfMinute(now)),
            },
        };
    }

    /// <summary>Windows that are over grant nothing any more.</summary>
    public static NpgsqlBatchCommand DeleteBefore(DateTimeOffset before, int limit) => new("""
        delete from quota_usage
        where ctid = any(array(select ctid from quota_usage where starts_at < $1 limit $2 for update skip locked))
        """)
    {
        Parameters = { Columns.Time(before), Columns.Int(limit) },
    };

    // Nonces in order say by themselves how many are under way.
    private static int MostUnderWay(RelayCandidate candidate) =>
        candidate.Route.Forwarder.HasSequentialNonces || candidate.Caller.IsKnown ? 0 : candidate.Policy.MaxUnderWay;
}
