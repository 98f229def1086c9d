using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Configuration;
using Relayer.Core.Keys;
using Relayer.Core.Storage;

namespace Relayer.Core.Incidents;

/// <summary>Tells the webhook what happened; what it does not take is tried again, from the database, whichever instance lives.</summary>
/// <remarks>At least once: a receiver that answered as this process died hears it again, under the same delivery number.</remarks>
public sealed partial class AlertService : IDisposable
{
    private const int AtOnce = 20;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private readonly AlertOptions _options;
    private readonly Database _database;
    private readonly Webhook _webhook;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Connects the parts; does no I/O.</summary>
    public AlertService(RelayerOptions options, ISecretSource secrets, Database database, TimeProvider time, ILogger<AlertService> logger) =>
        (_options, _database, _webhook, _time, _logger) = (options.Alerts, database, new Webhook(options, secrets, time), time, logger);

    /// <summary>Delivers what is due, each incident's alerts in the order of its events.</summary>
    /// <returns>How many were taken by the receiver.</returns>
    /// <exception cref="NpgsqlException">The database is unavailable; nothing is lost.</exception>
    public async Task<int> DeliverAsync(CancellationToken cancellation)
    {
        if (!_options.IsConfigured)
        {
            return 0;
        }

        // Again as long as something goes through: what an incident has to tell next is due by then. What fails waits for a while.
        var (total, delivered) = (0, 0);
        do
        {
            total += delivered = await DeliverSomeAsync(cancellation);
        }
        while (delivered > 0);

        return total;
    }

    /// <inheritdoc/>
    public void Dispose() => _webhook.Dispose();

    /// <summary>How long to wait after a delivery that failed: doubled each time, up to an hour. Pure.</summary>
    internal static TimeSpan PauseAfter(int attempt) =>
        TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Clamp(attempt - 1, 0, 20)));

    private async Task<int> DeliverSomeAsync(CancellationToken cancellation)
    {
        var delivered = 0;
        foreach (var alert in await ClaimAsync(cancellation))
        {
            var error = await _webhook.PostAsync(alert, cancellation);
            delivered += error is null ? 1 : 0;
            await NoteAsync(alert, error, cancellation);
        }

        return delivered;
    }

    private async Task<List<DueAlert>> ClaimAsync(CancellationToken cancellation)
    {
        // Set aside for longer than all of them can take: nobody else delivers them meanwhile, and a crash only delays them.
        var now = _time.GetUtcNow();
        await using var connection = await _database.OpenAsync(cancellation);
        return await AlertStore.ClaimAsync(connection, now, now + (_options.Timeout * (AtOnce + 1)), AtOnce, cancellation);
    }

    private async Task NoteAsync(DueAlert alert, string? error, CancellationToken cancellation)
    {
        await using var connection = await _database.OpenAsync(cancellation);
        var now = _time.GetUtcNow();
        if (error is null)
        {
            await AlertStore.NoteAsync(connection, alert.Id, now, null, null, cancellation);
            return;
        }

        var isOver = now - alert.CreatedAt >= _options.GiveUpAfter;
        await AlertStore.NoteAsync(connection, alert.Id, null, isOver ? null : now + PauseAfter(alert.Attempt), error, cancellation);
        if (isOver)
        {
            Log.GivenUp(_logger, alert.Id, alert.Attempt, error);
        }
        else
        {
            Log.NotTaken(_logger, alert.Id, alert.Attempt, error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 700, Level = LogLevel.Warning, Message = "Alert {Id} was not taken at attempt {Attempt}: the webhook {Reason}")]
        public static partial void NotTaken(ILogger logger, long id, int attempt, string reason);

        [LoggerMessage(EventId = 701, Level = LogLevel.Error, Message = "Alert {Id} is given up after {Attempt} attempts: the webhook {Reason}")]
        public static partial void GivenUp(ILogger logger, long id, int attempt, string reason);
    }
}
