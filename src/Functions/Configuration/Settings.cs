using Functions.Timers;
using Microsoft.Extensions.Configuration.Memory;

namespace Functions.Configuration;

/// <summary>Where settings come from.</summary>
public static class Settings
{
    private static readonly Dictionary<string, string?> LogLevels = new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection"] = "Error", // The worker's packages start it; nothing here uses it.
        ["Logging:LogLevel:Npgsql"] = "Warning", // Every statement would be a line.
    };

    /// <summary>
    /// Replaces all sources. Weakest first: defaults, <c>Values</c> of <c>local.settings.json</c>, the environment, the command line.
    /// </summary>
    /// <param name="configuration">The configuration to fill.</param>
    /// <param name="folder">Where <c>local.settings.json</c> may be.</param>
    /// <param name="args">The command line.</param>
    /// <exception cref="ConfigurationException"><c>local.settings.json</c> is malformed.</exception>
    public static void Load(IConfigurationBuilder configuration, string folder, string[] args)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        configuration.Sources.Clear();
        configuration.AddInMemoryCollection(Schedules.Defaults);
        AddLogLevels(configuration);
        configuration.AddInMemoryCollection(LocalSettings.Read(Path.Combine(folder, LocalSettings.FileName)));
        configuration.AddEnvironmentVariables();
        configuration.AddEnvironmentVariables("ASPNETCORE_");
        configuration.AddCommandLine(args);
    }

    /// <summary>Adds the usual log levels as the weakest source.</summary>
    /// <param name="configuration">The configuration to add to.</param>
    public static void AddLogLevels(IConfigurationBuilder configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = LogLevels });
    }
}
