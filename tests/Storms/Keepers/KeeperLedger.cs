using System.Numerics;
using Storms.Audit;
using Storms.Workloads;

namespace Storms.Keepers;

/// <summary>A row of <c>keeper_work</c>.</summary>
internal sealed record WorkEntry(string Keeper, string Lane, string Subject, string Details, short State, string Reason, Guid? Transaction);

/// <summary>A row of <c>keeper_sends</c> with what its transaction sent along.</summary>
internal sealed record SendEntry(
    Guid Transaction, string Keeper, string Lane, DateOnly Day, BigInteger Held, BigInteger? Cost, BigInteger? Reward, bool IsSettled, BigInteger Value);

/// <summary>A row of <c>keeper_budgets</c>.</summary>
internal sealed record BudgetEntry(string Keeper, string Lane, DateOnly Day, BigInteger Held, BigInteger Spent);

/// <summary>What the keepers say that they did.</summary>
/// <param name="Works">All work.</param>
/// <param name="Sends">All transactions of keepers.</param>
/// <param name="Budgets">What is held and lost.</param>
/// <param name="Unsent">Transactions with a keeper's purpose that no send is of.</param>
internal sealed record KeeperLedger(
    IReadOnlyList<WorkEntry> Works, IReadOnlyList<SendEntry> Sends, IReadOnlyList<BudgetEntry> Budgets, IReadOnlyList<Guid> Unsent)
{
    /// <summary>What is still under way, in words; empty when nothing is.</summary>
    public static async Task<string> OpenAsync(RelayerUnderTest relayer, CancellationToken cancellation)
    {
        await using var connection = await relayer.OpenAsync(cancellation);
        var open = await Rows.ReadAsync(
            connection,
            "select format('%s %s is %s since %s (%s)', keeper, subject, reason, found_at, detail) from keeper_work where state < 2 limit 8",
            row => row.GetString(0), cancellation);
        return string.Join("; ", open);
    }

    public static async Task<KeeperLedger> ReadAsync(RelayerUnderTest relayer, CancellationToken cancellation)
    {
        await using var connection = await relayer.OpenAsync(cancellation);
        return new KeeperLedger(
            await Rows.ReadAsync(
                connection, "select keeper, lane, subject, details, state, reason, transaction_id from keeper_work",
                row => new WorkEntry(
                    row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt16(4), row.GetString(5),
                    row.IsDBNull(6) ? null : row.GetGuid(6)),
                cancellation),
            await Rows.ReadAsync(
                connection,
                """
                select s.transaction_id, s.keeper, s.lane, s.day, s.held, s.cost, s.reward, s.settled, t.value
                from keeper_sends s join transactions t on t.id = s.transaction_id
                """,
                row => new SendEntry(
                    row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetFieldValue<DateOnly>(3), row.GetFieldValue<BigInteger>(4),
                    row.IsDBNull(5) ? null : row.GetFieldValue<BigInteger>(5), row.IsDBNull(6) ? null : row.GetFieldValue<BigInteger>(6),
                    row.GetBoolean(7), row.GetFieldValue<BigInteger>(8)),
                cancellation),
            await Rows.ReadAsync(
                connection, "select keeper, lane, day, held, spent from keeper_budgets",
                row => new BudgetEntry(
                    row.GetString(0), row.GetString(1), row.GetFieldValue<DateOnly>(2), row.GetFieldValue<BigInteger>(3),
                    row.GetFieldValue<BigInteger>(4)),
                cancellation),
            await Rows.ReadAsync(
                connection,
                """
                select id from transactions where purpose in (select keeper from keepers)
                    and id not in (select transaction_id from keeper_sends)
                """,
                row => row.GetGuid(0), cancellation));
    }
}
