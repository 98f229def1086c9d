using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Operations;
using Relayer.Core.Storage;
using Relayer.Core.Treasury.Spend;

namespace Relayer.Core.Treasury.TopUps;

/// <summary>
/// Stops the top-ups and the sponsorship of a chain that spends far more in an hour than it ever did, until a person has looked: going on
/// would feed whatever drains it. What was accepted is carried out.
/// </summary>
/// <remarks>The pause of the sponsorship is one like an operator's, by the incident's name: an operator may end it before, and clearing the incident ends it.</remarks>
/// <param name="database">The records.</param>
/// <param name="incidents">Where it is said, and what stops the top-ups.</param>
/// <param name="pauses">What stops the sponsorship.</param>
/// <param name="time">The clock.</param>
public sealed class SpendAnomalyGuard(Database database, IncidentLog incidents, Pauses pauses, TimeProvider time)
{
    /// <summary>Hours that the present ones are compared with.</summary>
    private const int HistoryHours = 14 * 24;

    /// <summary>Looks at a chain's present hour and the one before it, and raises the incident that stops what costs.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The database is unavailable.</exception>
    public async Task CheckAsync(ChainId chainId, TopUpOptions options, Address council, CancellationToken cancellation)
    {
        var hour = SpendStore.HourOf(time.GetUtcNow());
        var cause = IncidentReport.CauseOf(TopUpStops.Anomaly, chainId);
        IReadOnlyDictionary<DateTimeOffset, Wei> hours;
        bool isOpen;
        DateTimeOffset? cleared;
        IReadOnlyList<(DateTimeOffset From, DateTimeOffset? To)> anomalies;
        await using (var connection = await database.OpenAsync(cancellation))
        {
            hours = await SpendStore.ReadHoursAsync(connection, chainId, council, hour.AddHours(-HistoryHours), hour, cancellation);
            (isOpen, cleared) = await IncidentLog.LookAsync(connection, cause, cancellation);
            anomalies = await IncidentLog.ReadTimesAsync(connection, cause, hour.AddHours(-HistoryHours), cancellation);
        }

        // What a person has looked at is not told again.
        Wei[] present = [.. hours.Where(spent => spent.Key >= hour.AddHours(-1) && (cleared is null || spent.Key > cleared)).Select(spent => spent.Value)];
        var earlier = hours.Where(spent => spent.Key < hour.AddHours(-1)).ToDictionary();
        var since = earlier.Count == 0 ? 0 : (int)(hour.AddHours(-1) - earlier.Keys.Min()).TotalHours;

        // What was spent while it was not as usual is no measure of the usual: an anomaly never raises the bar for the next one.
        Wei[] history = [.. Enumerable.Range(1, since).Select(back => hour.AddHours(-1 - back)).Where(past => !anomalies.Any(anomaly => IsWithin(past, anomaly)))
            .Select(past => earlier.GetValueOrDefault(past))];
        var anomaly = SpendAnomaly.Evaluate(present, history, options.AnomalyFactor, options.AnomalyFloorWei);
        if (!anomaly.IsAnomaly)
        {
            return;
        }

        // Before the incident, and only with it: killed in between, the next look says why; and an operator who lets it go on meanwhile is not overruled.
        var isPausing = options.AnomalyPausesSponsorship;
        if (isPausing && !isOpen)
        {
            await pauses.PauseAsync(
                PauseScope.SponsorshipOn(chainId), new Instruction(TopUpStops.Anomaly, "The chain spends far more than usual: see the incident."), cancellation);
        }

        await incidents.RaiseAsync(Describe(chainId, anomaly, isPausing), cancellation);
    }

    /// <summary>From the hour before the one in which it was noticed, to the one in which it ended.</summary>
    private static bool IsWithin(DateTimeOffset past, (DateTimeOffset From, DateTimeOffset? To) anomaly) =>
        past >= SpendStore.HourOf(anomaly.From).AddHours(-1) && (anomaly.To is not { } end || past <= end);

    private static IncidentReport Describe(ChainId chainId, SpendAnomaly anomaly, bool isPausing) => new(
        TopUpStops.Anomaly, IncidentSeverity.Critical, chainId, null,
        $"Chain {chainId} spends far more than usual: top-ups are stopped{(isPausing ? ", sponsorship is paused" : "")}",
        $"An hour cost {TopUpAmount.InEther(anomaly.Hour)} ether; by the last 14 days up to {TopUpAmount.InEther(anomaly.Limit)} would be nothing unusual. "
        + "Look at what is spent on (/api/gas/spend). Both go on when a person has cleared this incident.",
        NeedsPerson: true);
}
