using System.Numerics;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;
using Relayer.Core.Transactions.Replacement;

namespace Relayer.Core.Transactions.Records;

/// <summary>Finds transactions for operators, of whatever purpose. It only reads.</summary>
/// <param name="database">The database.</param>
public sealed class TransactionDirectory(Database database)
{
    private const string Fields = """
        select t.id, t.chain_id, t.purpose, t.state, t.signer, t.nonce, t."to", t.value, t.gas_limit, t.cancel_reason, t.capped_at,
            t.expires_at, t.hash, t.block_number, t.fee, t.created_at, t.updated_at, a.hashes, a.noops, a.fees, a.tips, a.times
        from transactions t
        cross join lateral (
            select coalesce(array_agg(hash order by number), '{}') as hashes, coalesce(array_agg(noop order by number), '{}') as noops,
                coalesce(array_agg(max_fee order by number), '{}') as fees, coalesce(array_agg(max_priority_fee order by number), '{}') as tips,
                coalesce(array_agg(created_at order by number), '{}') as times
            from attempts where transaction_id = t.id) a
        """;

    /// <summary>One, by its id ($1).</summary>
    internal const string FindSql = Fields + " where t.id = $1";

    /// <summary>The one that an attempt ($1) belongs to.</summary>
    internal const string FindByHashSql = Fields + " where t.id = (select transaction_id from attempts where hash = $1)";

    /// <summary>Those of some chains ($1) that are not final, after an id ($2), of any signer ($3) or one ($4), so many ($5).</summary>
    internal const string ListOpenSql =
        Fields + $" where t.chain_id = any($1) and t.{TransactionStates.Open} and t.id > $2 and ($3 or t.signer = $4) order by t.id limit $5";

    /// <summary>One of any state; <see langword="null"/> when it is not known.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<TransactionView?> FindAsync(Guid id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(FindSql) { Parameters = { Columns.Id(id) } };
        return (await ReadAsync(command, cancellation)).SingleOrDefault();
    }

    /// <summary>The one that an attempt belongs to; <see langword="null"/> when no such attempt was ever stored here.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<TransactionView?> FindByHashAsync(Hash32 hash, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(FindByHashSql) { Parameters = { Columns.Hash(hash) } };
        return (await ReadAsync(command, cancellation)).SingleOrDefault();
    }

    /// <summary>Those that the engine still has work with, the oldest first.</summary>
    /// <param name="chains">On these chains.</param>
    /// <param name="signer">Only this signer's; <see langword="null"/> for all.</param>
    /// <param name="after">Only those after this id; the empty one for the first page.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<IReadOnlyList<TransactionView>> ListOpenAsync(
        IEnumerable<ChainId> chains, Address? signer, Guid after, int limit, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ListOpenSql)
        {
            Parameters =
            {
                Columns.Longs(chains.Select(chain => chain.Value)), Columns.Id(after), Columns.Flag(signer is null),
                Columns.Address(signer ?? default), Columns.Int(limit),
            },
        };
        return await ReadAsync(command, cancellation);
    }

    private async Task<IReadOnlyList<TransactionView>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        command.Connection = connection;
        return await command.ReadListAsync(Read, cancellation);
    }

    private static TransactionView Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), new ChainId(row.GetInt64(1)), row.GetString(2), row.GetEnum<TransactionStateKind>(3).Name(), row.GetAddress(4), (ulong)row.GetInt64(5),
        row.GetAddress(6), row.GetWei(7), (ulong)row.GetInt64(8), row.GetEnumOrNull<CancelReason>(9),
        row.GetTimeOrNull(10), row.GetTimeOrNull(11), row.GetHashOrNull(12), row.GetLongOrNull(13), row.GetWeiOrNull(14), row.GetTime(15),
        row.GetTime(16), ReadAttempts(row));

    private static AttemptView[] ReadAttempts(NpgsqlDataReader row)
    {
        var hashes = row.GetFieldValue<byte[][]>(17);
        var noops = row.GetFieldValue<bool[]>(18);
        var fees = row.GetFieldValue<BigInteger?[]>(19);
        var tips = row.GetFieldValue<BigInteger?[]>(20);
        var times = row.GetFieldValue<DateTimeOffset[]>(21);
        return [.. hashes.Select((hash, i) => new AttemptView(
            new Hash32(hash), noops[i], ToWei(fees[i]) is { } fee ? FeeColumns.Read(fee, ToWei(tips[i])) : null, times[i]))];
    }

    private static Wei? ToWei(BigInteger? number) => number is { } value ? new Wei(UInt256.From(value)) : null;
}
