namespace Relayer.Core.Transactions.Records;

/// <summary>The statements of <see cref="TransactionStore"/>.</summary>
internal static class TransactionSql
{
    /// <summary>Gives the signers whose nonce had to be raised. (xmax tells an updated row from a new one.)</summary>
    public const string SyncSigners = """
        with synced as (
            insert into signers as s (chain_id, address, next_nonce, created_at, updated_at)
            select $1, a, n, $4, $4 from unnest($2, $3) as t (a, n) order by a
            on conflict (chain_id, address) do update set next_nonce = excluded.next_nonce, updated_at = excluded.updated_at
            where s.next_nonce < excluded.next_nonce
            returning address, xmax <> 0 as raised)
        select address from synced where raised
        """;

    /// <summary>In one order, against deadlocks. Weak enough for the foreign keys of others.</summary>
    public const string LockSigners =
        "select 1 from signers where chain_id = $1 and address = any($2) order by address for no key update";

    /// <summary>
    /// The least loaded signer that has room and money for the first plan takes as many as it has room and money for. In flight counts
    /// what may still be paid for at the highest fees offered so far; a balance that is a little old counts some of that twice, never
    /// not at all. $17 is what a chain may charge for the data of each, and $19 for each of its bytes beyond $20.
    /// </summary>
    public const string Reserve = $"""
        with chosen as (
            select s.address, $4 - load.in_flight as room, payer.balance - load.committed as budget
            from unnest($2, $3) as payer (address, balance)
            join signers s on s.chain_id = $1 and s.address = payer.address
            cross join lateral (
                select count(*)::int as in_flight, coalesce(sum(t.gas_limit * t.max_fee + t.value + $17 + $19 * greatest(octet_length(t.data) - $20, 0)), 0) as committed
                from transactions t
                where t.chain_id = $1 and t.signer = s.address and t.{TransactionStates.InFlight}) load
            where not s.paused and load.in_flight < $4 and payer.balance - load.committed >= $6
            order by load.in_flight, s.address
            limit 1),
        costed as (
            select p.*, sum(p.gas_limit * p.max_fee + p.value + $17 + $19 * greatest(octet_length(p.data) - $20, 0)) over (order by p.place) as cost
            from unnest($7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $18) with ordinality
                as p (id, purpose, "to", value, gas_limit, data, max_fee, max_priority_fee, expires_at, speed, fee_cap, place)),
        planned as (
            select p.*, c.address as signer, count(*) over () as taken
            from chosen c cross join costed p
            where p.place <= c.room and p.cost <= c.budget),
        advanced as (
            update signers s set next_nonce = s.next_nonce + p.taken, updated_at = $5
            from (select distinct signer, taken from planned) p
            where s.chain_id = $1 and s.address = p.signer
            returning s.next_nonce - p.taken as first)
        insert into transactions (id, chain_id, signer, nonce, purpose, state, "to", value, gas_limit, data,
            max_fee, max_priority_fee, expires_at, speed, fee_cap, created_at, updated_at)
        select p.id, $1, p.signer, a.first + p.place - 1, p.purpose, {TransactionStates.Reserved}, p."to", p.value, p.gas_limit, p.data,
            p.max_fee, p.max_priority_fee, p.expires_at, p.speed, p.fee_cap, $5, $5
        from planned p cross join advanced a
        returning signer, nonce, array_position($7, id)::bigint
        """;

    /// <summary>
    /// With $7 the commit of this statement alone does not wait for the disk. The row is taken first: what is mined or final meanwhile gets
    /// no further attempt, what is to be closed no payload any more, and of two that make the same one the second finds it made.
    /// ("+ 0" keeps the planner to the primary key: the partial indexes would do, but only by reading through them for each row.)
    /// </summary>
    public const string StoreAttempts = $"""
        with durability as (select set_config(
            'synchronous_commit', case when $7 then 'off' else current_setting('synchronous_commit') end, true)),
        signed as (
            update transactions t set state = greatest(t.state, {TransactionStates.Signed}), version = t.version + 1, cancel_reason = coalesce(t.cancel_reason, $10),
                max_fee = greatest(t.max_fee, s.max_fee), max_priority_fee = greatest(t.max_priority_fee, s.max_priority_fee),
                capped_at = null, updated_at = $6
            from durability, unnest($1, $2, $3, $4, $5, $8, $9) as s (id, number, hash, raw, noop, max_fee, max_priority_fee)
            where t.id = s.id and t.state + 0 < {TransactionStates.Mined} and (t.state = {TransactionStates.Reserved} or s.number > 1)
                and (t.cancel_reason is null or s.noop)
            returning t.id, s.number, s.hash, s.raw, s.noop, s.max_fee, s.max_priority_fee)
        insert into attempts (transaction_id, number, hash, raw, noop, max_fee, max_priority_fee, created_at)
        select id, number, hash, raw, noop, max_fee, max_priority_fee, $6 from signed
        on conflict do nothing
        returning transaction_id
        """;

    public const string MarkBroadcast = $"""
        with durability as (select set_config('synchronous_commit', 'off', true))
        update transactions t set state = case when s.taken then {TransactionStates.Broadcast} else t.state end,
            updated_at = greatest(t.updated_at, s.at)
        from durability, unnest($1, $2, $3) as s (id, taken, at)
        where t.id = s.id and t.state in ({TransactionStates.Signed}, {TransactionStates.Broadcast})
        """;

    private const string Transactions = """
        select t.id, t.signer, t.nonce, t.purpose, t.state, t.version, t."to", t.value, t.gas_limit, t.data, t.max_fee, t.max_priority_fee,
            t.hash, t.block_number, t.block_hash, t.succeeded, t.gas_used, t.gas_price, t.l1_fee, t.fee, t.expires_at, t.updated_at,
            a.hashes, a.raws, a.noops, a.attempted_at, t.created_at, t.speed, t.cancel_reason, t.capped_at,
            t.fee_cap
        from transactions t
        cross join lateral (
            select coalesce(array_agg(hash order by number), '{}') as hashes, coalesce(array_agg(raw order by number), '{}') as raws,
                coalesce(array_agg(noop order by number), '{}') as noops, max(created_at) as attempted_at
            from attempts where transaction_id = t.id) a
        where t.chain_id = $1
        """;

    public const string ReadOpen = $"{Transactions} and t.{TransactionStates.Open} and t.id > $2 order by t.id limit $3";

    public const string ReadOne = $"{Transactions} and t.{TransactionStates.Open} and t.id = $2";

    /// <summary>Those that were found displaced since a time and are still thought so, the newest first.</summary>
    public const string ReadDisplaced = $"""
        {Transactions} and t.state = {TransactionStates.NonceUsedExternally} and t.id in (
            select d.transaction_id from displaced d where d.chain_id = $1 and d.at > $2 and d.corrected_at is null order by d.at desc limit $3)
        """;

    /// <summary>Locked in one order first (the count is read before anything else): two instances that write the same rows must not
    /// wait for each other.</summary>
    public const string Move = """
        with locked as (
            select t.id, t.version from transactions t where t.id = any($1) order by t.id for no key update)
        update transactions t set state = m.state, version = t.version + 1, hash = m.hash, block_number = m.block_number,
            block_hash = m.block_hash, succeeded = m.succeeded, gas_used = m.gas_used, gas_price = m.gas_price,
            l1_fee = m.l1_fee, fee = m.fee, updated_at = $12
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            as m (id, version, state, hash, block_number, block_hash, succeeded, gas_used, gas_price, l1_fee, fee)
        where (select count(*) from locked) > 0 and t.id = m.id and t.version = m.version
        returning t.id
        """;
}
