namespace Functions.Hosting;

/// <summary>How the app writes its log: one line an entry on standard output, which the Functions host collects.</summary>
internal static class HostLogging
{
    /// <summary>Sets it up.</summary>
    public static void Configure(ILoggingBuilder logging, IConfiguration configuration, HostMode mode)
    {
        // Every statement would be a line. First, so that a setting may turn them on.
        logging.AddFilter("Npgsql", LogLevel.Warning);
        logging.AddConfiguration(configuration.GetSection("Logging"));
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.IncludeScopes = mode.IsCustomHandler;
        });

        // Request logs show the query, and with it function keys: no setting may turn them on.
        logging.Services.PostConfigure<LoggerFilterOptions>(filters => filters.Rules.Add(new LoggerFilterRule(
            providerName: null, "Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning, filter: null)));
    }
}
