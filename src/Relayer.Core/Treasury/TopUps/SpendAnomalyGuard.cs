using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Storage;
using Relayer.Core.Treasury.Spend;

namespace Relayer.Core.Treasury.TopUps;

/// <summary>Stops the top-ups of a chain that spends far more in an hour than it ever did, until a person has looked: refilling would feed whatever drains it.</summary>
/// <param name="database">The records.</param>
/// <param name="incidents">Where it is said, and what stops the top-ups.</param>
/// <param name="time">The clock.</param>
public sealed class SpendAnomalyGuard(Database database, IncidentLog incidents, TimeProvider time)
{
    /// <summary>Hours that the present ones are compared with.</summary>
    private const int HistoryHours = 14 * 24;

    /// <summary>Looks at a chain's present hour and the one before it, and raises the incident that stops its top-ups.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The database is unavailable.</exception>
    public async Task CheckAsync(ChainId chainId, TopUpOptions options, Address council, CancellationToken cancellation)
    {
        var hour = SpendStore.HourOf(time.GetUtcNow());
        var cause = IncidentReport.CauseOf(TopUpStops.Anomaly, chainId);
        IReadOnlyDictionary<DateTimeOffset, Wei> hours;
        DateTimeOffset? cleared;
        await using (var connection = await database.OpenAsync(cancellation))
        {
            hours = await SpendStore.ReadHoursAsync(connection, chainId, council, hour.AddHours(-HistoryHours), hour, cancellation);
            (_, cleared) = await IncidentLog.LookAsync(connection, cause, cancellation);
        }

        // What a person has looked at is not told again.
        Wei[] present = [.. hours.Where(spent => spent.Key >= hour.AddHours(-1) && (cleared is null || spent.Key > cleared)).Select(spent => spent.Value)];
        var earlier = hours.Where(spent => spent.Key < hour.AddHours(-1)).ToDictionary();
        var since = earlier.Count == 0 ? 0 : (int)(hour.AddHours(-1) - earlier.Keys.Min()).TotalHours;
        Wei[] history = [.. Enumerable.Range(1, since).Select(back => earlier.GetValueOrDefault(hour.AddHours(-1 - back)))];
        var anomaly = SpendAnomaly.Evaluate(present, history, options.AnomalyFactor, Wei.Parse(options.AnomalyFloorWei));
        if (anomaly.IsAnomaly)
        {
            await incidents.RaiseAsync(
                new(
                    TopUpStops.Anomaly, IncidentSeverity.Critical, chainId, null, $"Chain {chainId} spends far more than usual: top-ups are stopped",
                    $"An hour cost {TopUpAmount.InEther(anomaly.Hour)} ether; by the last 14 days up to {TopUpAmount.InEther(anomaly.Limit)} would be nothing unusual. "
                    + "Look at what is spent on (/api/gas/spend). Top-ups go on when a person has cleared this incident.",
                    NeedsPerson: true),
                cancellation);
        }
    }
}
