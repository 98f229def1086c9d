using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;

namespace Relayer.Core.Treasury.TopUps;

/// <summary>The rows of the transfers from the council's wallet to the signers.</summary>
internal static class TopUpStore
{
    /// <summary>Whoever decides about a chain's top-ups holds this lock until the decision is recorded.</summary>
    private const string LockSql = "select next_nonce from signers where chain_id = $1 and address = $2 for no key update";

    private const string HistorySql = """
        select recipient, max(ordinal), coalesce(sum(amount) filter (where state = 0 or (state = 1 and block_number > $2)), 0),
            coalesce(sum(amount) filter (where state <> 2 and created_at > $3), 0), max(created_at)
        from top_ups where chain_id = $1 group by recipient
        """;

    private const string CommittedSql = """
        select coalesce(sum(gas_limit * max_fee + value) filter (where state < 3), 0),
            coalesce(sum(gas_limit * max_fee + value) filter (where state in (3, 4, 5, 6) and block_number > $3), 0)
        from transactions where chain_id = $1 and signer = $2
        """;

    private const string AddSql = """
        insert into top_ups (id, chain_id, council, recipient, ordinal, amount, deficit, read_block, created_at, updated_at)
        select id, $1, $2, recipient, ordinal, amount, deficit, $3, $4, $4 from unnest($5, $6, $7, $8, $9) as t (id, recipient, ordinal, amount, deficit)
        """;

    private const string MoveSql = """
        update top_ups u set state = m.state, hash = m.hash, block_number = m.block_number, fee = m.fee, updated_at = $6
        from unnest($1, $2, $3, $4, $5) as m (id, state, hash, block_number, fee)
        where u.id = m.id and u.state = 0
        """;

    private const string ListSql = """
        select u.sequence, u.id, u.chain_id, u.council, u.recipient, u.amount, u.deficit, u.state,
            coalesce(u.hash, (select a.hash from attempts a where a.transaction_id = u.id order by a.number desc limit 1)), u.block_number, u.fee,
            u.read_block, u.created_at, u.updated_at
        from top_ups u where u.sequence < $1 and ($2 = 0 or u.chain_id = $2) and u.created_at >= $3 and u.created_at < $4
        order by u.sequence desc limit $5
        """;

    /// <summary>Takes the lock.</summary>
    /// <returns>False when the wallet is not known to the engine yet.</returns>
    public static async Task<bool> LockAsync(NpgsqlConnection connection, ChainId chainId, Address council, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(LockSql, connection) { Parameters = { Columns.Long(chainId.Value), Columns.Address(council) } };
        return await command.ExecuteScalarAsync(cancellation) is not null;
    }

    /// <summary>What was sent to whom.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="chainId">The chain.</param>
    /// <param name="readBlock">What arrived after this block is still on its way, as far as balances at it are concerned.</param>
    /// <param name="since">Where the last 24 hours begin.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static async Task<IReadOnlyDictionary<Address, TopUpHistory>> ReadHistoryAsync(
        NpgsqlConnection connection, ChainId chainId, long readBlock, DateTimeOffset since, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(HistorySql, connection)
        {
            Parameters = { Columns.Long(chainId.Value), Columns.Long(readBlock), Columns.Time(since) },
        };
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var history = new Dictionary<Address, TopUpHistory>();
        while (await rows.ReadAsync(cancellation))
        {
            history[rows.GetAddress(0)] = new TopUpHistory(rows.GetInt64(1), rows.GetWei(2), rows.GetWei(3), rows.GetTime(4));
        }

