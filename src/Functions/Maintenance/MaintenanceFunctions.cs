using Relayer.Core.Relay;

namespace Functions.Maintenance;

/// <summary>What keeps the records small.</summary>
/// <param name="relays">Whose records they are.</param>
public sealed class MaintenanceFunctions(RelayService relays)
{
    /// <summary>Removes quota windows that are over.</summary>
    [Function("SweepGrants")]
    public Task SweepGrants([TimerTrigger("%Schedules:SweepGrants%")] TimerInfo timer, CancellationToken cancellation) =>
        relays.SweepGrantsAsync(cancellation);
}
