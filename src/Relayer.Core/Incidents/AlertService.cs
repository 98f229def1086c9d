using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Concurrency;
using Relayer.Core.Configuration;
using Relayer.Core.Keys;
using Relayer.Core.Storage;

namespace Relayer.Core.Incidents;

/// <summary>Tells the webhook what happened; what it does not take is tried again, from the database, whichever instance lives.</summary>
/// <remarks>At least once: a receiver that answered as this process died hears it again, under the same delivery number.</remarks>
public sealed partial class AlertService : IDisposable
{
    private const int AtOnce = 20;
    private const string Failing = "webhook_failing";

    /// <summary>So many failures in a row of the webhook itself are an incident.</summary>
    private const int FewFailures = 3;

    /// <summary>Of one alert.</summary>
    internal static readonly Backoff Pauses = new(TimeSpan.FromSeconds(10), TimeSpan.FromHours(1));

    /// <summary>Of the webhook, for all alerts: while it is away one at a time tries it. An instance that starts anew tries once more, which costs nothing.</summary>
    private static readonly Backoff Rests = new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5));

    private readonly AlertOptions _options;
    private readonly Database _database;
    private readonly Webhook _webhook;
    private readonly IncidentLog _incidents;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private int _failures;
    private DateTimeOffset _restsUntil;
    private bool _isToldWell;

    /// <summary>Connects the parts; does no I/O.</summary>
    public AlertService(
        RelayerOptions options, ISecretSource secrets, Database database, IncidentLog incidents, TimeProvider time, ILogger<AlertService> logger)
    {
        (_options, _database, _webhook) = (options.Alerts, database, new Webhook(options, secrets, time));
        (_incidents, _time, _logger) = (incidents, time, logger);
    }

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

    private async Task<int> DeliverSomeAsync(CancellationToken cancellation)
    {
        if (_time.GetUtcNow() < _restsUntil)
        {
            return 0;
        }

        var delivered = 0;
        var due = await ClaimAsync(_failures > 1 ? 1 : AtOnce, cancellation);
        for (var i = 0; i < due.Count; i++)
        {
            var fault = await _webhook.PostAsync(due[i], cancellation);
            await NoteAsync(due[i], fault, cancellation);
            await CountAsync(fault, cancellation);
            if (_time.GetUtcNow() < _restsUntil)
            {
                await PostponeAsync(due[(i + 1)..], cancellation);
                return 0;
            }

            delivered += fault is null ? 1 : 0;
        }

        return delivered;
    }

    /// <summary>They were not tried: it is no attempt of theirs.</summary>
    private async Task PostponeAsync(IReadOnlyList<DueAlert> alerts, CancellationToken cancellation)
    {
        if (alerts.Count > 0)
        {
            await using var connection = await _database.OpenAsync(cancellation);
            await AlertStore.PostponeAsync(connection, alerts.Select(alert => alert.Id), _restsUntil, cancellation);
        }
    }

    /// <summary>What is wrong with the webhook itself would be wrong with every other alert too.</summary>
    private async Task CountAsync(WebhookFault? fault, CancellationToken cancellation)
    {
        if (fault is { IsItsOwn: true })
        {
            // One may be by chance, or the alert's after all: others are tried beside it.
            _restsUntil = _time.GetUtcNow() + Rests.After(_failures++);
            _isToldWell = false;
            if (_failures >= FewFailures)
            {
                await _incidents.RaiseAsync(
                    new(
                        Failing, IncidentSeverity.Warning, null, null, "The webhook for incidents does not take them",
                        $"{_failures} deliveries in a row failed: it {fault.Reason}. What it did not hear is kept and delivered later; until then incidents are seen here alone."),
                    cancellation);
            }

            return;
        }

        (_failures, _restsUntil) = (0, default);
        if (!_isToldWell)
        {
            _isToldWell = true; // Also once after a start: another instance may have told.
            await _incidents.ResolveAsync(Failing, "It takes them again.", cancellation);
        }
    }

    private async Task<List<DueAlert>> ClaimAsync(int most, CancellationToken cancellation)
    {
        // Set aside for longer than all of them can take: nobody else delivers them meanwhile, and a crash only delays them.
        var now = _time.GetUtcNow();
        await using var connection = await _database.OpenAsync(cancellation);
        return await AlertStore.ClaimAsync(connection, now, now + (_options.Timeout * (AtOnce + 1)), most, cancellation);
    }

    private async Task NoteAsync(DueAlert alert, WebhookFault? fault, CancellationToken cancellation)
    {
        var error = fault?.Reason;
        await using var connection = await _database.OpenAsync(cancellation);
        var now = _time.GetUtcNow();
        if (error is null)
        {
            await AlertStore.NoteAsync(connection, alert.Id, now, null, null, cancellation);
            return;
        }

        var isOver = now - alert.CreatedAt >= _options.GiveUpAfter;
        await AlertStore.NoteAsync(connection, alert.Id, null, isOver ? null : now + Pauses.After(alert.Attempt), error, cancellation);
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
