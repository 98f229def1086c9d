using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Reading;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Relay;
using Relayer.Core.Storage;

namespace Functions.Health;

/// <summary>
/// Once the app serves: says which curve is in use and which settings nothing reads, and brings the database's schema up to date, so that no
/// request waits for it. What is held back while older programs run is tried again until they are gone.
/// </summary>
/// <param name="services">
/// Give the database once the app listens; one that is unavailable is tried again by the first request that needs it.
/// </param>
/// <param name="configuration">The settings.</param>
/// <param name="lifetime">Says when the app listens.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it is said.</param>
internal sealed partial class Warmup(
    IServiceProvider services, IConfiguration configuration, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<Warmup> logger)
    : BackgroundService
{
    private static readonly TimeSpan AfterStart = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(1);

    private bool _isHeldBack;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Nothing of this may take the processor from the first answer.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.UnsafeRegister(
            static source => ((TaskCompletionSource)source!).TrySetResult(), started);
        try
        {
            await started.Task.WaitAsync(stoppingToken);
            await Task.Delay(AfterStart, time, stoppingToken);
            Log.Curve(logger, Secp256k1.Default.Name);
            foreach (var key in UnknownSettings.Find(
                configuration, [.. services.GetServices<KeeperRegistration>().Select(keeper => keeper.Section)]))
            {
                Log.UnknownSetting(logger, key);
            }

            foreach (var (chain, target, function) in services.GetRequiredService<RelayRoutes>().Unchecked())
            {
                Log.Unchecked(logger, function.Text, target, chain, function.MaxDataBytes);
            }

            foreach (var chain in SharedSigners.Find(services.GetRequiredService<RelayerOptions>(), services.GetRequiredService<KeeperRegistry>()))
            {
                Log.SharedSigners(logger, chain);
            }

            while (await IsHeldBackAsync(services.GetRequiredService<Database>(), stoppingToken))
            {
                await Task.Delay(BetweenLooks, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The app stops, or could not start: there is nothing to warm up.
        }
        catch (SchemaUnusableException unusable)
        {
            Log.SchemaUnusable(logger, unusable.Message);
        }
    }

    private async Task<bool> IsHeldBackAsync(Database database, CancellationToken cancellation)
    {
        try
        {
            _isHeldBack = !await database.CatchUpAsync(cancellation);
        }
        catch (Exception away) when (away is not SchemaUnusableException && services.GetRequiredService<StorageTrouble>().Tell(away))
        {
            // It is tried again when it is needed.
        }

        return _isHeldBack;
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 10, Level = LogLevel.Information, Message = "secp256k1 by {Curve}")]
        public static partial void Curve(ILogger logger, string curve);

        [LoggerMessage(EventId = 13, Level = LogLevel.Warning, Message = "The setting {Key} is not known and does nothing: is it misspelt?")]
        public static partial void UnknownSetting(ILogger logger, string key);

        [LoggerMessage(EventId = 14, Level = LogLevel.Warning, Message = "Calldata of {Function} of {Target} on chain {Chain} is relayed unchecked, up to {Bytes} bytes: name the function by its signature, or set the entry's Encoding to any")]
        public static partial void Unchecked(ILogger logger, string function, Address target, string chain, int bytes);

        [LoggerMessage(EventId = 15, Level = LogLevel.Information, Message = "On chain {Chain} keepers and relays share signers: while one has used up a signer's money or its places in flight, the other waits. Give keepers a signer of their own with Signers__N__Use = keepers, and relays the others")]
        public static partial void SharedSigners(ILogger logger, string chain);

        [LoggerMessage(EventId = 12, Level = LogLevel.Critical, Message = "The database cannot be used: {Why}")]
        public static partial void SchemaUnusable(ILogger logger, string why);
    }
}
