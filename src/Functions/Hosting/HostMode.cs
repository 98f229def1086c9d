using System.Globalization;
using Functions.Configuration;

namespace Functions.Hosting;

/// <summary>Who calls the functions.</summary>
/// <param name="CustomHandlerPort">
/// The loopback port the Azure Functions host asked for; <see langword="null"/> when the app serves alone.
/// </param>
public sealed record HostMode(int? CustomHandlerPort)
{
    /// <summary>The host's name for the port it will call.</summary>
    public const string PortKey = "FUNCTIONS_CUSTOMHANDLER_PORT";

    /// <summary>The Azure Functions host calls: it has checked the keys and fires the timers.</summary>
    public bool IsCustomHandler => CustomHandlerPort is not null;

    /// <summary>Browsers of configured origins may call.</summary>
    internal bool HasCors { get; set; }

    /// <summary>The mode the configuration asks for.</summary>
    /// <exception cref="ConfigurationException">The port is not one.</exception>
    public static HostMode From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var text = configuration[PortKey];
        return string.IsNullOrEmpty(text) ? new HostMode((int?)null) : new HostMode(ParsePort(PortKey, text));
    }

    /// <summary>Reads a TCP port.</summary>
    /// <exception cref="ConfigurationException">It is not one.</exception>
    internal static int ParsePort(string key, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is <= 65535
            ? port
            : throw new ConfigurationException(key, $"'{text}' is not a TCP port (0 to 65535).");
}
