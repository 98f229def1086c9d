using System.Numerics;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Records;
using Storms.Workloads;

namespace Storms.Audit;

/// <summary>A row of <c>relays</c>.</summary>
internal sealed record RelayEntry(
    Hash32 Id, Address Forwarder, Address From, BigInteger Nonce, RelayState State, bool? Success, string? Reason, BigInteger? Fee, Guid Transaction,
    IReadOnlyList<Guid> Earlier);

/// <summary>A row of <c>transactions</c> with its attempts.</summary>
internal sealed record TransactionEntry(
    Guid Id, Address Signer, long Nonce, short State, Hash32? Hash, bool? Succeeded, long? BlockNumber, long? GasUsed, BigInteger? Fee, BigInteger Value, Address To,
    IReadOnlyList<(Hash32 Hash, bool IsNoop)> Attempts);

/// <summary>What the relayer says that it did.</summary>
internal sealed record Ledger(
    IReadOnlyList<RelayEntry> Relays, IReadOnlyList<TransactionEntry> Transactions, IReadOnlyDictionary<Address, long> NextNonces)
{
    /// <summary>What is still under way, in words, empty when nothing is; and how much has ended.</summary>
    public static async Task<(string Open, long Ended)> OpenAsync(RelayerUnderTest relayer, CancellationToken cancellation)
    {
        await using var connection = await relayer.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(
            """
            select (select count(*) from relays where state < 3), (select count(*) from transactions where state < 4),
                (select string_agg(x, '; ') from (select format('%s nonce %s of %s in state %s since %s, attempts %s', t.id, t.nonce, encode(t.signer, 'hex'),
                    t.state, t.updated_at, (select string_agg(encode(a.hash, 'hex'), ' ') from attempts a where a.transaction_id = t.id)) as x
                    from transactions t where state < 4 order by t.signer, t.nonce limit 5) first),
                (select count(*) from relays where state >= 3) + (select count(*) from transactions where state >= 4)
            """,
            connection);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        await rows.ReadAsync(cancellation);
        return ((rows.GetInt64(0), rows.GetInt64(1)) switch
        {
            (0, 0) => "",
            var (relays, transactions) => $"{relays} relays and {transactions} transactions are under way: {(rows.IsDBNull(2) ? "" : rows.GetString(2))}",
        }, rows.GetInt64(3));
    }

    public static async Task<Ledger> ReadAsync(RelayerUnderTest relayer, CancellationToken cancellation)
    {
        await using var connection = await relayer.OpenAsync(cancellation);
        var relays = await Rows.ReadAsync(
            connection,
            """select id, forwarder, "from", nonce, state, success, reason, fee, transaction_id, earlier_transactions from relays""",
            row => new RelayEntry(
                Hash(row, 0), Account(row, 1), Account(row, 2), row.GetFieldValue<BigInteger>(3), (RelayState)row.GetInt16(4),
                row.IsDBNull(5) ? null : row.GetBoolean(5), row.IsDBNull(6) ? null : row.GetString(6),
                row.IsDBNull(7) ? null : row.GetFieldValue<BigInteger>(7), row.GetGuid(8), row.GetFieldValue<Guid[]>(9)),
            cancellation);
        var transactions = await Rows.ReadAsync(
            connection,
            """
            select t.id, t.signer, t.nonce, t.state, t.hash, t.succeeded, t.block_number, t.gas_used, t.fee, t.value,
                array(select a.hash from attempts a where a.transaction_id = t.id order by a.number),
                array(select a.noop from attempts a where a.transaction_id = t.id order by a.number), t."to"
            from transactions t
            """,
            row => new TransactionEntry(
                row.GetGuid(0), Account(row, 1), row.GetInt64(2), row.GetInt16(3), row.IsDBNull(4) ? null : Hash(row, 4),
                row.IsDBNull(5) ? null : row.GetBoolean(5), row.IsDBNull(6) ? null : row.GetInt64(6), row.IsDBNull(7) ? null : row.GetInt64(7),
                row.IsDBNull(8) ? null : row.GetFieldValue<BigInteger>(8), row.GetFieldValue<BigInteger>(9), Account(row, 12),
                [.. row.GetFieldValue<byte[][]>(10).Zip(row.GetFieldValue<bool[]>(11), (hash, noop) => (new Hash32(hash), noop))]),
            cancellation);
        var nonces = await Rows.ReadAsync(
            connection, "select address, next_nonce from signers", row => (Account(row, 0), row.GetInt64(1)), cancellation);
        return new Ledger(relays, transactions, nonces.ToDictionary(signer => signer.Item1, signer => signer.Item2));
    }

    private static Hash32 Hash(NpgsqlDataReader row, int column) => new(row.GetFieldValue<byte[]>(column));

    private static Address Account(NpgsqlDataReader row, int column) => new(row.GetFieldValue<byte[]>(column));
}
