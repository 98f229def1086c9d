using Npgsql;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;

namespace Relayer.Core.Incidents;

/// <summary>The incidents on record: one for each cause, however often and by however many instances it is reported.</summary>
/// <remarks>Each change that a person should hear of leaves an alert in the same database transaction, if there is a webhook.</remarks>
/// <param name="database">The records.</param>
/// <param name="options">Whether there is a webhook.</param>
/// <param name="time">The clock.</param>
public sealed class IncidentLog(Database database, RelayerOptions options, TimeProvider time)
{
    /// <summary>Details that change all the time are told again this often at most.</summary>
    private static readonly TimeSpan LeastBetweenUpdates = TimeSpan.FromHours(1);

    /// <summary>Opens an incident, or brings the open one of the same cause up to date.</summary>
    public async Task RaiseAsync(IncidentReport report, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await RaiseAsync(connection, report, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>The same within a database transaction of the caller's.</summary>
    public async Task RaiseAsync(NpgsqlConnection connection, IncidentReport report, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var changed = await IncidentStore.RaiseAsync(connection, report, now, now - LeastBetweenUpdates, cancellation);
        if (changed is { } incident)
        {
            await TellAsync(connection, incident, incident.OpenedAt == incident.UpdatedAt ? "opened" : "updated", cancellation);
        }
    }

    /// <summary>Says that a cause is gone. What needs a person stays open.</summary>
    public async Task ResolveAsync(string cause, string why, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ResolveAsync(connection, cause, why, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>The same within a database transaction of the caller's.</summary>
    public async Task ResolveAsync(NpgsqlConnection connection, string cause, string why, CancellationToken cancellation)
    {
        foreach (var incident in await IncidentStore.CloseAsync(connection, cause, null, null, why, time.GetUtcNow(), cancellation))
        {
            await TellAsync(connection, incident, "closed", cancellation);
        }
    }

    /// <summary>A person closes an incident.</summary>
    /// <returns>It as it is now; <see langword="null"/> when there is no such incident, or it is closed already.</returns>
    public async Task<Incident?> ClearAsync(long id, string by, string why, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var cleared = await ClearAsync(connection, id, by, why, cancellation);
        await transaction.CommitAsync(cancellation);
        return cleared;
    }

    /// <summary>The same within a database transaction of the caller's.</summary>
    public async Task<Incident?> ClearAsync(NpgsqlConnection connection, long id, string by, string why, CancellationToken cancellation)
    {
        var closed = await IncidentStore.CloseAsync(connection, null, id, by, why, time.GetUtcNow(), cancellation);
        foreach (var incident in closed)
        {
            await TellAsync(connection, incident, "closed", cancellation);
        }

        return closed.Count > 0 ? closed[0] : null;
    }

    /// <summary>All that are open, and the newest of the closed ones.</summary>
    public async Task<(IReadOnlyList<Incident> Open, IReadOnlyList<Incident> Closed)> ReadAsync(int closed, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        var all = await IncidentStore.ReadAsync(connection, closed, cancellation);
        return ([.. all.Where(incident => incident.ClosedAt is null)], [.. all.Where(incident => incident.ClosedAt is not null)]);
    }

    /// <summary>When a person last closed an incident of a cause; within a database transaction of the caller's.</summary>
    /// <returns>Whether one is open, and when the last one was closed.</returns>
    public static Task<(bool IsOpen, DateTimeOffset? ClearedAt)> LookAsync(
        NpgsqlConnection connection, string cause, CancellationToken cancellation) =>
        IncidentStore.LookAsync(connection, cause, cancellation);

    /// <summary>When incidents of a cause lasted, since a time; within a database transaction of the caller's.</summary>
    public static Task<IReadOnlyList<(DateTimeOffset From, DateTimeOffset? To)>> ReadTimesAsync(
        NpgsqlConnection connection, string cause, DateTimeOffset since, CancellationToken cancellation) =>
        IncidentStore.ReadTimesAsync(connection, cause, since, cancellation);

    /// <summary>Accounts of a chain with an open incident of a kind; within a database transaction of the caller's.</summary>
    public static Task<IReadOnlySet<Address>> ReadAccountsAsync(
        NpgsqlConnection connection, string kind, ChainId chainId, CancellationToken cancellation) =>
        IncidentStore.ReadAccountsAsync(connection, kind, chainId, cancellation);

    private Task TellAsync(NpgsqlConnection connection, Incident incident, string @event, CancellationToken cancellation) =>
        options.Alerts.IsConfigured
            ? AlertStore.AddAsync(connection, incident, @event, AlertBody.Of(incident, @event), time.GetUtcNow(), cancellation)
            : Task.CompletedTask;
}
