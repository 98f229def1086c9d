using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;

namespace Relayer.Core.Relay;

/// <summary>The statements of <see cref="RelayStore"/>.</summary>
/// <remarks>
/// A relay under way has state 0 (accepted) in its row; what users see until the end follows from its transaction,
/// so that broadcasting writes no relay and mining only how the call ended.
/// </remarks>
internal static class RelaySql
{
    private const string View = """
        select r.id,
            case when r.state >= 3 then r.state::int when t.state = 3 then 2 when t.state = 2 then 1 else 0 end,
            r.chain_id, r.forwarder, r."from", r."to", r.nonce,
            coalesce(t.hash, (select a.hash from attempts a where a.transaction_id = t.id order by a.number desc limit 1)),
            t.block_number, r.success, r.reason, r.fee, r.created_at, greatest(r.updated_at, t.updated_at), r.sequence
        from relays r join transactions t on t.id = r.transaction_id
        """;

    public static NpgsqlBatchCommand Find(IEnumerable<Hash32> ids) => new($"{View} where r.id = any($1)")
    {
        Parameters = { Columns.ManyBytes(ids.Select(id => id.ToArray())) },
    };

    public static NpgsqlBatchCommand List(ChainId? chainId, Address from, long before, int limit) => new(
        $"{View} where r.\"from\" = $1 and r.sequence < $2 and ($3 = 0 or r.chain_id = $3) order by r.sequence desc limit $4")
    {
        Parameters = { Columns.Address(from), Columns.Long(before), Columns.Long(chainId?.Value ?? 0), Columns.Int(limit) },
    };

    /// <summary>The highest nonce under way of each user, by place.</summary>
    public static NpgsqlBatchCommand FindPredecessors(IReadOnlyList<(ChainId Chain, Address Forwarder, Address From)> users) => new("""
        select q.place, p.nonce, p.signer
        from unnest($1, $2, $3) with ordinality as q (chain_id, forwarder, "from", place)
        cross join lateral (
            select r.nonce, t.signer from relays r join transactions t on t.id = r.transaction_id
            where r.chain_id = q.chain_id and r.forwarder = q.forwarder and r."from" = q."from" and r.state = 0
            order by r.nonce desc limit 1) p
        """)
    {
        Parameters =
        {
            Columns.Longs(users.Select(user => user.Chain.Value)),
            Columns.ManyBytes(users.Select(user => user.Forwarder.ToArray())),
            Columns.ManyBytes(users.Select(user => user.From.ToArray())),
        },
    };

    public static NpgsqlBatchCommand ReadGrants(IReadOnlyList<RelayCandidate> candidates) => new("""
        select q.place, g.period, g.granted
        from unnest($1, $2, $3, $4) with ordinality as q (chain_id, "user", minute, day, place)
        cross join lateral (values (0::smallint, q.minute), (1::smallint, q.day)) as w (period, starts_at)
        join grants g on g.chain_id = q.chain_id and g."user" = q."user" and g.period = w.period and g.starts_at = w.starts_at
        """)
    {
        Parameters =
        {
            Columns.Longs(candidates.Select(candidate => candidate.Request.ChainId.Value)),
            Columns.ManyBytes(candidates.Select(candidate => candidate.Message.From.ToArray())),
            Columns.Times(candidates.Select(candidate => GrantWindow.StartOfMinute(candidate.Now))),
            Columns.Times(candidates.Select(candidate => GrantWindow.StartOfDay(candidate.Now))),
        },
    };

