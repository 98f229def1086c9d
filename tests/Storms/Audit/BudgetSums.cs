using System.Numerics;
using Npgsql;
using Storms.Workloads;

namespace Storms.Audit;

/// <summary>What relays hold and were charged: whatever was killed meanwhile, nothing is held in the end and the charges are what the chain took.</summary>
/// <param name="Uncounted">Relays that hold nothing anywhere, such as those of an earlier release.</param>
/// <param name="Held">Still held by relays.</param>
/// <param name="Charged">Charged to relays.</param>
/// <param name="Cost">What their transactions cost, noops included.</param>
/// <param name="BudgetHeld">Still held of the chain's budget for this day.</param>
/// <param name="BudgetSpent">Spent of it.</param>
/// <param name="ThisDay">Charged to the relays that were last held on that day.</param>
internal sealed record BudgetSums(
    long Uncounted, BigInteger Held, BigInteger Charged, BigInteger Cost, BigInteger BudgetHeld, BigInteger BudgetSpent, BigInteger ThisDay)
{
    public static async Task<BudgetSums> ReadAsync(RelayerUnderTest relayer, CancellationToken cancellation)
    {
        await using var connection = await relayer.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(
            """
            select (select count(*) from relays where held_in = 0), (select coalesce(sum(held), 0) from relays), (select coalesce(sum(charged), 0) from relays),
                (select coalesce(sum(fee + case when state = 4 then value else 0 end), 0) from transactions where purpose = 'relay'),
                coalesce(b.day_held, 0), coalesce(b.day_spent, 0),
                (select coalesce(sum(charged), 0) from relays where date_trunc('day', held_at, 'UTC') = b.day_at)
            from (select 1) one left join relay_budgets b on b.scope = 1
            """,
            connection);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        await rows.ReadAsync(cancellation);
        return new BudgetSums(rows.GetInt64(0), Number(1), Number(2), Number(3), Number(4), Number(5), Number(6));

        BigInteger Number(int column) => rows.GetFieldValue<BigInteger>(column);
    }

    /// <summary>What does not hold.</summary>
    public IEnumerable<string> Violations()
    {
        if (Uncounted > 0)
        {
            yield break;
        }

        if (!Held.IsZero || !BudgetHeld.IsZero)
        {
            yield return $"all has ended, and relays hold {Held} wei, the chain's budget {BudgetHeld}";
        }

        if (Charged != Cost)
        {
            yield return $"relays were charged {Charged} wei, their transactions cost {Cost}";
        }

        if (BudgetSpent != ThisDay)
        {
            yield return $"the chain's budget says that {BudgetSpent} wei were spent on this day, its relays were charged {ThisDay}";
        }
    }
}
