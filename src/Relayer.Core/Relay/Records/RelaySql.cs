using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;
using Relayer.Core.Transactions;

namespace Relayer.Core.Relay.Records;

/// <summary>The statements of <see cref="RelayStore"/>.</summary>
/// <remarks>
/// A relay under way is <see cref="RelayState.Accepted"/> in its row; what users see until the end follows from its transaction,
/// so that broadcasting writes no relay, and mining only those that did not simply succeed. One that waits for another transaction is accepted, and one
/// that was mined without being carried out (no success and no reason) is still pending.
/// </remarks>
internal static class RelaySql
{
    private const string View = $"""
        select r.id,
            case when r.{RelayStates.Final} then r.state::int when r.waiting then {RelayStates.Accepted}
                when t.state = {TransactionStates.Mined} and (coalesce(r.success, true) or r.reason is not null) then {RelayStates.Mined}
                when t.state in ({TransactionStates.Broadcast}, {TransactionStates.Mined}) then {RelayStates.Pending}
                else {RelayStates.Accepted} end,
            r.chain_id, r.forwarder, r."from", r."to", r.nonce,
            coalesce(r.carried_in, case when not r.waiting then
                coalesce(t.hash, (select a.hash from attempts a where a.transaction_id = t.id order by a.number desc limit 1)) end),
            case when r.carried_in is not null then r.carried_block when not r.waiting then t.block_number end,
            case when r.{RelayStates.Final} or t.state <> {TransactionStates.Mined} then r.success when coalesce(r.success, true) then true
                when r.reason is not null then false end,
            r.reason,
            case when r.{RelayStates.UnderWay} and t.state = {TransactionStates.Mined} and r.fee is null then (
                select r.fee_before + case when r.position = 0 then t.fee - div(t.fee, count(*)) * (count(*) - 1) else div(t.fee, count(*)) end
                from relays s where s.transaction_id = t.id) else r.fee end,
            r.created_at, greatest(r.updated_at, t.updated_at), r.sequence, r.carried_by
        from relays r join transactions t on t.id = r.transaction_id
        """;

    private const string Signed = """
        r.id, r.forwarder, r."from", r."to", r.value, r.gas, r.nonce, r.data, r.signature, r.expires_at, r.created_at
        """;

    public static NpgsqlBatchCommand Find(IEnumerable<Hash32> ids) => new($"{View} where r.id = any($1)")
    {
        Parameters = { Columns.ManyBytes(ids.Select(id => id.ToArray())) },
    };

    /// <summary>Which of them are known at all: new ones are the rule, and how a relay stands costs more to look up.</summary>
    public static NpgsqlBatchCommand FindKnown(IEnumerable<Hash32> ids) => new("select id from relays where id = any($1)")
    {
        Parameters = { Columns.ManyBytes(ids.Select(id => id.ToArray())) },
    };

    public static NpgsqlBatchCommand List(ChainId? chainId, Address from, long before, int limit) => new(
        $"{View} where r.\"from\" = $1 and r.sequence < $2 and ($3 = 0 or r.chain_id = $3) order by r.sequence desc limit $4")
    {
        Parameters = { Columns.Address(from), Columns.Long(before), Columns.Long(chainId?.Value ?? 0), Columns.Int(limit) },
    };

    /// <summary>
    /// The highest nonce of each user that is under way or was spent not long ago, by place, and whether it is under way: then it is the one to follow. Of what was
    /// spent long ago the chain knows better: a reorganisation may have taken it back.
    /// </summary>
    public static NpgsqlBatchCommand FindPredecessors(IReadOnlyList<(ChainId Chain, Address Forwarder, Address From)> users) => new($"""
        select q.place, p.nonce, p.signer, p.state = {RelayStates.Accepted}
        from unnest($1, $2, $3) with ordinality as q (chain_id, forwarder, "from", place)
        cross join lateral (
            select r.nonce, r.state, r.updated_at, case when not r.waiting then t.signer end as signer from relays r join transactions t on t.id = r.transaction_id
            where r.chain_id = q.chain_id and r.forwarder = q.forwarder and r."from" = q."from" and not r.freed
            order by r.nonce desc limit 1) p
        where p.state = {RelayStates.Accepted} or p.updated_at > {NotLongAgo}
        """)
    {
        Parameters =
        {
            Columns.Longs(users.Select(user => user.Chain.Value)),
            Columns.ManyBytes(users.Select(user => user.Forwarder.ToArray())),
            Columns.ManyBytes(users.Select(user => user.From.ToArray())),
        },
    };

