using System.Globalization;
using Npgsql;
using Relayer.Core.Ethereum;

namespace DevChain;

/// <summary>Sums, balances and transfers as a month of use would have left them, to look at the council's page with.</summary>
/// <remarks>
/// Made up, but of one piece: hours, days and users have the same sums, balances fall by what is spent and rise by what was sent. Readings,
/// transfers and nonces of the past carry negative numbers, so that they meet nothing of the chain.
/// </remarks>
public static class MonthOfUse
{
    /// <summary>What a signer has to hold at the end of it, in whole ether.</summary>
    public const int SignerEther = 1;

    /// <summary>What the council's wallet has to hold at the end of it, in whole ether.</summary>
    public const int CouncilEther = 20;

    private const string Days = "generate_series(date_trunc('day', now()) - interval '29 days', date_trunc('day', now()) - interval '1 day', interval '1 day') d";

    private static readonly string[] Statements =
    [
        // The burn of 7 and 30 days is a mean over as much of them as an account has been known for.
        """
        insert into signers (chain_id, address, next_nonce, created_at, updated_at)
        select $1, a, 0, now() - interval '30 days', now() from unnest($2::bytea[] || $3::bytea) a
        on conflict (chain_id, address) do update set created_at = excluded.created_at
        """,

        // Busier by day than by night, and dearer now and then: some 0.077 ether a day for each signer.
        """
        insert into spend_hours (chain_id, signer, hour, fee, l1_fee, value, gas, transactions, failed)
        select $1, s, h, g * (1000000000 + 400000000 * sin(extract(epoch from h) / 200000))::numeric(78, 0), 0, 0, g, g / 200000, 1
        from unnest($2::bytea[]) s, generate_series(date_trunc('hour', now()) - interval '29 days', date_trunc('hour', now()) - interval '2 hours', interval '1 hour') h,
            lateral (select (1600000 * (2 + 1.5 * sin(extract(hour from h) / 4)))::bigint as g) x
        """,

        // Each signer was filled every five days, the last time two or three days ago.
        """
        insert into transactions (id, chain_id, signer, nonce, purpose, state, "to", value, gas_limit, data, max_fee, hash, block_number, succeeded, gas_used,
            gas_price, l1_fee, fee, created_at, updated_at)
        select gen_random_uuid(), $1, $3, -2 * k - s.place, 'top_up', 4, s.address, 385000000000000000, 21000, '', 2000000000, sha256(s.address || k::text::bytea),
            -k, true, 21000, 1000000000, 0, 21000000000000, at, at
        from unnest($2::bytea[]) with ordinality s (address, place), generate_series(2, 28) k,
            lateral (select date_trunc('day', now()) - k * interval '1 day' + interval '9 hours' as at) t
        where (k - 1 - s.place) % 5 = 0
        """,
        """
        insert into top_ups (id, chain_id, council, recipient, ordinal, amount, deficit, read_block, state, hash, block_number, fee, created_at, updated_at)
        select id, chain_id, signer, "to", row_number() over (partition by "to" order by created_at), value, value, block_number - 1, 1, hash, block_number, fee,
            created_at, updated_at
        from transactions where chain_id = $1 and purpose = 'top_up' and nonce < 0 order by created_at
        """,
        """
        insert into spend_hours (chain_id, signer, hour, fee, l1_fee, value, gas, transactions, failed)
        select $1, council, date_trunc('hour', created_at), sum(fee), 0, sum(amount), 21000 * count(*), count(*), 0 from top_ups where chain_id = $1 group by 2, 3
        """,
        """
        insert into spend_days (chain_id, day, purpose, target, selector, fee, actions, transactions)
        select $1, (created_at at time zone 'UTC')::date, 'top_up', recipient, '', sum(fee), count(*), count(*) from top_ups where chain_id = $1 group by 2, 4
        """,

        // What the signers spent on a day, divided; what does not divide falls to the first.
        """
        insert into spend_days (chain_id, day, purpose, target, selector, fee, actions, transactions)
        select $1, day, purpose, target, selector,
            case when share is null then fee - trunc(fee * 0.25) - trunc(fee * 0.17) - trunc(fee * 0.06) - trunc(fee * 0.002) else trunc(fee * share) end,
            greatest(1, trunc(count * coalesce(share, 0.518))) * case purpose when 'relay' then 3 else 1 end, greatest(1, trunc(count * coalesce(share, 0.518)))
        from (select (hour at time zone 'UTC')::date as day, sum(fee) as fee, sum(transactions) as count
                from spend_hours where chain_id = $1 and signer <> $3 group by 1) d,
            (values ('relay', $4, '\xd09de08a'::bytea, null), ('relay', $4, '\xa9059cbb'::bytea, 0.25), ('settlement', sha256('market')::bytea, '\x174dea71'::bytea, 0.17),
                ('liquidation', sha256('market')::bytea, '\x174dea71'::bytea, 0.06), ('noop', ($2::bytea[])[1], '', 0.002)) p (purpose, whole, selector, share),
            lateral (select substring(whole for 20) as target) t
        """,
        """
        insert into spend_users (chain_id, day, "user", purpose, target, selector, fee, actions)
        select chain_id, day, substring(sha256(n::text::bytea) for 20), purpose, target, selector, div(fee, 8) + case n when 1 then fee % 8 else 0 end,
            div(actions, 8) + case n when 1 then actions % 8 else 0 end
        from spend_days, generate_series(1, 8) n where chain_id = $1 and purpose = 'relay'
        """,
        $"""
        insert into readings (chain_id, block_number, block_hash, block_time, taken_at, agreement, providers, thinned)
        select $1, -row_number() over (order by d desc), decode(repeat('00', 32), 'hex'), d + interval '23 hours', d + interval '23 hours', 1, '[]', 2 from {Days}
        """,
        """
        insert into balances (chain_id, account, role, block_number, balance, nonce)
        select $1, s.address, 0, r.block_number, 1e18 + 77e15 * (s.place + 1 - (s.place + 31 + r.block_number) % 5), 1
        from readings r, unnest($2::bytea[]) with ordinality s (address, place) where r.chain_id = $1 and r.block_number < 0
        """,
        """
        insert into balances (chain_id, account, role, block_number, balance, nonce)
        select $1, $3, 1, r.block_number, 20e18 - case when r.block_number < -12 then 10e18 else 0 end
            + (select coalesce(sum(amount + fee), 0) from top_ups t where t.chain_id = $1 and t.block_number > r.block_number), 0
        from readings r where r.chain_id = $1 and r.block_number < 0
        """,
        """
        insert into deposits (chain_id, account, amount, first_block, last_block, noticed_at) values ($1, $3, 1e19, -13, -12, now() - interval '12 days')
        """,
        """
        insert into incidents (cause, kind, severity, chain_id, title, detail, needs_person, opened_at, updated_at, closed_at, closed_why)
        values ('sample', 'provider_disagreement', 1, $1, 'A provider answered for another chain', 'Made up, for looking at.', false,
            now() - interval '9 days', now() - interval '9 days', now() - interval '9 days' + interval '2 hours', 'it answers as the others do')
        """,
    ];

    /// <summary>Fills the database of a stack whose app is ready.</summary>
    /// <param name="stack">The stack.</param>
    /// <param name="council">The council's wallet.</param>
    /// <param name="cancellation">Stops in between.</param>
    public static async Task FillAsync(DevStack stack, Address council, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stack);
        await using var connection = new NpgsqlConnection(stack.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        object[] values =
        [
            stack.Node.ChainId, stack.Signers.Select(signer => signer.Address.ToArray()).ToArray(), council.ToArray(), stack.Contracts.Target.ToArray(),
        ];
        foreach (var statement in Statements)
        {
            // Only the parameters that the statement names.
            await using var command = new NpgsqlCommand(Renumber(statement, out var used), connection);
            foreach (var place in used)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = values[place - 1] });
            }

            await command.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    private static string Renumber(string statement, out int[] used)
    {
        used = [.. Enumerable.Range(1, 4).Where(place => statement.Contains(Name(place), StringComparison.Ordinal))];
        for (var i = 0; i < used.Length; i++)
        {
            statement = statement.Replace(Name(used[i]), Name(i + 1), StringComparison.Ordinal);
        }

        return statement;
    }

    private static string Name(int place) => string.Create(CultureInfo.InvariantCulture, $"${place}");
}
