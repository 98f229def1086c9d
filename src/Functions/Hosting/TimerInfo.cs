namespace Functions.Hosting;

/// <summary>What a timer tells the function it fires.</summary>
public sealed class TimerInfo
{
    /// <summary>Past and coming runs; <see langword="null"/> when the timer is not monitored.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>The run comes later than its schedule says.</summary>
    public bool IsPastDue { get; set; }
}

/// <summary>Past and coming runs of a timer, in UTC.</summary>
public sealed class ScheduleStatus
{
    /// <summary>The last run that was due.</summary>
    public DateTime Last { get; set; }

    /// <summary>The next run that is due.</summary>
    public DateTime Next { get; set; }

    /// <summary>When this was noted.</summary>
    public DateTime LastUpdated { get; set; }
}
