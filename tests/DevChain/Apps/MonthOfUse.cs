using System.Globalization;
using Npgsql;
using Relayer.Core.Ethereum;

namespace DevChain;

/// <summary>Sums and balances as a month of use would have left them, to look at the council's page with.</summary>
/// <remarks>Made up: no transaction stands behind them. Readings of the past carry negative block numbers, so that they meet no block of the chain.</remarks>
public static class MonthOfUse
{
    private const string Days = "generate_series(date_trunc('day', now()) - interval '29 days', date_trunc('day', now()) - interval '1 day', interval '1 day') d";

    private static readonly string[] Statements =
    [
        // Busier by day than by night, and dearer now and then.
        """
        insert into spend_hours (chain_id, signer, hour, fee, l1_fee, value, gas, transactions, failed)
        select $1, s, h, g * (1000000000 + 400000000 * sin(extract(epoch from h) / 200000))::numeric(78, 0), 0, 0, g, g / 200000, 1
        from unnest($2::bytea[]) s, generate_series(date_trunc('hour', now()) - interval '29 days', date_trunc('hour', now()) - interval '2 hours', interval '1 hour') h,
            lateral (select (200000 * (2 + 1.5 * sin(extract(hour from h) / 4)))::bigint as g) x
        """,
        $"""
        insert into spend_days (chain_id, day, purpose, target, selector, fee, actions, transactions)
        select $1, d::date, p.name, $4, p.selector, (p.fee * (1 + 0.5 * sin(extract(epoch from d) / 300000)))::numeric(78, 0), p.actions, p.actions / 3 + 1
        from {Days}, (values ('relay', '\xd09de08a'::bytea, 9e15, 4200), ('relay', '\xa9059cbb'::bytea, 4e15, 1700), ('settlement', '\x7bcf8a54'::bytea, 3e15, 60),
            ('liquidation', '\x048577de'::bytea, 1e15, 9), ('top_up', '\x'::bytea, 4e13, 2), ('noop', '\x'::bytea, 2e13, 1)) p (name, selector, fee, actions)
        """,
        $"""
        insert into readings (chain_id, block_number, block_hash, block_time, taken_at, agreement, providers, thinned)
        select $1, -row_number() over (order by d desc), decode(repeat('00', 32), 'hex'), d + interval '23 hours', d + interval '23 hours', 1, '[]', 2 from {Days}
        """,
        """
        insert into balances (chain_id, account, role, block_number, balance, nonce)
        select $1, s.address, 0, r.block_number, (200e18 + 60e18 * ((-r.block_number * (3 + 2 * s.place)) % 13))::numeric(78, 0), 1
        from readings r, unnest($2::bytea[]) with ordinality s (address, place) where r.chain_id = $1 and r.block_number < 0
        """,
        """
        insert into balances (chain_id, account, role, block_number, balance, nonce)
        select $1, $3, 1, r.block_number, (1000e18 - 20e18 * r.block_number - case when r.block_number < -12 then 1000e18 else 0 end)::numeric(78, 0), 1
        from readings r where r.chain_id = $1 and r.block_number < 0
        """,
        """
        insert into deposits (chain_id, account, amount, first_block, last_block, noticed_at) values ($1, $3, 1e21, -13, -12, now() - interval '12 days')
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