    /// <summary>So many of a user's newest requests say which block a node must know.</summary>
    public const int Newest = 4;

    /// <summary>
    /// The block in which a request <c>r</c> ended; null where it has not. A node that is before it does not know the user's nonces as they are. What ended long
    /// ago every node has seen; a chain that became shorter is not measured by it.
    /// </summary>
    public const string EndedIn = $"""
        case when r.{RelayStates.Final} and r.updated_at > {NotLongAgo} then
            coalesce(r.carried_block, (select t.block_number from transactions t where t.id = r.transaction_id)) end
        """;

    /// <summary>What ended before this is no news to any node that is believed.</summary>
    private const string NotLongAgo = "now() - interval '15 minutes'";

    /// <summary>The highest block in which one of a user's newest requests ended.</summary>
    public static NpgsqlBatchCommand FindConfirmedBlock(ChainId chainId, Address from) => new($"""
        select max({EndedIn}) from (select * from relays where "from" = $2 and chain_id = $1 order by sequence desc limit {Newest}) r
        """)
    {
        Parameters = { Columns.Long(chainId.Value), Columns.Address(from) },
    };

    public static NpgsqlBatchCommand Insert(IReadOnlyList<BatchItem> relays) => new($"""
        insert into relays (id, chain_id, forwarder, "from", "to", value, gas, nonce, data, signature, expires_at, transaction_id,
            position, state, created_at, updated_at, paid_gas, beside, held, held_at, held_in, budget_target, caller, client)
        select id, chain_id, forwarder, "from", "to", value, gas, nonce, data, signature, expires_at, transaction_id, position,
            {RelayStates.Accepted}, now_, now_, paid_gas, beside, held, now(), held_in, budget_target, caller, client
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) as n (id, chain_id, forwarder, "from", "to", value,
            gas, nonce, data, signature, expires_at, transaction_id, now_, position, paid_gas, beside, held, held_in, budget_target, caller, client)
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
            Columns.Numbers(relays.Select(relay => relay.Candidate.Message.Value)),
            Columns.Longs(relays.Select(relay => (long)relay.Candidate.Message.Gas)),
            Columns.Numbers(relays.Select(relay => relay.Candidate.Message.Nonce)),
            Columns.ManyBytes(relays.Select(relay => relay.Candidate.Message.Data.ToArray())),
            Columns.ManyBytes(relays.Select(relay => relay.Candidate.Request.Signature.ToArray())),
            Columns.Times(relays.Select(relay => relay.Candidate.ExpiresAt)),
            Columns.Ids(relays.Select(relay => relay.Transaction)),
            Columns.Times(relays.Select(relay => relay.Candidate.Now)),
            Columns.Ints(relays.Select(relay => relay.Position)),
            Columns.Longs(relays.Select(relay => (long)relay.Candidate.PaidGas)),
            Columns.Numbers(relays.Select(relay => relay.Candidate.Beside)),
            Columns.Numbers(relays.Select(relay => relay.Hold.Scopes == 0 ? Wei.Zero : relay.Hold.Amount)),
            Columns.Shorts(relays.Select(relay => relay.Hold.Scopes)),
            Columns.ManyBytes(relays.Select(relay => relay.Hold.Target)),
            Columns.Enums(relays.Select(relay => relay.Candidate.Caller.Kind)),
            Columns.Texts(relays.Select(relay => relay.Candidate.Caller.Client)),
        },
    };

    public static NpgsqlBatchCommand FindCarried(IEnumerable<Guid> transactions) => new("""
        select id, transaction_id, "from", nonce, expires_at, success, reason, cardinality(earlier_transactions)
        from relays where transaction_id = any($1) order by transaction_id, position
        """)
    {
        Parameters = { Columns.Ids(transactions) },
    };

    /// <summary>What was signed, to ask the chain about it.</summary>
    public static NpgsqlBatchCommand FindSigned(IEnumerable<Hash32> ids) => new($"select {Signed}, false from relays r where id = any($1)")
    {
        Parameters = { Columns.ManyBytes(ids.Select(id => id.ToArray())) },
    };

    /// <summary>Those that want another transaction, and whether an earlier nonce of the same user is under way.</summary>
    public static NpgsqlBatchCommand FindWaiting(ChainId chainId, int limit) => new($"""
        select {Signed}, exists (
            select from relays p where p.chain_id = r.chain_id and p.forwarder = r.forwarder and p."from" = r."from" and p.nonce < r.nonce
                and not p.freed and p.state = {RelayStates.Accepted})
        from relays r where chain_id = $1 and waiting order by "from", nonce limit $2
        """)
    {
        Parameters = { Columns.Long(chainId.Value), Columns.Int(limit) },
    };

    /// <summary>Whoever holds the rows may give them a transaction; another instance leaves them out.</summary>
    public static NpgsqlBatchCommand LockWaiting(IEnumerable<Hash32> ids) =>
        new("select id from relays where id = any($1) and waiting order by id for update skip locked")
        {
            Parameters = { Columns.ManyBytes(ids.Select(id => id.ToArray())) },
        };

    /// <summary>Each goes alone, and holds of the budgets anew.</summary>
    public static NpgsqlBatchCommand Rebind(IReadOnlyList<BatchItem> relays, DateTimeOffset now) => new("""
        update relays r set transaction_id = n.transaction_id, position = 0, waiting = false, updated_at = $3,
            paid_gas = n.paid_gas, beside = n.beside, held = n.held, held_at = now(), held_in = n.held_in, budget_target = n.budget_target
        from unnest($1, $2, $4, $5, $6, $7, $8) as n (id, transaction_id, paid_gas, beside, held, held_in, budget_target) where r.id = n.id and r.waiting
        """)
    {
        Parameters =
        {
            Columns.ManyBytes(relays.Select(relay => relay.Candidate.Id.ToArray())),
            Columns.Ids(relays.Select(relay => relay.Transaction)),
            Columns.Time(now),
            Columns.Longs(relays.Select(relay => (long)relay.Candidate.PaidGas)),
            Columns.Numbers(relays.Select(relay => relay.Candidate.Beside)),
            Columns.Numbers(relays.Select(relay => relay.Hold.Scopes == 0 ? Wei.Zero : relay.Hold.Amount)),
            Columns.Shorts(relays.Select(relay => relay.Hold.Scopes)),
            Columns.ManyBytes(relays.Select(relay => relay.Hold.Target)),
        },
    };

    public static NpgsqlBatchCommand EndWaiting(IReadOnlyList<WaitingEnd> relays, DateTimeOffset now) => new($"""
        update relays r set state = n.state, success = n.state = {RelayStates.Confirmed}, reason = n.reason, fee = nullif(r.fee_before, 0), waiting = false,
            updated_at = $4, carried_in = n.carried_in, carried_block = n.carried_block, carried_by = n.carried_by
        from unnest($1, $2, $3, $5, $6, $7) as n (id, state, reason, carried_in, carried_block, carried_by) where r.id = n.id and r.waiting
        """)
    {
        Parameters =
        {
            Columns.ManyBytes(relays.Select(relay => relay.Id.ToArray())),
            Columns.Enums(relays.Select(relay => relay.State)),
            Columns.Texts(relays.Select(relay => relay.Reason)),
            Columns.Time(now),
            Columns.ManyBytes(relays.Select(relay => relay.By?.Transaction.ToArray())),
            Columns.Longs(relays.Select(relay => relay.By?.BlockNumber)),
            Columns.ManyBytes(relays.Select(relay => relay.By?.From.ToArray())),
        },
    };
}
