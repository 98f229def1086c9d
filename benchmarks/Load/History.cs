using System.Globalization;
using Npgsql;

namespace Load;

/// <summary>Relays of the past, as the relayer itself would have left them: confirmed, eight to a transaction, from returning users.</summary>
internal static class History
{
    /// <summary>Adds what is missing to a number of relays, with their transactions, attempts and quota windows.</summary>
    public static async Task FillAsync(string database, int relays, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using (var count = source.CreateCommand("select count(*) from relays"))
        {
            var before = (long)(await count.ExecuteScalarAsync(cancellation))!;
            if (before >= relays)
            {
                return;
            }

            // The signers of history are its own: what is in flight and the next nonces stay true.
            await using var fill = source.CreateCommand(string.Create(CultureInfo.InvariantCulture, $"""
                insert into signers (chain_id, address, next_nonce, created_at, updated_at) select r.chain_id, decode(lpad(to_hex(s), 40, '0'), 'hex'), 0, now(), now() from generate_series(1, 32) s cross join (select chain_id from relays limit 1) r
                    on conflict do nothing;
                create temp table past on commit drop as select i, gen_random_uuid() as id from generate_series({before} / 8, {relays} / 8) i;
                insert into transactions (id, chain_id, signer, nonce, purpose, state, "to", value, gas_limit, data, max_fee, max_priority_fee,
                    hash, block_number, block_hash, succeeded, gas_used, gas_price, l1_fee, fee, created_at, updated_at)
                select p.id, r.chain_id, decode(lpad(to_hex(1 + p.i % 32), 40, '0'), 'hex'), p.i, 'relay', 4, '\x01', 0, 1000000,
                    decode(repeat('ab', 3000), 'hex'), 1000000000, 1, sha256(p.id::text::bytea), p.i, sha256('block'), true, 500000, 1000000000, 0,
                    500000000000000, now(), now() from past p cross join (select chain_id from relays limit 1) r
                    on conflict do nothing;
                insert into attempts (transaction_id, number, hash, raw, noop, created_at)
                select id, 1, sha256(id::text::bytea), decode(repeat('ab', 3100), 'hex'), false, now() from past
                    where exists (select from transactions t where t.id = past.id);
                insert into relays (id, chain_id, forwarder, "from", "to", value, gas, nonce, data, signature, expires_at, transaction_id, position,
                    state, success, fee, created_at, updated_at)
                select sha256((p.id::text || n)::bytea), r.chain_id, r.forwarder, decode(lpad(to_hex((p.i * 8 + n) % 20000), 40, '0'), 'hex'),
                    r."to", 0, 60000, p.i * 8 + n, r.data, r.signature, now(), p.id, n, 3, true, 62500000000000, now(), now()
                from past p cross join generate_series(0, 7) n cross join (select * from relays limit 1) r
                where exists (select from transactions t where t.id = p.id);
                insert into quota_usage select 1, decode(lpad(to_hex(i % 20000), 40, '0'), 'hex'), (i % 2)::smallint,
                    date_trunc('day', now()) + (i / 40000) * interval '1 minute', 1, 30 from generate_series({before}, {relays}) i
                    on conflict do nothing;
                """));
            fill.CommandTimeout = 900;
            await fill.ExecuteNonQueryAsync(cancellation);
        }

        await using var analyze = source.CreateCommand("vacuum analyze");
        analyze.CommandTimeout = 900;
        await analyze.ExecuteNonQueryAsync(cancellation);
    }
}
