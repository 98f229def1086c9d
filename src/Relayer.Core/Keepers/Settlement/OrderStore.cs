using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Providers;
using Relayer.Core.Storage;

namespace Relayer.Core.Keepers.Settlement;

/// <summary>Orders that ended, by whomever.</summary>
internal sealed class OrderStore(Database database)
{
    private const string Add = """
        insert into keeper_order_ends (chain_id, contract, account, block_number, block_hash, log_index, settler, how)
        select $1, $2, e.account, e.number, e.hash, e.index, e.settler, e.how
        from unnest($3::numeric[], $4::bigint[], $5::bytea[], $6::bigint[], $7::bytea[], $8::text[])
            as e (account, number, hash, index, settler, how)
        on conflict do nothing
        """;

    // The first end after the commitment: a later one is of a later order.
    private const string Find = """
        select a.number, e.how, e.settler from unnest($3::numeric[], $4::bigint[]) with ordinality as a (account, block, number)
        cross join lateral (
            select how, settler from keeper_order_ends e
            where (e.chain_id, e.contract, e.account) = ($1, $2, a.account) and e.block_number >= a.block and e.how <> 'liquidated'
            order by e.block_number, e.log_index limit 1) e
        """;

    public static async Task AddAsync(
        NpgsqlConnection connection, ChainId chainId, Address contract, IReadOnlyList<(MinedLog Log, EndedOrder Order)> ends,
        CancellationToken cancellation)
    {
        if (ends.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(Add, connection)
        {
            Parameters =
            {
                Columns.Long(chainId.Value),
                Columns.Address(contract),
                Columns.Numbers(ends.Select(end => end.Order.Account)),
                Columns.Longs(ends.Select(end => end.Log.BlockNumber)),
                Columns.ManyBytes(ends.Select(end => end.Log.BlockHash.ToArray())),
                Columns.Longs(ends.Select(end => end.Log.Index)),
                Columns.ManyBytes(ends.Select(end => end.Order.Settler.ToArray())),
                Columns.Texts(ends.Select(end => end.Order.IsSettled ? "settled" : "cancelled")),
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>How these orders ended after their commitments, in words; nothing where that is not known.</summary>
    public async Task<IReadOnlyDictionary<Order, string>> FindAsync(
        ChainId chainId, Address contract, IReadOnlyList<Order> orders, CancellationToken cancellation)
    {
        if (orders.Count == 0)
        {
            return new Dictionary<Order, string>();
        }

        await using var connection = await database.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(Find, connection)
        {
            Parameters =
            {
                Columns.Long(chainId.Value),
                Columns.Address(contract),
                Columns.Numbers(orders.Select(order => order.AccountId)),
                Columns.Longs(orders.Select(order => order.Block)),
            },
        };
        return await command.ReadDictionaryAsync(
            row => orders[(int)row.GetInt64(0) - 1], row => $"{row.GetString(1)} by {row.GetAddress(2)}", cancellation);
    }
}