    public static NpgsqlBatchCommand Insert(IReadOnlyList<(RelayCandidate Candidate, Guid Transaction)> relays) => new("""
        insert into relays (id, chain_id, forwarder, "from", "to", value, gas, nonce, data, signature, expires_at, transaction_id,
            position, state, created_at, updated_at)
        select id, chain_id, forwarder, "from", "to", value, gas, nonce, data, signature, expires_at, transaction_id, 0, 0, now_, now_
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) as n (id, chain_id, forwarder, "from", "to", value, gas,
            nonce, data, signature, expires_at, transaction_id, now_)
        where exists (select from transactions t where t.id = n.transaction_id)
        """)
    {
        Parameters =
        {
            Columns.ManyBytes(relays.Select(relay => relay.Candidate.Id.ToArray())),
            Columns.Longs(relays.Select(relay => relay.Candidate.Request.ChainId.Value)),
            Columns.ManyBytes(relays.Select(relay => relay.Candidate.Request.Forwarder.ToArray())),
            Columns.ManyBytes(relays.Select(relay => relay.Candidate.Message.From.ToArray())),
            Columns.ManyBytes(relays.Select(relay => relay.Candidate.Message.To.ToArray())),
            Columns.Numbers(relays.Select(relay => relay.Candidate.Message.Value.ToBigInteger())),
            Columns.Longs(relays.Select(relay => (long)relay.Candidate.Message.Gas)),
            Columns.Numbers(relays.Select(relay => relay.Candidate.Message.Nonce.ToBigInteger())),
            Columns.ManyBytes(relays.Select(relay => relay.Candidate.Message.Data.ToArray())),
            Columns.ManyBytes(relays.Select(relay => relay.Candidate.Request.Signature.ToArray())),
            Columns.Times(relays.Select(relay => relay.Candidate.ExpiresAt)),
            Columns.Ids(relays.Select(relay => relay.Transaction)),
            Columns.Times(relays.Select(relay => relay.Candidate.Now)),
        },
    };

    /// <summary>Counts what is granted; the table's check refuses what exceeds the quota, and with it the whole transaction.</summary>
    /// <remarks>One row for each window: PostgreSQL does not let one statement touch a row twice. In key order, against deadlocks.</remarks>
    public static NpgsqlBatchCommand Grant(IReadOnlyList<(RelayCandidate Candidate, Guid Transaction)> relays)
    {
        var windows = relays.SelectMany(relay => Windows(relay.Candidate, relay.Transaction)).ToArray();
        return new NpgsqlBatchCommand("""
            insert into grants as g (chain_id, "user", period, starts_at, granted, quota)
            select w.chain_id, w."user", w.period, w.starts_at, sum(w.granted)::bigint, max(w.quota)
            from unnest($1, $2, $3, $4, $5, $6, $7) as w (transaction_id, chain_id, "user", period, starts_at, granted, quota)
            where exists (select from transactions t where t.id = w.transaction_id)
            group by 1, 2, 3, 4 order by 1, 2, 3, 4
            on conflict (chain_id, "user", period, starts_at) do update
            set granted = g.granted + excluded.granted, quota = excluded.quota
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
    public static NpgsqlBatchCommand DeleteGrants(DateTimeOffset before, int limit) => new("""
        delete from grants where ctid = any(array(select ctid from grants where starts_at < $1 limit $2 for update skip locked))
        """)
    {
        Parameters = { Columns.Time(before), Columns.Int(limit) },
    };

    public static NpgsqlBatchCommand FindCarried(IEnumerable<Guid> transactions) => new("""
        select id, transaction_id, forwarder, "from", "to", value, gas, nonce, data, expires_at, reason
        from relays where transaction_id = any($1) order by transaction_id, position
        """)
    {
        Parameters = { Columns.Ids(transactions) },
    };

    public static NpgsqlBatchCommand Update(IReadOnlyList<RelayOutcome> outcomes, DateTimeOffset now) => new("""
        update relays r set state = o.state, success = o.success, reason = o.reason, fee = o.fee, updated_at = $6
        from unnest($1, $2, $3, $4, $5) as o (id, state, success, reason, fee)
        where r.id = o.id and r.state = 0
        """)
    {
        Parameters =
        {
            Columns.ManyBytes(outcomes.Select(outcome => outcome.Id.ToArray())),
            Columns.Shorts(outcomes.Select(outcome => (short)outcome.State)),
            Columns.Flags(outcomes.Select(outcome => outcome.Success)),
            Columns.Texts(outcomes.Select(outcome => outcome.Reason)),
            Columns.Numbers(outcomes.Select(outcome => outcome.Fee?.ToBigInteger())),
            Columns.Time(now),
        },
    };

    private static IEnumerable<Window> Windows(RelayCandidate candidate, Guid transaction)
    {
        var (chain, user, policy) = (candidate.Request.ChainId, candidate.Message.From, candidate.Policy);
        yield return new(transaction, chain, user, GrantWindow.Minute, GrantWindow.StartOfMinute(candidate.Now), 1, policy.RelaysPerMinute);
        yield return new(
            transaction, chain, user, GrantWindow.Day, GrantWindow.StartOfDay(candidate.Now), (long)candidate.Message.Gas, policy.GasPerDay);
    }

    private readonly record struct Window(
        Guid Transaction, ChainId Chain, Address User, short Period, DateTimeOffset StartsAt, long Granted, long Quota);
}
