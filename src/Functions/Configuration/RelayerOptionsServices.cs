using Relayer.Core.Configuration;

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
            return faults.Count == 0 ? services.AddSingleton(options) : throw new ConfigurationException(faults);
        }
        catch (InvalidOperationException exception)
        {
            throw new ConfigurationException([exception.Message]);
        }
    }
}
