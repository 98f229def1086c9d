using Relayer.Core.Configuration;
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
        var renamed = RenamedSettings.Find(configuration, renamedSettings);
        try
        {
            var own = services.Select(service => service.ImplementationInstance).OfType<KeeperRegistration>();
            var options = RelayerOptions.Bind(configuration, [.. own.Select(keeper => keeper.Section)]);
            var profile = services.Select(service => service.ImplementationInstance).OfType<HostProfile>().LastOrDefault() ?? HostProfile.Alone;
            string[] faults =
            [
                .. renamed,
                .. RelayerOptionsValidator.Validate(options),
                .. options.IsDevelopment ? DevelopmentReach.Faults(configuration, isAlone: profile == HostProfile.Alone) : [],
            ];
            if (faults.Length > 0)
            {
                throw new ConfigurationException(faults);
            }

            CrashPoints.Arm(options.CrashPoints.At, options.CrashPoints.Occurrence);
            return services.AddSingleton(options);
        }
        catch (InvalidOperationException exception)
        {
            throw new ConfigurationException([.. renamed, exception.Message]);
        }
    }
}
