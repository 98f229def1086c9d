namespace SelfHost;

/// <summary>How the app writes its log while it serves alone: one line an entry on standard output.</summary>
internal static class HostLogging
{
    /// <summary>Sets it up.</summary>
    public static void Configure(ILoggingBuilder logging, IConfiguration configuration)
    {
        logging.AddConfiguration(configuration.GetSection("Logging"));
        logging.AddSimpleConsole(console => console.SingleLine = true);
    }
}
