using System.Numerics;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Fees;
using Relayer.Core.Treasury.Deposits;
using Relayer.Core.Treasury.TopUps;

namespace Relayer.Core.Treasury.Balances;

/// <summary>The rows of up to where balances are explained, and what the ledger says of a stretch of blocks.</summary>
internal static class ReconciliationStore
{
    private const string LoadSql =
        "select account, block_number, block_hash, balance, nonce from reconciliations where chain_id = $1";

    private const string OpenSql = """
        insert into reconciliations (chain_id, account, block_number, block_hash, balance, nonce, since_block, checked_at)
        values ($1, $2, $3, $4, $5, $6, $3, $7) on conflict do nothing
        """;

    private const string AdvanceSql = """
        update reconciliations set block_number = $3, block_hash = $4, balance = $5, nonce = $6, checked_at = $7
        where chain_id = $1 and account = $2 and block_number = $8
        """;

    private const string RestartSql = """
        update reconciliations set block_number = $3, block_hash = $4, balance = $5, nonce = $6, checked_at = $7, since_block = $3
        where chain_id = $1 and account = $2 and block_number = $8
        """;

    /// <summary>By nonces rather than blocks: the account's nonce at a block tells exactly which of its transactions are in it.</summary>
    private const string LedgerSql = $"""
        select count(*) filter (where {TransactionStates.FinalInBlock}), count(*) filter (where {TransactionStates.Open}),
            coalesce(sum(fee) filter (where {TransactionStates.FinalInBlock}), 0),
            coalesce(sum(value) filter (where state = {TransactionStates.Confirmed}), 0),
            (select coalesce(sum(u.amount), 0) from top_ups u
                where u.chain_id = $1 and u.recipient = $2 and u.state = {TopUpStates.Received} and u.block_number > $5 and u.block_number <= $6),
            exists (select from top_ups u join transactions c on c.id = u.id
                where u.chain_id = $1 and u.recipient = $2 and u.state = {TopUpStates.UnderWay}
                    and (c.state = {TransactionStates.Mined} or c.signer <> $7 or c.nonce < $8)),
            coalesce(sum(gas_limit * max_fee + value + $9 + $10 * octet_length(data)) filter (where {TransactionStates.Open}), 0)
        from transactions where chain_id = $1 and signer = $2 and nonce >= $3 and nonce < $4
        """;

    private const string DepositSql = """
        insert into deposits (chain_id, account, amount, first_block, last_block, hash, sender, noticed_at, evidence)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """;

    public static async Task<IReadOnlyDictionary<Address, ReconciliationCheckpoint>> LoadAsync(
        NpgsqlConnection connection, ChainId chainId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(LoadSql, connection) { Parameters = { Columns.Long(chainId.Value) } };
        return await command.ReadDictionaryAsync(
            row => row.GetAddress(0),
            row => new ReconciliationCheckpoint(row.GetInt64(1), row.GetHash(2), row.GetWei(3), (ulong)row.GetInt64(4)), cancellation);
    }

    /// <summary>Begins the books of an account.</summary>
    public static Task OpenAsync(
        NpgsqlConnection connection, ChainId chainId, Address account, ReconciliationCheckpoint mark, DateTimeOffset now, CancellationToken cancellation) =>
        WriteAsync(connection, OpenSql, chainId, account, mark, now, null, cancellation);

    /// <summary>Moves on from one mark to another.</summary>
    /// <returns>False when another instance has already.</returns>
    public static Task<bool> AdvanceAsync(
        NpgsqlConnection connection, ChainId chainId, Address account, ReconciliationCheckpoint from, ReconciliationCheckpoint to, DateTimeOffset now, CancellationToken cancellation) =>
        WriteAsync(connection, AdvanceSql, chainId, account, to, now, from.Block, cancellation);

    /// <summary>Begins anew, where the old mark is on no chain any more.</summary>
    public static Task<bool> RestartAsync(
        NpgsqlConnection connection, ChainId chainId, Address account, ReconciliationCheckpoint from, ReconciliationCheckpoint to, DateTimeOffset now, CancellationToken cancellation) =>
        WriteAsync(connection, RestartSql, chainId, account, to, now, from.Block, cancellation);

