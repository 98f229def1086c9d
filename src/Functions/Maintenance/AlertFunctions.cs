using Relayer.Core.Incidents;

namespace Functions.Maintenance;

/// <summary>Tells people.</summary>
/// <param name="alerts">What is yet to be told.</param>
public sealed class AlertFunctions(AlertService alerts)
{
    /// <summary>Delivers incidents to the webhook; what it did not take before is tried again.</summary>
    [Function("DeliverAlerts")]
    public Task Deliver([TimerTrigger("%Schedules:DeliverAlerts%")] TimerInfo timer, CancellationToken cancellation) =>
        alerts.DeliverAsync(cancellation);
}
