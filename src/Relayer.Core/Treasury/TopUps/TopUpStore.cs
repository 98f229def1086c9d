using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;
using Relayer.Core.Transactions;

namespace Relayer.Core.Treasury.TopUps;

/// <summary>The rows of the transfers from the council's wallet to the signers.</summary>
internal static class TopUpStore
{
    /// <summary>Whoever decides about a chain's top-ups holds this lock until the decision is recorded.</summary>
    private const string LockSql = "select next_nonce from signers where chain_id = $1 and address = $2 for no key update";

    // Failed in a row: mined, paid for and without effect, since one was received.
    private const string HistorySql = $"""
        select recipient, max(ordinal), coalesce(sum(amount) filter (where state = {TopUpStates.UnderWay} or (state = {TopUpStates.Received} and block_number > $2)), 0),
            coalesce(sum(amount) filter (where state <> {TopUpStates.Failed} and created_at > $3), 0), max(created_at),
            count(*) filter (where state = {TopUpStates.Failed} and fee is not null and ordinal > coalesce(received, 0)),
            max(block_number) filter (where state = {TopUpStates.Failed} and fee is not null)
        from (
            select *, max(ordinal) filter (where state = {TopUpStates.Received}) over (partition by recipient) as received
            from top_ups where chain_id = $1) t
        group by recipient
        """;

    private const string CommittedSql = $"""
        select coalesce(sum(gas_limit * max_fee + value) filter (where {TransactionStates.InFlight}), 0),
            coalesce(sum(gas_limit * max_fee + value) filter (where {TransactionStates.InBlock} and block_number > $3), 0)
        from transactions where chain_id = $1 and signer = $2
        """;

    private const string AddSql = """
        insert into top_ups (id, chain_id, council, recipient, ordinal, amount, deficit, read_block, created_at, updated_at)
        select id, $1, $2, recipient, ordinal, amount, deficit, $3, $4, $4 from unnest($5, $6, $7, $8, $9) as t (id, recipient, ordinal, amount, deficit)
        """;

    // One that failed without a hash was thought displaced: its own receipt is the better evidence.
    private const string MoveSql = $"""
        update top_ups u set state = m.state, hash = m.hash, block_number = m.block_number, fee = m.fee, updated_at = $6
        from unnest($1, $2, $3, $4, $5) as m (id, state, hash, block_number, fee)
        where u.id = m.id and (u.state = {TopUpStates.UnderWay} or (u.state = {TopUpStates.Failed} and u.hash is null and m.hash is not null))
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
        return await command.ReadDictionaryAsync(
            row => row.GetAddress(0), row => new TopUpHistory(row.GetInt64(1), row.GetWei(2), row.GetWei(3), row.GetTime(4), (int)row.GetInt64(5), row.GetLongOrNull(6)), cancellation);
    }

    /// <summary>The most that an account's transactions can still take off a balance read at a block: under way, and mined since.</summary>
    public static async Task<(Wei UnderWay, Wei MinedSince)> ReadCommittedAsync(
        NpgsqlConnection connection, ChainId chainId, Address account, long readBlock, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(CommittedSql, connection)
        {
            Parameters = { Columns.Long(chainId.Value), Columns.Address(account), Columns.Long(readBlock) },
        };
        return await command.ReadSingleAsync(row => (row.GetWei(0), row.GetWei(1)), cancellation);
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
                Columns.Numbers(topUps.Select(topUp => topUp.Amount)),
                Columns.Numbers(topUps.Select(topUp => topUp.Deficit)),
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
                Columns.Enums(moves.Select(move => move.State)),
                Columns.ManyBytes(moves.Select(move => move.Hash?.ToArray())),
                Columns.Longs(moves.Select(move => move.Block)),
                Columns.Numbers(moves.Select(move => move.Fee)),
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
        return await command.ReadListAsync(row => new TopUp(
            row.GetInt64(0), row.GetGuid(1), new ChainId(row.GetInt64(2)), row.GetAddress(3), row.GetAddress(4), row.GetWei(5),
            row.GetWei(6), row.GetEnum<TopUpState>(7), row.GetHashOrNull(8), row.GetLongOrNull(9), row.GetWeiOrNull(10),
            row.GetInt64(11), row.GetTime(12), row.GetTime(13)), cancellation);
    }
}

/// <summary>What was sent to a signer so far.</summary>
/// <param name="Ordinal">The last transfer's number.</param>
/// <param name="InFlight">Wei on their way, as far as balances at the block asked for are concerned.</param>
/// <param name="SentToday">Wei of the last 24 hours.</param>
/// <param name="LastAt">When the last one was decided.</param>
/// <param name="Failures">Transfers in a row that were mined and failed.</param>
/// <param name="FailedBlock">The block of the last of all that failed.</param>
internal sealed record TopUpHistory(long Ordinal, Wei InFlight, Wei SentToday, DateTimeOffset LastAt, int Failures, long? FailedBlock);

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