    /// <summary>What the records say between two marks of an account.</summary>
    public static async Task<LedgerStretch> ReadLedgerAsync(
        NpgsqlConnection connection, ChainId chainId, Address account, ReconciliationCheckpoint from, ReconciliationCheckpoint to, (Address Address, ulong Nonce) council,
        DataReserve data, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(LedgerSql, connection)
        {
            Parameters =
            {
                Columns.Long(chainId.Value), Columns.Address(account), Columns.Long((long)from.Nonce), Columns.Long((long)to.Nonce),
                Columns.Long(from.Block), Columns.Long(to.Block), Columns.Address(council.Address), Columns.Long((long)council.Nonce),
                Columns.Number(data.Fee), Columns.Number(data.PerByte),
            },
        };
        return await command.ReadSingleAsync(row => new LedgerStretch(
            row.GetInt64(0), row.GetInt64(1) > 0 || row.GetBoolean(5), row.GetFieldValue<BigInteger>(2), row.GetFieldValue<BigInteger>(3),
            row.GetFieldValue<BigInteger>(4), row.GetFieldValue<BigInteger>(6)), cancellation);
    }

    /// <summary>Which of some transactions are the relayer's own.</summary>
    public static async Task<IReadOnlySet<Hash32>> FindOwnAsync(
        NpgsqlConnection connection, IEnumerable<Hash32> hashes, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select hash from attempts where hash = any($1)", connection)
        {
            Parameters = { Columns.ManyBytes(hashes.Select(hash => hash.ToArray())) },
        };
        return await command.ReadSetAsync(row => row.GetHash(0), cancellation);
    }

    public static async Task AddDepositAsync(
        NpgsqlConnection connection, ChainId chainId, Address account, FoundDeposit deposit, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(DepositSql, connection)
        {
            Parameters =
            {
                Columns.Long(chainId.Value), Columns.Address(account), Columns.Number(deposit.Amount), Columns.Long(deposit.FirstBlock),
                Columns.Long(deposit.LastBlock), Columns.Bytes(deposit.Hash?.ToArray()), Columns.Bytes(deposit.Sender?.ToArray()), Columns.Time(now),
                Columns.Int((int)deposit.Evidence),
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<bool> WriteAsync(
        NpgsqlConnection connection, string sql, ChainId chainId, Address account, ReconciliationCheckpoint mark, DateTimeOffset now, long? from,
        CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters =
            {
                Columns.Long(chainId.Value), Columns.Address(account), Columns.Long(mark.Block), Columns.Hash(mark.Hash),
                Columns.Number(mark.Balance), Columns.Long((long)mark.Nonce), Columns.Time(now),
            },
        };
        if (from is { } block)
        {
            command.Parameters.Add(Columns.Long(block));
        }

        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }
}

/// <summary>An account at a block of the chain.</summary>
internal sealed record ReconciliationCheckpoint(long Block, Hash32 Hash, Wei Balance, ulong Nonce);

/// <summary>What the records say between two marks of an account. Amounts are wei.</summary>
/// <param name="Transactions">Of its own, final.</param>
/// <param name="IsIncomplete">Something that the chain has by then is not final in the records yet.</param>
/// <param name="Fees">Paid.</param>
/// <param name="Values">Sent away.</param>
/// <param name="Received">From the council's wallet.</param>
/// <param name="Open">The most that those of its own may cost that the chain has and that are not final in the records.</param>
internal sealed record LedgerStretch(long Transactions, bool IsIncomplete, BigInteger Fees, BigInteger Values, BigInteger Received, BigInteger Open)
{
    /// <summary>Money is gone that nothing explains, however those that are not final end.</summary>
    public bool IsShort(ReconciliationCheckpoint from, ReconciliationCheckpoint to) => Unexplained(from, to) < -Open;

    /// <summary>What the balances differ by beyond what the records explain; positive: it came.</summary>
    public BigInteger Unexplained(ReconciliationCheckpoint from, ReconciliationCheckpoint to) =>
        to.Balance.ToBigInteger() - (from.Balance.ToBigInteger() + Received - Fees - Values);

    /// <summary>Transactions of the account that the relayer did not send.</summary>
    public long Foreign(ReconciliationCheckpoint from, ReconciliationCheckpoint to) => (long)(to.Nonce - from.Nonce) - Transactions;
}

/// <summary>A difference that the records do not explain, and where it arose.</summary>
/// <param name="FirstBlock">In this block or later.</param>
/// <param name="LastBlock">In this block or earlier.</param>
/// <param name="Amount">Wei; negative: it went.</param>
/// <param name="Foreign">Transactions of the account there that the relayer did not send.</param>
internal sealed record Difference(long FirstBlock, long LastBlock, BigInteger Amount, long Foreign);
