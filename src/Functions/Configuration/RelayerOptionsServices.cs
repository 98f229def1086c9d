using Relayer.Core.Configuration;
using Relayer.Core.Crashes;

namespace Functions.Configuration;

/// <summary>Reads and checks the relayer's options before anything else is made.</summary>
public static class RelayerOptionsServices
{
    /// <summary>Adds the options as a singleton.</summary>
    /// <exception cref="ConfigurationException">They cannot be used; the message lists every key and what is wrong with it.</exception>
    public static IServiceCollection AddRelayerOptions(this IServiceCollection services, IConfiguration configuration)
    {
        try
        {
            var options = RelayerOptions.Bind(configuration);
            var faults = RelayerOptionsValidator.Validate(options);
            if (faults.Count > 0)
            {
                throw new ConfigurationException(faults);
            }

            CrashPoints.Arm(options.CrashPoints.At, options.CrashPoints.Occurrence);
            return services.AddSingleton(options);
        }
        catch (InvalidOperationException exception)
        {
            throw new ConfigurationException([exception.Message]);
        }
    }
}
