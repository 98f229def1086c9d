using System.Reflection;
using Functions.Catalog;
using Functions.Configuration;

namespace Functions.Timers;

/// <summary>Which timers the Azure Functions host cannot fire, because their schedule is missing among the app's settings or is not one.</summary>
/// <remarks>The host itself only disables such a timer, with a line in its own log.</remarks>
/// <param name="Faults">A sentence for each: the timer, the setting, and what it usually is.</param>
internal sealed record TimerSettings(IReadOnlyList<string> Faults)
{
    /// <summary>Looks at every timer of an assembly.</summary>
    public static TimerSettings Read(IConfiguration configuration, Assembly assembly) =>
        new([.. FunctionCatalog.Read(assembly).OfType<TimerFunction>().Select(timer => FindFault(timer, configuration)).OfType<string>()]);

    private static string? FindFault(TimerFunction timer, IConfiguration configuration)
    {
        try
        {
            Schedule.Parse(timer.Schedule, configuration);
            return null;
        }
        catch (ConfigurationException)
        {
            var key = timer.Schedule.Trim('%');
            var setting = key.Replace(":", "__", StringComparison.Ordinal);
            var why = configuration[key] is { } text ? $"is '{text}', not six fields" : "is missing";
            return $"Timer {timer.Name} does not run: the setting {setting} {why}. It is usually '{Schedules.Defaults.GetValueOrDefault(key)}'.";
        }
    }
}
