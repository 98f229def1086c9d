using System.Collections.Concurrent;
using System.Numerics;
using Abuse.World;
using Npgsql;
using Relayer.Core.Relay.Budgets;
using Storms.Audit;

namespace Abuse.Audit;

/// <summary>
/// Looks again and again while the attack goes on: no budget is above what is configured, and what is held for a transaction is enough for the
/// dearest of its attempts, each of which a node may still mine.
/// </summary>
internal sealed class HoldWatch(Field field)
{
    private const string Budgets =
        "select scope, hour_held + hour_spent, day_held + day_spent, encode(subject, 'hex') from relay_budgets";

    private const string UnderWay = """
        select t.id::text, t.state, coalesce((select max(a.max_fee * case when a.noop then 21000 else t.gas_limit end + case when a.noop then 0 else t.value end)
                from attempts a where a.transaction_id = t.id), 0),
            (select coalesce(sum(r.held), 0) from relays r where r.transaction_id = t.id)
        from transactions t where t.state < 4 and t.purpose = 'relay'
        """;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);

    private readonly ConcurrentDictionary<string, byte> _violations = new();

    public IReadOnlyCollection<string> Violations => [.. _violations.Keys];

    /// <summary>How often it looked, with something under way.</summary>
    public int Looks { get; private set; }

    public async Task RunAsync(CancellationToken end)
    {
        try
        {
            await using var connection = await field.Relayer.OpenAsync(end);
            while (!end.IsCancellationRequested)
            {
                await LookAsync(connection, end);
                await Task.Delay(Pause, end);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // It is over.
        }
    }

    private async Task LookAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        try
        {
            foreach (var (scope, hour, day, subject) in await Rows.ReadAsync(
                connection, Budgets, row => ((BudgetScope)row.GetInt16(0), row.GetFieldValue<BigInteger>(1), row.GetFieldValue<BigInteger>(2), row.GetString(3)), cancellation))
            {
                if (field.Budgets.Of(scope) is { } limit && (hour > limit.Hour || day > limit.Day))
                {
                    _violations.TryAdd($"{scope} {subject}: {hour} wei of {limit.Hour} in the hour, {day} of {limit.Day} in the day are held and spent", 1);
                }
            }

            var open = await Rows.ReadAsync(
                connection, UnderWay, row => (row.GetString(0), row.GetInt16(1), row.GetFieldValue<BigInteger>(2), row.GetFieldValue<BigInteger>(3)), cancellation);
            Looks += open.Count > 0 ? 1 : 0;
            foreach (var (id, state, worst, held) in open.Where(item => item.Item4 < item.Item3))
            {
                _violations.TryAdd($"transaction {id} in state {state} may cost {worst} wei, and {held} are held for it", 1);
            }
        }
        catch (PostgresException early) when (early.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn)
        {
            // The schema is not there yet.
        }
    }
}
