using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Crashes;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Telemetry;
using Relayer.Core.Transactions.Clock;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Replacement;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions.Confirmation;

/// <summary>Writes changes: the engine's states and the features' outcomes in one database transaction.</summary>
internal sealed partial class Recorder(
    ChainSettings settings, Database database, TransactionStore store, ConfirmedBlocks confirmed, IEnumerable<ITransactionHandler> purposes, ISpendLedger? ledger,
    ChainClock clock, TimeProvider time, ILogger<Recorder> logger)
{
    /// <summary>The same changes written again after a deadlock; more than a few are a fault of the database, and the next pass goes on.</summary>
    private const int MaxDeadlocks = 3;

    private readonly Dictionary<string, ITransactionHandler> _purposes = purposes.ToDictionary(purpose => purpose.Name);

    /// <summary>Records what nobody else has recorded since; the next pass sees the rest.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task RecordAsync(IReadOnlyList<StateChange> changes, CancellationToken cancellation)
    {
        if (changes.Count == 0)
        {
            return;
        }

        try
        {
            for (var deadlocks = 0; ;)
            {
                try
                {
                    await RecordTogetherAsync(changes, cancellation);
                    return;
                }
                catch (PostgresException deadlock) when (deadlock.SqlState == PostgresErrorCodes.DeadlockDetected && ++deadlocks < MaxDeadlocks)
                {
                    // Another instance records what shares rows with these: that one goes on, and of what it wrote nothing is written again.
                }
            }
        }
        catch (Exception failure) when (!IsInfrastructure(failure))
        {
            // The boundary: one outcome that cannot be written must not hold up everybody else's.
            Log.Failed(logger, changes.Count, settings.ChainId, changes[0].Transaction.Id, failure);
            if (changes.Count > 1)
            {
                foreach (var change in changes)
                {
                    await RecordAsync([change], cancellation);
                }
            }
        }
    }

    private static bool IsInfrastructure(Exception failure) => failure switch
    {
        PostgresException refused => refused.IsTransient,
        _ => failure is ChainUnavailableException or NpgsqlException or OperationCanceledException or ObjectDisposedException,
    };

    private async Task RecordTogetherAsync(IReadOnlyList<StateChange> changes, CancellationToken cancellation)
    {
        var standing = clock.Standing;
        if (standing.IsBehind)
        {
            changes = [.. changes.Select(change => change with { ChainTime = standing.BlockTime })];
        }

        var writes = new List<Func<NpgsqlConnection, CancellationToken, Task>>();

        // Always in the same order: features share rows with other instances (budgets, breakers), which have the same features at hand.
        foreach (var group in changes.GroupBy(change => change.Transaction.Reserved.Plan.Purpose).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            if (_purposes.TryGetValue(group.Key, out var purpose))
            {
                writes.Add(await purpose.PrepareAsync(settings.ChainId, [.. group], cancellation));
            }
            else if (group.Key != TransactionPlan.NoopPurpose) // The engine's own: there is nobody to tell.
            {
                Log.UnknownPurpose(logger, group.Key, settings.ChainId);
            }
        }

        // Before anybody can read it in the records: whoever acts on that must not be told by a node that has not seen it.
        confirmed.Note(changes);
        await using var connection = await database.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var moved = await store.MoveAsync(connection, [.. changes.Select(change => (change.Transaction, change.State))], cancellation);
        if (moved.Count < changes.Count)
        {
            // Another instance was faster with some of them.
            await transaction.RollbackAsync(cancellation);
            await RecordAsync([.. changes.Where(change => moved.Contains(change.Transaction.Id))], cancellation);
            return;
        }

        CrashPoints.Pass(CrashPoints.RecordMoved);
        await NoteDisplacedAsync(connection, changes, cancellation);
        foreach (var write in writes)
        {
            await write(connection, cancellation);
        }

        // Last: it reads what the features wrote.
        Guid[] final = [.. changes.Where(change => change.State.IsFinal).Select(change => change.Transaction.Id)];
        if (ledger is not null && final.Length > 0)
        {
            await ledger.AddAsync(connection, settings.ChainId, final, cancellation);
        }

        CrashPoints.Pass(CrashPoints.RecordWritten);
        await transaction.CommitAsync(cancellation);
        CrashPoints.Pass(CrashPoints.RecordCommitted);
        Announce(changes);
    }

    private async Task NoteDisplacedAsync(NpgsqlConnection connection, IReadOnlyList<StateChange> changes, CancellationToken cancellation)
    {
        StateChange[] lost = [.. changes.Where(change => change.State is TransactionState.NonceUsedExternally)];
        Guid[] corrected = [.. changes.Where(change => change.Transaction.State is TransactionState.NonceUsedExternally).Select(change => change.Transaction.Id)];
        if (lost.Length > 0)
        {
            await DisplacedSql.Insert(settings.ChainId, lost, time.GetUtcNow()).RunAsync(connection, cancellation);
        }

        if (corrected.Length > 0)
        {
            await DisplacedSql.Correct(corrected, time.GetUtcNow()).RunAsync(connection, cancellation);
        }
    }

    private void Announce(IReadOnlyList<StateChange> changes)
    {
        foreach (var change in changes)
        {
            var (plan, state) = (change.Transaction.Reserved.Plan, change.State);
            Log.Moved(logger, plan.Id, plan.Purpose, settings.ChainId, change.Transaction.State.GetType().Name, state.GetType().Name);
            if (!state.IsFinal)
            {
                continue;
            }

            var (chainTag, purposeTag) = (Tag("chain", settings.ChainId.Value), Tag("purpose", plan.Purpose));
            RelayerMetrics.TransactionsConfirmed.Add(1, chainTag, purposeTag, Tag("success", state is TransactionState.Confirmed));
            if (TransactionRow.InclusionOf(state) is { } inclusion)
            {
                RelayerMetrics.TransactionFee.Record((double)inclusion.Fee.ToBigInteger(), chainTag, purposeTag);
            }
        }
    }

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);

    private static partial class Log
    {
        [LoggerMessage(EventId = 210, Level = LogLevel.Debug, Message = "Transaction {Id} ({Purpose}) on chain {ChainId}: {From} -> {To}")]
        public static partial void Moved(ILogger logger, Guid id, string purpose, ChainId chainId, string from, string to);

        [LoggerMessage(EventId = 217, Level = LogLevel.Error, Message = "Recording {Count} transactions on chain {ChainId} failed, among them {Id}")]
        public static partial void Failed(ILogger logger, int count, ChainId chainId, Guid id, Exception exception);

        [LoggerMessage(EventId = 218, Level = LogLevel.Error, Message = "Nobody here knows the purpose {Purpose} of a transaction on chain {ChainId}: only the ledger is written")]
        public static partial void UnknownPurpose(ILogger logger, string purpose, ChainId chainId);
    }
}
