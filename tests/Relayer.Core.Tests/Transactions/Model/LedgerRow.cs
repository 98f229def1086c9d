using System.Numerics;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Transactions.Model;

/// <summary>What an auditor reads of a transaction in the database.</summary>
internal sealed record LedgerRow(
    Guid Id, Address Signer, ulong Nonce, short State, int Version, string Purpose, Address To, BigInteger Value, string Data, Hash32? Hash,
    BigInteger? Fee, IReadOnlyList<byte[]> Raw, IReadOnlyList<bool> IsNoop)
{
    private const string Sql = """
        select t.id, t.signer, t.nonce, t.state, t.version, t.purpose, t."to", t.value, t.data, t.hash, t.fee,
            coalesce(array_agg(a.raw order by a.number) filter (where a.raw is not null), '{}'),
            coalesce(array_agg(a.noop order by a.number) filter (where a.raw is not null), '{}')
        from transactions t left join attempts a on a.transaction_id = t.id group by t.id order by t.signer, t.nonce
        """;

    public bool IsFinal => State >= 4;

    public static async Task<IReadOnlyList<LedgerRow>> ReadAsync(TestDatabase database)
    {
        await using var command = database.Source.CreateCommand(Sql);
        await using var rows = await command.ExecuteReaderAsync(EngineWorld.Cancellation);
        var ledger = new List<LedgerRow>();
        while (await rows.ReadAsync(EngineWorld.Cancellation))
        {
            ledger.Add(Read(rows));
        }

        return ledger;
    }

    private static LedgerRow Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetAddress(1), (ulong)row.GetInt64(2), row.GetInt16(3), row.GetInt32(4), row.GetString(5), row.GetAddress(6),
        row.GetFieldValue<BigInteger>(7), Hex.Encode(row.GetFieldValue<byte[]>(8)),
        row.IsDBNull(9) ? null : new Hash32(row.GetFieldValue<byte[]>(9)), row.IsDBNull(10) ? null : row.GetFieldValue<BigInteger>(10),
        row.GetFieldValue<byte[][]>(11), row.GetFieldValue<bool[]>(12));
}
