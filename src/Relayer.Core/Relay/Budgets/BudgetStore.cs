using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;

namespace Relayer.Core.Relay.Budgets;

/// <summary>Reads how budgets stand.</summary>
/// <param name="database">The database.</param>
internal sealed class BudgetStore(Database database)
{
    private const int Portion = 5_000;

    /// <summary>How budgets of a chain stand now, in their order.</summary>
    public async Task<IReadOnlyList<BudgetStanding>> ReadAsync(ChainId chainId, IReadOnlyList<Budget> budgets, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { BudgetSql.Read(chainId, budgets), new("select now()") } };
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        var taken = (await rows.ReadListAsync(
            row => (Key: ((BudgetScope)row.GetInt16(0), Convert.ToHexStringLower(row.GetFieldValue<byte[]>(1))), Uses: ReadUses(row, 2), RefusedAt: row.GetTimeOrNull(6)), cancellation))
            .ToDictionary(row => row.Key);
        await rows.NextResultAsync(cancellation);
        var now = (await rows.ReadListAsync(row => row.GetTime(0), cancellation))[0];
        return
        [
            .. budgets.Select(budget => taken.TryGetValue(budget.Key, out var row)
                ? new BudgetStanding(budget, row.Uses.Hour, row.Uses.Day, row.RefusedAt, now)
                : BudgetStanding.Untouched(budget, now)),
        ];
    }

    /// <summary>How every budget that is not one user's stands now, by chain.</summary>
    public async Task<IReadOnlyList<(ChainId ChainId, BudgetStanding Standing)>> ReadSharedAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { BudgetSql.ReadShared() } };
        return await batch.ReadListAsync(
            row =>
            {
                var (hour, day) = ReadUses(row, 2);
                var budget = new Budget((BudgetScope)row.GetInt16(0), row.GetFieldValue<byte[]>(1), new(row.GetWeiOrNull(9), row.GetWeiOrNull(10)));
                return (new ChainId(row.GetInt64(8)), new BudgetStanding(budget, hour, day, row.GetTimeOrNull(6), row.GetTime(7)));
            },
            cancellation);
    }

    /// <summary>Notes that requests were refused for want of room in these.</summary>
    public async Task NoteRefusalAsync(ChainId chainId, IReadOnlyList<Budget> budgets, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { BudgetSql.NoteRefusal(chainId, budgets) } };
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Forgets users that have been away for days and the failures of those that stopped failing, a portion at a time.</summary>
    /// <returns>How many were forgotten.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        var removed = 0;
        foreach (var delete in new Func<NpgsqlBatchCommand>[] { () => BudgetSql.DeleteOld(Portion), () => Breakers.BreakerStore.DeleteOld(Portion) })
        {
            var last = Portion;
            while (last == Portion)
            {
                await using var batch = new NpgsqlBatch(connection) { BatchCommands = { delete() } };
                removed += last = await batch.ExecuteNonQueryAsync(cancellation);
            }
        }

        return removed;
    }

    private static (BudgetUse Hour, BudgetUse Day) ReadUses(NpgsqlDataReader row, int first) => (
        new(row.GetWei(first), row.GetWei(first + 1)), new(row.GetWei(first + 2), row.GetWei(first + 3)));
}
