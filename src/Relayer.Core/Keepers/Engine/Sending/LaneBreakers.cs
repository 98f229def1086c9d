using System.Globalization;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Storage;
using Relayer.Core.Transactions;

namespace Relayer.Core.Keepers.Engine.Sending;

/// <summary>Counts what keepers' lanes lost, in the transaction that records it, and tells of a lane that keeps failing: one incident, with the cause.</summary>
/// <param name="incidents">Where it is told.</param>
internal sealed class LaneBreakers(IncidentLog incidents)
{
    /// <summary>The kind of incident.</summary>
    public const string Failing = "keeper_failing";

    /// <summary>So often in a row it is a matter for now.</summary>
    private const int Critical = 3;

    /// <summary>Takes how a transaction ended.</summary>
    /// <param name="connection">The transaction that records it.</param>
    /// <param name="keeper">Whose it was.</param>
    /// <param name="chainId">The chain.</param>
    /// <param name="limits">The lane's.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="why">What the contract said, where that is known.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task CountAsync(
        NpgsqlConnection connection, string keeper, ChainId chainId, KeeperLimits limits, TransactionState outcome, string? why, DateTimeOffset now,
        CancellationToken cancellation)
    {
        if (outcome is not (TransactionState.Confirmed or TransactionState.Failed))
        {
            return;
        }

        var before = await LockAsync(connection, keeper, chainId, limits.Lane, cancellation);
        var after = before.After(outcome, limits, now);
        if (after == before)
        {
            return;
        }

        await WriteAsync(connection, keeper, chainId, limits.Lane, after, why, cancellation);
        if (after.Strikes > before.Strikes)
        {
            await incidents.RaiseAsync(connection, Report(keeper, chainId, limits, after, why), cancellation);
        }
        else if (before.Strikes > 0)
        {
            await incidents.ResolveAsync(connection, CauseOf(keeper, chainId, limits.Lane), "One of its transactions succeeded.", cancellation);
        }
    }

    private static IncidentReport Report(string keeper, ChainId chainId, KeeperLimits limits, LaneBreaker breaker, string? why) => new(
        Failing, breaker.Strikes >= Critical ? IncidentSeverity.Critical : IncidentSeverity.Warning, chainId, null,
        $"Transactions of the keeper {Name(keeper, limits.Lane)} on chain {chainId} keep failing",
        string.Create(
            CultureInfo.InvariantCulture,
            $"They pass the simulation, revert and are paid for. The last one: {why ?? "the cause is not known"}. Nothing is sent until {breaker.OpenUntil:u}; then one is tried, and if that fails too, the next wait is twice as long. Stood still {breaker.Strikes} times in a row."),
        Occurrence: Name(keeper, limits.Lane));

    private static string CauseOf(string keeper, ChainId chainId, string lane) => IncidentReport.CauseOf(Failing, chainId, occurrence: Name(keeper, lane));

    private static string Name(string keeper, string lane) => keeper == lane ? keeper : $"{keeper}/{lane}";

    private static async Task<LaneBreaker> LockAsync(
        NpgsqlConnection connection, string keeper, ChainId chainId, string lane, CancellationToken cancellation)
    {
        await using var make = KeeperStore.Command(connection, KeeperSql.MakeBreaker, keeper, chainId);
        make.Parameters.Add(Columns.Text(lane));
        await make.ExecuteNonQueryAsync(cancellation);
        await using var command = KeeperStore.Command(connection, KeeperSql.LockBreaker, keeper, chainId);
        command.Parameters.Add(Columns.Text(lane));
        return await command.ReadSingleAsync(row => new LaneBreaker(row.GetInt32(0), row.GetInt32(1), row.GetTimeOrNull(2)), cancellation);
    }

    private static async Task WriteAsync(
        NpgsqlConnection connection, string keeper, ChainId chainId, string lane, LaneBreaker breaker, string? why, CancellationToken cancellation)
    {
        await using var command = KeeperStore.Command(connection, KeeperSql.WriteBreaker, keeper, chainId);
        command.Parameters.Add(Columns.Text(lane));
        command.Parameters.Add(Columns.Int(breaker.Failures));
        command.Parameters.Add(Columns.Int(breaker.Strikes));
        command.Parameters.Add(Columns.TimeOrNull(breaker.OpenUntil));
        command.Parameters.Add(Columns.TextOrNull(why));
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