        return history;
    }

    /// <summary>The most that an account's transactions can still take off a balance read at a block: under way, and mined since.</summary>
    public static async Task<(Wei UnderWay, Wei MinedSince)> ReadCommittedAsync(
        NpgsqlConnection connection, ChainId chainId, Address account, long readBlock, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(CommittedSql, connection)
        {
            Parameters = { Columns.Long(chainId.Value), Columns.Address(account), Columns.Long(readBlock) },
        };
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        await rows.ReadAsync(cancellation);
        return (rows.GetWei(0), rows.GetWei(1));
    }

    /// <summary>Records transfers beside the reservation of their transactions. The ordinals' uniqueness refuses what another instance decided.</summary>
    public static async Task AddAsync(
        NpgsqlConnection connection, ChainId chainId, Address council, long readBlock, DateTimeOffset now,
        IReadOnlyList<(Guid Id, Address Recipient, long Ordinal, Wei Amount, Wei Deficit)> topUps, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(AddSql, connection)
        {
            Parameters =
            {
                Columns.Long(chainId.Value),
                Columns.Address(council),
                Columns.Long(readBlock),
                Columns.Time(now),
                Columns.Ids(topUps.Select(topUp => topUp.Id)),
                Columns.ManyBytes(topUps.Select(topUp => topUp.Recipient.ToArray())),
                Columns.Longs(topUps.Select(topUp => topUp.Ordinal)),
                Columns.Numbers(topUps.Select(topUp => topUp.Amount.ToBigInteger())),
                Columns.Numbers(topUps.Select(topUp => topUp.Deficit.ToBigInteger())),
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Notes what became of transfers.</summary>
    public static async Task MoveAsync(
        NpgsqlConnection connection, IReadOnlyList<(Guid Id, TopUpState State, Hash32? Hash, long? Block, Wei? Fee)> moves, DateTimeOffset now,
        CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(MoveSql, connection)
        {
            Parameters =
            {
                Columns.Ids(moves.Select(move => move.Id)),
                Columns.Shorts(moves.Select(move => (short)move.State)),
                Columns.ManyBytes(moves.Select(move => move.Hash?.ToArray())),
                Columns.Longs(moves.Select(move => move.Block)),
                Columns.Numbers(moves.Select(move => move.Fee?.ToBigInteger())),
                Columns.Time(now),
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Transfers, newest first.</summary>
    public static async Task<IReadOnlyList<TopUp>> ListAsync(
        NpgsqlConnection connection, TopUpQuery query, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ListSql, connection)
        {
            Parameters =
            {
                Columns.Long(query.Before), Columns.Long(query.ChainId?.Value ?? 0), Columns.Time(query.From), Columns.Time(query.To),
                Columns.Int(query.Limit),
            },
        };
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var topUps = new List<TopUp>();
        while (await rows.ReadAsync(cancellation))
        {
            topUps.Add(new TopUp(
                rows.GetInt64(0), rows.GetGuid(1), new ChainId(rows.GetInt64(2)), rows.GetAddress(3), rows.GetAddress(4), rows.GetWei(5),
                rows.GetWei(6), (TopUpState)rows.GetInt16(7), rows.GetHashOrNull(8), rows.GetLongOrNull(9), rows.GetWeiOrNull(10),
                rows.GetInt64(11), rows.GetTime(12), rows.GetTime(13)));
        }

        return topUps;
    }
}

/// <summary>What was sent to a signer so far.</summary>
internal sealed record TopUpHistory(long Ordinal, Wei InFlight, Wei SentToday, DateTimeOffset LastAt);

/// <summary>Which transfers are asked for.</summary>
/// <param name="ChainId">Of this chain alone.</param>
/// <param name="From">Decided at this time or later.</param>
/// <param name="To">Decided before this time.</param>
/// <param name="Before">Before this place in the order of decisions.</param>
/// <param name="Limit">At most so many.</param>
public sealed record TopUpQuery(ChainId? ChainId, DateTimeOffset From, DateTimeOffset To, long Before, int Limit);

/// <summary>A transfer from the council's wallet to a signer.</summary>
/// <param name="Sequence">Its place in the order of decisions.</param>
/// <param name="Id">The transaction's id.</param>
/// <param name="ChainId">The chain.</param>
/// <param name="Council">Who paid.</param>
/// <param name="Recipient">The signer.</param>
/// <param name="Amount">Wei requested; received once it is confirmed.</param>
/// <param name="Deficit">What the signer lacked to its target, in wei.</param>
/// <param name="State">What became of it.</param>
/// <param name="Hash">The transaction hash.</param>
/// <param name="BlockNumber">Where it was mined.</param>
/// <param name="Fee">What the transfer cost, in wei.</param>
/// <param name="ReadBlock">The block of the balances that it was decided by.</param>
/// <param name="CreatedAt">When it was decided.</param>
/// <param name="UpdatedAt">When it last moved.</param>
public sealed record TopUp(
    long Sequence, Guid Id, ChainId ChainId, Address Council, Address Recipient, Wei Amount, Wei Deficit, TopUpState State, Hash32? Hash,
    long? BlockNumber, Wei? Fee, long ReadBlock, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>What became of a transfer.</summary>
public enum TopUpState
{
    /// <summary>On its way.</summary>
    UnderWay,

    /// <summary>The signer has the money.</summary>
    Received,

    /// <summary>It will never arrive; the money is still in the wallet.</summary>
    Failed,
}
