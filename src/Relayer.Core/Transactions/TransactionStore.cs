using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;

namespace Relayer.Core.Transactions;

/// <summary>The rows behind the engine: signers, transactions and their attempts.</summary>
/// <remarks>Every write is one statement or one transaction; states move by compare-and-set on the version.</remarks>
/// <param name="time">The clock of every timestamp.</param>
internal sealed class TransactionStore(TimeProvider time)
{
    /// <summary>Makes signers known, and raises next nonces that the chain has passed. Never lowers one.</summary>
    public async Task SyncSignersAsync(
        NpgsqlConnection connection, ChainId chainId, IReadOnlyList<(Address Address, ulong ChainNonce)> signers, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into signers as s (chain_id, address, next_nonce, created_at, updated_at)
            select $1, a, n, $4, $4 from unnest($2, $3) as t (a, n) order by a
            on conflict (chain_id, address) do update set next_nonce = excluded.next_nonce, updated_at = excluded.updated_at
            where s.next_nonce < excluded.next_nonce
            """, connection);
        command.Parameters.Add(Columns.Long(chainId.Value));
        command.Parameters.Add(Columns.ManyBytes(signers.Select(signer => signer.Address.ToArray())));
        command.Parameters.Add(Columns.Longs(signers.Select(signer => (long)signer.ChainNonce)));
        command.Parameters.Add(Columns.Time(time.GetUtcNow()));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// Takes consecutive nonces of the least loaded signer and records the plans under them, as one statement in the caller's
    /// transaction. Gives fewer than asked, from the front, when that signer has no more room; none when no signer has any.
    /// </summary>
    public async Task<IReadOnlyList<ReservedTransaction>> ReserveAsync(
        NpgsqlConnection connection, ChainId chainId, IReadOnlyList<Address> signers, int maxInFlight,
        IReadOnlyList<TransactionPlan> plans, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ReserveSql, connection);
        command.Parameters.Add(Columns.Long(chainId.Value));
        command.Parameters.Add(Columns.ManyBytes(signers.Select(signer => signer.ToArray())));
        command.Parameters.Add(Columns.Int(maxInFlight));
        command.Parameters.Add(Columns.Time(time.GetUtcNow()));
        command.Parameters.Add(Columns.Ids(plans.Select(plan => plan.Id)));
        command.Parameters.Add(Columns.Texts(plans.Select(plan => plan.Purpose)));
        command.Parameters.Add(Columns.ManyBytes(plans.Select(plan => plan.To.ToArray())));
        command.Parameters.Add(Columns.Numbers(plans.Select(plan => plan.Value.ToBigInteger())));
        command.Parameters.Add(Columns.Longs(plans.Select(plan => (long)plan.GasLimit)));
        command.Parameters.Add(Columns.ManyBytes(plans.Select(plan => plan.Data.ToArray())));
        command.Parameters.Add(Columns.Numbers(plans.Select(plan => FeeColumns.MaxFee(plan.Fees).ToBigInteger())));
        command.Parameters.Add(Columns.Numbers(plans.Select(plan => FeeColumns.MaxPriorityFee(plan.Fees)?.ToBigInteger())));
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var reserved = new List<ReservedTransaction>();
        while (await rows.ReadAsync(cancellation))
        {
            reserved.Add(new ReservedTransaction(
                chainId, rows.GetAddress(0), (ulong)rows.GetInt64(1), plans[(int)rows.GetInt64(2) - 1]));
        }

        return reserved;
    }

    /// <summary>Stores signed bytes; the first attempt moves a transaction from Reserved to Signed.</summary>
    /// <remarks>
    /// Its commit does not wait for the disk: signing is deterministic, so bytes lost with the database server
    /// are made again, the same, from the reservation.
    /// </remarks>
    public async Task StoreAttemptsAsync(
        NpgsqlConnection connection, IReadOnlyList<(Guid Id, Attempt Attempt)> signed, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            with stored as (
                insert into attempts (transaction_id, number, hash, raw, noop, created_at)
                select id, number, hash, raw, noop, $6 from unnest($1, $2, $3, $4, $5) as t (id, number, hash, raw, noop)
                on conflict do nothing),
            local as (select set_config('synchronous_commit', 'off', true))
            update transactions set state = 1, version = version + 1, updated_at = $6, checked_at = $6
            from local where id = any($1) and state = 0
            """, connection);
        command.Parameters.Add(Columns.Ids(signed.Select(item => item.Id)));
        command.Parameters.Add(Columns.Ints(signed.Select(item => item.Attempt.Number)));
        command.Parameters.Add(Columns.ManyBytes(signed.Select(item => item.Attempt.Hash.ToArray())));
        command.Parameters.Add(Columns.ManyBytes(signed.Select(item => item.Attempt.Raw.ToArray())));
        command.Parameters.Add(Columns.Flags(signed.Select(item => (bool?)item.Attempt.IsNoop)));
        command.Parameters.Add(Columns.Time(time.GetUtcNow()));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Notes a broadcast: Signed → Broadcast for those a node has; either way the wait for the next one begins anew.</summary>
    public async Task MarkBroadcastAsync(
        NpgsqlConnection connection, IReadOnlyList<(Guid Id, bool IsTaken)> sent, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            update transactions t set state = case when s.taken then 2 else t.state end, version = t.version + 1, updated_at = $3
            from unnest($1, $2) as s (id, taken) where t.id = s.id and t.state in (1, 2)
            """, connection);
        command.Parameters.Add(Columns.Ids(sent.Select(item => item.Id)));
        command.Parameters.Add(Columns.Flags(sent.Select(item => (bool?)item.IsTaken)));
        command.Parameters.Add(Columns.Time(time.GetUtcNow()));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>What the engine still has work with, longest unattended first, marked as attended to.</summary>
    public async Task<IReadOnlyList<OpenTransaction>> TakeOpenAsync(
        NpgsqlConnection connection, ChainId chainId, int limit, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(TakeOpenSql, connection);
        command.Parameters.Add(Columns.Long(chainId.Value));
        command.Parameters.Add(Columns.Int(limit));
        command.Parameters.Add(Columns.Time(time.GetUtcNow()));
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var open = new List<OpenTransaction>();
        while (await rows.ReadAsync(cancellation))
        {
            open.Add(TransactionRow.Read(rows, chainId));
        }

        return open;
    }

    /// <summary>
    /// Writes new states where nobody else has written since.
    /// </summary>
    /// <returns>The ids that were written.</returns>
    public async Task<IReadOnlySet<Guid>> MoveAsync(
        NpgsqlConnection connection, IReadOnlyList<(OpenTransaction Before, TransactionState After)> moves, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(MoveSql, connection);
        var inclusions = moves.Select(move => TransactionRow.InclusionOf(move.After)).ToArray();
        command.Parameters.Add(Columns.Ids(moves.Select(move => move.Before.Id)));
        command.Parameters.Add(Columns.Ints(moves.Select(move => move.Before.Version)));
        command.Parameters.Add(Columns.Shorts(moves.Select(move => move.After.Kind)));
        command.Parameters.Add(Columns.ManyBytes(inclusions.Select(inclusion => inclusion?.Hash.ToArray())));
        command.Parameters.Add(Columns.Longs(inclusions.Select(inclusion => inclusion?.BlockNumber)));
        command.Parameters.Add(Columns.ManyBytes(inclusions.Select(inclusion => inclusion?.BlockHash.ToArray())));
        command.Parameters.Add(Columns.Flags(inclusions.Select(inclusion => inclusion?.Succeeded)));
        command.Parameters.Add(Columns.Longs(inclusions.Select(inclusion => (long?)inclusion?.GasUsed)));
        command.Parameters.Add(Columns.Numbers(inclusions.Select(inclusion => inclusion?.GasPrice.ToBigInteger())));
        command.Parameters.Add(Columns.Numbers(inclusions.Select(inclusion => inclusion?.L1Fee.ToBigInteger())));
        command.Parameters.Add(Columns.Numbers(inclusions.Select(inclusion => inclusion?.Fee.ToBigInteger())));
        command.Parameters.Add(Columns.Time(time.GetUtcNow()));
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var written = new HashSet<Guid>();
        while (await rows.ReadAsync(cancellation))
        {
            written.Add(rows.GetGuid(0));
        }

        return written;
    }

    private const string ReserveSql = """
        with chosen as (
            select s.chain_id, s.address, $3 - load.in_flight as room
            from signers s
            cross join lateral (
                select count(*)::int as in_flight from transactions t
                where t.chain_id = s.chain_id and t.signer = s.address and t.state < 3) load
            where s.chain_id = $1 and s.address = any($2) and not s.paused and load.in_flight < $3
            order by load.in_flight, s.address
            limit 1
            for update of s),
        planned as (
            select p.*, c.address as signer, count(*) over () as taken
            from chosen c
            cross join unnest($5, $6, $7, $8, $9, $10, $11, $12) with ordinality
                as p (id, purpose, "to", value, gas_limit, data, max_fee, max_priority_fee, place)
            where p.place <= c.room),
        advanced as (
            update signers s set next_nonce = s.next_nonce + p.taken, updated_at = $4
            from (select distinct signer, taken from planned) p
            where s.chain_id = $1 and s.address = p.signer
            returning s.next_nonce - p.taken as first)
        insert into transactions (id, chain_id, signer, nonce, purpose, state, "to", value, gas_limit, data,
            max_fee, max_priority_fee, created_at, updated_at, checked_at)
        select p.id, $1, p.signer, a.first + p.place - 1, p.purpose, 0, p."to", p.value, p.gas_limit, p.data,
            p.max_fee, p.max_priority_fee, $4, $4, $4
        from planned p cross join advanced a
        returning signer, nonce, array_position($5, id)::bigint
        """;

    private const string TakeOpenSql = """
        with taken as (
            select id from transactions where chain_id = $1 and state < 4 order by checked_at limit $2),
        marked as (
            update transactions t set checked_at = $3 from taken where t.id = taken.id returning t.*)
        select m.id, m.signer, m.nonce, m.purpose, m.state, m.version, m."to", m.value, m.gas_limit, m.data, m.max_fee, m.max_priority_fee,
            m.hash, m.block_number, m.block_hash, m.succeeded, m.gas_used, m.gas_price, m.l1_fee, m.fee, m.updated_at,
            array(select hash from attempts a where a.transaction_id = m.id order by number),
            array(select raw from attempts a where a.transaction_id = m.id order by number),
            array(select noop from attempts a where a.transaction_id = m.id order by number)
        from marked m order by m.signer, m.nonce
        """;

    private const string MoveSql = """
        update transactions t set state = m.state, version = t.version + 1, hash = m.hash, block_number = m.block_number,
            block_hash = m.block_hash, succeeded = m.succeeded, gas_used = m.gas_used, gas_price = m.gas_price,
            l1_fee = m.l1_fee, fee = m.fee, updated_at = $12
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            as m (id, version, state, hash, block_number, block_hash, succeeded, gas_used, gas_price, l1_fee, fee)
        where t.id = m.id and t.version = m.version
        returning t.id
        """;
}
