using System.Globalization;
using Npgsql;
using Relayer.Core.Incidents;
using Relayer.Core.Operations;
using Relayer.Core.Storage;
using Relayer.Core.Treasury.TopUps;

namespace Relayer.Core.Treasury;

/// <summary>A person closes an incident: who and why stands in the audit, in the same database transaction.</summary>
/// <param name="database">The records.</param>
/// <param name="incidents">The incidents.</param>
/// <param name="pauses">What an incident has paused goes on with its end.</param>
/// <param name="time">The clock.</param>
public sealed class IncidentClearing(Database database, IncidentLog incidents, Pauses pauses, TimeProvider time)
{
    /// <summary>The action's name in the audit.</summary>
    public const string Action = "incident.clear";

    /// <summary>Closes an incident.</summary>
    /// <returns>It as it is now; <see langword="null"/> when none of that number is open.</returns>
    /// <exception cref="NpgsqlException">The database is unavailable; whether it was done is not known: look.</exception>
    public async Task<Incident?> ClearAsync(long id, Instruction instruction, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var cleared = await incidents.ClearAsync(connection, id, instruction.Who, instruction.Reason, cancellation);
        var target = cleared?.Report.Cause ?? id.ToString(CultureInfo.InvariantCulture);
        await AuditLog.AppendAsync(
            connection, new AuditEntry(instruction, Action, target, AuditOutcome.Of(cleared is not null)), time.GetUtcNow(), cancellation);
        if (cleared?.Report is { Kind: TopUpStops.Anomaly, ChainId: { } chainId })
        {
            await pauses.EndAsync(connection, PauseScope.SponsorshipOn(chainId), TopUpStops.Anomaly, instruction, cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return cleared;
    }
}
