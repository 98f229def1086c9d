using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Storage;

namespace Relayer.Core.Relay.Records;

/// <summary>The statements over <c>quota_usage</c>: what was granted to a user in a minute and on a day.</summary>
internal static class QuotaSql
{
    /// <summary>Stands in the place of a period where requests under way are counted.</summary>
    public const short UnderWay = -1;

    /// <summary>Stands in the place of a period where the highest block is told in which one of the user's newest requests ended.</summary>
    public const short ConfirmedAt = -2;

    /// <summary>
    /// What was granted to each candidate's user in this minute and on this day, as <see cref="UnderWay"/> how many of the user's newest requests are
    /// under way, and as <see cref="ConfirmedAt"/> the block in which they ended; by place. Where nothing limits what is under way, nothing is looked at.
    /// </summary>
    public static NpgsqlBatchCommand Read(IReadOnlyList<RelayCandidate> candidates) => new($"""
        select q.place, u.period, u.granted
        from unnest($1, $2, $3, $4) with ordinality as q (chain_id, "user", minute, day, place)
        cross join lateral (values ({QuotaWindow.MinuteSql}::smallint, q.minute), ({QuotaWindow.DaySql}::smallint, q.day)) as w (period, starts_at)
        join quota_usage u on u.chain_id = q.chain_id and u."user" = q."user" and u.period = w.period and u.starts_at = w.starts_at
        union all
        select q.place, {UnderWay}::smallint, count(*) filter (where n.state = {RelayStates.Accepted})
        from unnest($1, $2, $5) with ordinality as q (chain_id, "user", most, place)
        cross join lateral (select r.state from relays r where r."from" = q."user" and r.chain_id = q.chain_id order by r.sequence desc limit q.most) n
        where q.most > 0
        group by q.place
        union all
        select q.place, {ConfirmedAt}::smallint, max(n.block)
        from unnest($1, $2) with ordinality as q (chain_id, "from", place) {RelaySql.EndedIn}
        group by q.place having max(n.block) is not null
        """)
    {
        Parameters =
        {
            Columns.Longs(candidates.Select(candidate => candidate.Request.ChainId.Value)),
            Columns.ManyBytes(candidates.Select(candidate => candidate.Message.From.ToArray())),
            Columns.Times(candidates.Select(candidate => QuotaWindow.StartOfMinute(candidate.Now))),
            Columns.Times(candidates.Select(candidate => QuotaWindow.StartOfDay(candidate.Now))),
            Columns.Ints(candidates.Select(MostUnderWay)),
        },
    };

    /// <summary>Counts what is granted; the table's check refuses what exceeds the quota, and with it the whole transaction.</summary>
    /// <remarks>One row for each window: PostgreSQL does not let one statement touch a row twice. In key order, against deadlocks.</remarks>
    public static NpgsqlBatchCommand Add(IReadOnlyList<BatchItem> relays)
    {
        var windows = relays.SelectMany(relay => Windows(relay.Candidate, relay.Transaction)).ToArray();
        return new NpgsqlBatchCommand("""
            insert into quota_usage as u (chain_id, "user", period, starts_at, granted, quota)
            select w.chain_id, w."user", w.period, w.starts_at, sum(w.granted)::bigint, max(w.quota)
            from unnest($1, $2, $3, $4, $5, $6, $7) as w (transaction_id, chain_id, "user", period, starts_at, granted, quota)
            where exists (select from transactions t where t.id = w.transaction_id)
            group by 1, 2, 3, 4 order by 1, 2, 3, 4
            on conflict (chain_id, "user", period, starts_at) do update
            set granted = u.granted + excluded.granted, quota = excluded.quota
            """)
        {
            Parameters =
            {
                Columns.Ids(windows.Select(window => window.Transaction)),
                Columns.Longs(windows.Select(window => window.Chain.Value)),
                Columns.ManyBytes(windows.Select(window => window.User.ToArray())),
                Columns.Shorts(windows.Select(window => window.Period)),
                Columns.Times(windows.Select(window => window.StartsAt)),
                Columns.Longs(windows.Select(window => window.Granted)),
                Columns.Longs(windows.Select(window => window.Quota)),
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

    private static IEnumerable<Window> Windows(RelayCandidate candidate, Guid transaction)
    {
        var (chain, user, policy) = (candidate.Request.ChainId, candidate.Message.From, candidate.Policy);
        yield return new(transaction, chain, user, QuotaWindow.Minute, QuotaWindow.StartOfMinute(candidate.Now), 1, policy.RelaysPerMinute);
        yield return new(
            transaction, chain, user, QuotaWindow.Day, QuotaWindow.StartOfDay(candidate.Now), (long)candidate.PaidGas, policy.GasPerDay);
    }

    private readonly record struct Window(
        Guid Transaction, ChainId Chain, Address User, short Period, DateTimeOffset StartsAt, long Granted, long Quota);
}
