using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions.Confirmation;

/// <summary>
/// Looks whether what was declared displaced has a receipt after all: an older release believed silence, and all providers may be wrong together.
/// State, outcomes and sums are then put right in one database transaction, as for any other end.
/// </summary>
internal sealed partial class Corrector(
    ChainSettings settings, Evidence evidence, Recorder recorder, Database database, TimeProvider time, ILogger<Corrector> logger)
{
    /// <summary>So long a decision may turn out wrong; nodes that were behind have caught up by then.</summary>
    private static readonly TimeSpan LooksBack = TimeSpan.FromDays(7);

    /// <summary>The newest of them, in one look.</summary>
    private const int AtOnce = 100;

    /// <summary>One look.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task LookAsync(CancellationToken cancellation)
    {
        var displaced = await ReadAsync(cancellation);
        if (displaced.Count == 0)
        {
            return;
        }

        StateChange[] changes =
        [
            .. (await evidence.FindAsync(displaced, cancellation))
                .Select(finding => new StateChange(
                    finding.Transaction, Transition.Next(finding.Transaction.State, finding.Observation, settings.Confirmations), finding.Receipt))
                .Where(change => change.State != change.Transaction.State),
        ];
        foreach (var change in changes)
        {
            Log.Corrected(logger, change.Transaction.Id, settings.ChainId, change.State.Kind.Name(), change.Receipt!.TransactionHash, change.Receipt.BlockNumber);
        }

        await recorder.RecordAsync(changes, cancellation);
    }

    private async Task<IReadOnlyList<OpenTransaction>> ReadAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        return await TransactionStore.ReadDisplacedAsync(connection, settings.ChainId, time.GetUtcNow() - LooksBack, AtOnce, cancellation);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 227, Level = LogLevel.Error, Message = "Transaction {Id} on chain {ChainId} was thought displaced and is {State}: {Hash} is in block {Block}. Records and sums are corrected")]
        public static partial void Corrected(ILogger logger, Guid id, ChainId chainId, string state, Hash32 hash, long block);
    }
}
