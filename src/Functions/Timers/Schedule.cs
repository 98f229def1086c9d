using Functions.Catalog;
using Functions.Configuration;
using NCrontab;

namespace Functions.Timers;

/// <summary>When a timer is due: six fields, in UTC.</summary>
internal sealed class Schedule
{
    private static readonly CrontabSchedule.ParseOptions SixFields = new() { IncludingSeconds = true };

    private readonly CrontabSchedule _cron;

    private Schedule(CrontabSchedule cron) => _cron = cron;

    /// <summary>Reads a schedule, or the setting that <c>%Key%</c> names.</summary>
    /// <exception cref="ConfigurationException">The setting is missing or not a schedule.</exception>
    public static Schedule Parse(string text, IConfiguration configuration)
    {
        var (key, expression) = Resolve(text, configuration);
        return CrontabSchedule.TryParse(expression, SixFields) is { } cron
            ? new Schedule(cron)
            : throw new ConfigurationException(
                key, $"'{expression}' is not a schedule of six fields (second minute hour day month day-of-week).");
    }

    /// <summary>What is wrong with timers' schedules, each as <c>Key: what is wrong</c>.</summary>
    public static IReadOnlyList<string> Faults(IEnumerable<TimerFunction> timers, IConfiguration configuration)
    {
        var faults = new List<string>();
        foreach (var timer in timers)
        {
            try
            {
                Parse(timer.Schedule, configuration);
            }
            catch (ConfigurationException wrong)
            {
                faults.AddRange(wrong.Faults.Except(faults));
            }
        }

        return faults;
    }

    /// <summary>The first time after one at which the timer is due.</summary>
    public DateTimeOffset Next(DateTimeOffset after) => new(_cron.GetNextOccurrence(after.UtcDateTime), TimeSpan.Zero);

    private static (string Key, string Expression) Resolve(string text, IConfiguration configuration)
    {
        if (text is not ['%', .. var key, '%'])
        {
            return ("schedule", text);
        }

        return (key, configuration[key] ?? throw new ConfigurationException(key, "the timer's schedule is missing."));
    }
}
