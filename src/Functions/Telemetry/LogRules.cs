namespace Functions.Telemetry;

/// <summary>What no setting may turn on in the log.</summary>
internal static class LogRules
{
    /// <summary>Keeps request logs out: they show the query, and with it function keys.</summary>
    public static IServiceCollection AddLogRules(this IServiceCollection services) =>
        services.PostConfigure<LoggerFilterOptions>(filters => filters.Rules.Add(new LoggerFilterRule(
            providerName: null, "Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning, filter: null)));
}
