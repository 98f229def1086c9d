namespace Functions.Hosting;

/// <summary>Calls the function on a schedule.</summary>
/// <param name="schedule">
/// Six fields, <c>second minute hour day month day-of-week</c>, in UTC; or <c>%Key%</c>, read from the configuration.
/// </param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class TimerTriggerAttribute(string schedule) : Attribute
{
    /// <summary>The schedule as written.</summary>
    public string Schedule { get; } = schedule;

    /// <summary>Also fires when an instance starts: in Azure at every scale-out, so rarely wanted.</summary>
    public bool RunOnStartup { get; set; }

    /// <summary>Remembers past runs, so that <see cref="TimerInfo.ScheduleStatus"/> is filled in.</summary>
    public bool UseMonitor { get; set; } = true;
}
