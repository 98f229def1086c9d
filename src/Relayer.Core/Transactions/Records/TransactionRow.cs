using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Storage;
using Relayer.Core.Transactions.Fees;
using Relayer.Core.Transactions.Replacement;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions.Records;

/// <summary>Reads the engine's records back from their rows.</summary>
internal static class TransactionRow
{
    /// <summary>Reads a row of <c>TransactionSql.ReadOpen</c>.</summary>
    public static OpenTransaction Read(NpgsqlDataReader row, ChainId chainId)
    {
        var attempts = ReadAttempts(row);
        var plan = new TransactionPlan(
            row.GetGuid(0), row.GetString(3), row.GetAddress(6), row.GetWei(7), (ulong)row.GetInt64(8),
            row.GetFieldValue<byte[]>(9), FeeColumns.Read(row.GetWei(10), row.GetWeiOrNull(11)),
            row.GetTimeOrNull(20), row.GetEnumOrNull<Speed>(27), row.GetWeiOrNull(30));
        var reserved = new ReservedTransaction(chainId, row.GetAddress(1), (ulong)row.GetInt64(2), plan);
        return new OpenTransaction(reserved, ReadState(row, attempts), row.GetInt32(5), row.GetTime(21), attempts)
        {
            AttemptedAt = row.GetTimeOrNull(25),
            CreatedAt = row.GetTime(26),
            Closing = row.GetEnumOrNull<CancelReason>(28),
            CappedAt = row.GetTimeOrNull(29),
        };
    }

    /// <summary>What a state knows of its block, if anything.</summary>
    public static Inclusion? InclusionOf(TransactionState state) => state switch
    {
        TransactionState.Mined mined => mined.Inclusion,
        TransactionState.Confirmed confirmed => confirmed.Inclusion,
        TransactionState.Cancelled cancelled => cancelled.Inclusion,
        TransactionState.Failed failed => failed.Inclusion,
        _ => null,
    };

    private static TransactionState ReadState(NpgsqlDataReader row, IReadOnlyList<Attempt> attempts) => row.GetEnum<TransactionStateKind>(4) switch
    {
        TransactionStateKind.Reserved => new TransactionState.Reserved(),
        TransactionStateKind.Signed => new TransactionState.Signed(),
        TransactionStateKind.Broadcast => new TransactionState.Broadcast(),
        TransactionStateKind.Mined => new TransactionState.Mined(ReadInclusion(row, attempts)),
        TransactionStateKind.NonceUsedExternally => new TransactionState.NonceUsedExternally(null), // By whom stands in a table of its own.
        var kind => throw new InvalidOperationException($"state {kind} is final and cannot be open"),
    };

    private static Inclusion ReadInclusion(NpgsqlDataReader row, IReadOnlyList<Attempt> attempts)
    {
        var hash = row.GetHash(12);
        return new Inclusion(
            hash, attempts.Any(attempt => attempt.Hash == hash && attempt.IsNoop), row.GetInt64(13), row.GetHash(14), row.GetBoolean(15),
            (ulong)row.GetInt64(16), row.GetWei(17), row.GetWei(18), row.GetWei(19));
    }

    private static Attempt[] ReadAttempts(NpgsqlDataReader row)
    {
        var hashes = row.GetFieldValue<byte[][]>(22);
        var raws = row.GetFieldValue<byte[][]>(23);
        var noops = row.GetFieldValue<bool[]>(24);
        return [.. hashes.Select((hash, i) => new Attempt(i + 1, new Hash32(hash), raws[i], noops[i]))];
    }
}

/// <summary>Fees as two columns: a null tip marks a legacy price.</summary>
internal static class FeeColumns
{
    public static Wei? MaxPriorityFee(TransactionFees? fees) => (fees as TransactionFees.Dynamic)?.MaxPriorityFee;

    public static TransactionFees Read(Wei maxFee, Wei? maxPriorityFee) =>
        maxPriorityFee is { } tip ? new TransactionFees.Dynamic(maxFee, tip) : new TransactionFees.Legacy(maxFee);
}
