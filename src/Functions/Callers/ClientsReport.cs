using Functions.Operators;
using Relayer.Core.Keys;

namespace Functions.Callers;

/// <summary>Loads the clients' keys once the app serves, so that what is wrong with one is in the log before a client needs it.</summary>
/// <param name="keys">The keys.</param>
/// <param name="lifetime">Says when the app serves.</param>
/// <param name="logger">Where it is said.</param>
internal sealed partial class ClientsReport(ClientKeys keys, IHostApplicationLifetime lifetime, ILogger<ClientsReport> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (keys.Count > 0)
        {
            await lifetime.WhenServingAsync(stoppingToken);
            if (await keys.LoadAsync(stoppingToken) is > 0 and var missing)
            {
                Log.Missing(logger, missing, keys.Count);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1206, LogLevel.Error, "Of {Count} API clients' keys {Missing} cannot be used; event 3008 says why. They are looked for again at each call")]
        public static partial void Missing(ILogger logger, int missing, int count);
    }
}
