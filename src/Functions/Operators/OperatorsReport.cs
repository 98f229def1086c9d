using Relayer.Core.Keys;

namespace Functions.Operators;

/// <summary>Loads the operators' keys once the app serves, and says in the log when nobody could operate.</summary>
/// <param name="keys">The keys.</param>
/// <param name="lifetime">Says when the app serves.</param>
/// <param name="logger">Where it is said.</param>
internal sealed partial class OperatorsReport(OperatorKeys keys, IHostApplicationLifetime lifetime, ILogger<OperatorsReport> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.WhenServingAsync(stoppingToken);
        if (keys.Count == 0)
        {
            Log.Nobody(logger);
        }
        else if (await keys.LoadAsync(stoppingToken) is > 0 and var missing)
        {
            Log.Missing(logger, missing, keys.Count);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1204, LogLevel.Warning, "No operator is configured (Operators:{{name}}): nobody can pause, resume or look at the audit over HTTP")]
        public static partial void Nobody(ILogger logger);

        [LoggerMessage(1205, LogLevel.Error, "Of {Count} operators' keys {Missing} cannot be used; event 3008 says why. They are looked for again at each call")]
        public static partial void Missing(ILogger logger, int missing, int count);
    }
}
