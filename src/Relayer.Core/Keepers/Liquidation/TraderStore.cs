using System.Numerics;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Storage;

namespace Relayer.Core.Keepers.Liquidation;

/// <summary>Accounts that may have to be liquidated, and liquidations by whomever.</summary>
internal sealed class TraderStore(Database database)
{
    private const string Add = """
        insert into keeper_accounts (chain_id, contract, account) select $1, $2, a from unnest($3::numeric[]) a on conflict do nothing
        """;

    private const string AddEnds = """
        insert into keeper_order_ends (chain_id, contract, account, block_number, block_hash, log_index, how)
        select $1, $2, e.account, e.number, e.hash, e.index, 'liquidated'
        from unnest($3::numeric[], $4::bigint[], $5::bytea[], $6::bigint[]) as e (account, number, hash, index)
        on conflict do nothing
        """;

    private const string Page = """
        select account from keeper_accounts where chain_id = $1 and contract = $2 and account > $3 order by account limit $4
        """;

    private const string Find = """
        select distinct a.account from unnest($3::numeric[], $4::bigint[]) as a (account, block)
        where exists (
            select from keeper_order_ends e
            where (e.chain_id, e.contract, e.account) = ($1, $2, a.account) and e.block_number >= a.block and e.how = 'liquidated')
        """;

    public static async Task<int> AddAsync(
        NpgsqlConnection connection, ChainId chainId, Address contract, IEnumerable<BigInteger> accounts, CancellationToken cancellation)
    {
        await using var command = Command(connection, Add, chainId, contract);
        command.Parameters.Add(Columns.Numbers(accounts.Distinct().Order()));
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task AddEndsAsync(
        NpgsqlConnection connection, ChainId chainId, Address contract, IReadOnlyList<(MinedLog Log, BigInteger Account)> ends,
        CancellationToken cancellation)
    {
        await using var command = Command(connection, AddEnds, chainId, contract);
        command.Parameters.Add(Columns.Numbers(ends.Select(end => end.Account)));
        command.Parameters.Add(Columns.Longs(ends.Select(end => end.Log.BlockNumber)));
        command.Parameters.Add(Columns.ManyBytes(ends.Select(end => end.Log.BlockHash.ToArray())));
        command.Parameters.Add(Columns.Longs(ends.Select(end => end.Log.Index)));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>A page of accounts, after one of them.</summary>
    public async Task<IReadOnlyList<BigInteger>> PageAsync(
        ChainId chainId, Address contract, BigInteger after, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = Command(connection, Page, chainId, contract);
        command.Parameters.Add(Columns.Number(after));
        command.Parameters.Add(Columns.Int(limit));
        return await ReadAsync(command, cancellation);
    }

    /// <summary>Those of the targets that somebody liquidated, wholly or in part, since they were found.</summary>
    public async Task<IReadOnlyList<BigInteger>> FindLiquidatedAsync(
        ChainId chainId, Address contract, IReadOnlyList<Target> targets, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = Command(connection, Find, chainId, contract);
        command.Parameters.Add(Columns.Numbers(targets.Select(target => target.AccountId)));
        command.Parameters.Add(Columns.Longs(targets.Select(target => target.Block)));
        return await ReadAsync(command, cancellation);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, ChainId chainId, Address contract) =>
        new(sql, connection) { Parameters = { Columns.Long(chainId.Value), Columns.Address(contract) } };

    private static async Task<IReadOnlyList<BigInteger>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        return await command.ReadListAsync(row => row.GetFieldValue<BigInteger>(0), cancellation);
    }
}
