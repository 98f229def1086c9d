using Functions.Catalog;
using Functions.Timers;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Reading;
using Relayer.Core.Crashes;
using Relayer.Core.Keepers.Engine;

namespace Functions.Configuration;

/// <summary>Reads and checks the relayer's options before anything else is made.</summary>
public static class RelayerOptionsServices
{
    /// <summary>Adds the options as a singleton, those of keepers that were added before among them.</summary>
    /// <exception cref="ConfigurationException">They cannot be used; the message lists every key and what is wrong with it.</exception>
    public static IServiceCollection AddRelayerOptions(this IServiceCollection services, IConfiguration configuration) =>
        AddRelayerOptions(services, configuration, RenamedSettings.Table);

    internal static IServiceCollection AddRelayerOptions(
        this IServiceCollection services, IConfiguration configuration, IReadOnlyList<(string Former, string Present)> renamedSettings)
    {
        var own = services.Select(service => service.ImplementationInstance).OfType<KeeperRegistration>();
        var options = RelayerOptions.Bind(configuration, [.. own.Select(keeper => keeper.Section)]);
        var isAlone = (services.Select(service => service.ImplementationInstance).OfType<HostProfile>().LastOrDefault() ?? HostProfile.Alone) == HostProfile.Alone;
        string[] faults =
        [
            .. RenamedSettings.Find(configuration, renamedSettings),
            .. RelayerOptionsValidator.Validate(options),
        ];
        string[] noted = [.. services.FindStartFaults(), .. options.IsDevelopment ? DevelopmentReach.Faults(configuration, isAlone) : []];
        if (faults.Length + noted.Length > 0)
        {
            // Else the timers themselves look, when they are added.
            var timers = isAlone ? Schedule.Faults(FunctionCatalog.Read(typeof(Schedule).Assembly).OfType<TimerFunction>(), configuration) : [];
            throw new ConfigurationException([.. faults, .. noted.Concat(timers).Where(fault => !IsTold(faults, fault))]);
        }

        CrashPoints.Arm(options.CrashPoints.At, options.CrashPoints.Occurrence);
        return services.AddSingleton(options);
    }

    /// <summary>What a setting holds was found not to be meant: then it is no wonder that it is nothing else either.</summary>
    private static bool IsTold(string[] faults, string fault) =>
        Array.Exists(faults, told => told.StartsWith(fault[..(fault.IndexOf(": ", StringComparison.Ordinal) + 2)], StringComparison.OrdinalIgnoreCase));
}
