using Npgsql;
using Relayer.Core.Crashes;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Storage;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Records;

namespace Relayer.Core.Keepers.Engine.Sending;

/// <summary>Learns what became of a keeper's transactions, and settles their budgets.</summary>
/// <param name="outcomes">Reads what a transaction did.</param>
/// <param name="inquest">Asks why one reverted.</param>
/// <param name="registry">The breakers' settings.</param>
/// <param name="store">The records.</param>
/// <param name="breakers">What keeps failing.</param>
/// <param name="time">The clock.</param>
internal sealed class KeeperTransactionHandler(
    IKeeperOutcomes outcomes, KeeperFailureDiagnosis inquest, KeeperRegistry registry, KeeperStore store, LaneBreakers breakers, TimeProvider time)
    : ITransactionHandler
{
    /// <inheritdoc/>
    public string Name => outcomes.Name;

    /// <inheritdoc/>
    public bool IsTimedByChain => outcomes.IsTimedByChain;

    /// <inheritdoc/>
    public async Task<Func<NpgsqlConnection, CancellationToken, Task>> PrepareAsync(
        ChainId chainId, IReadOnlyList<StateChange> changes, CancellationToken cancellation)
    {
        // Only what cannot change any more counts: until then a reorg may still undo it.
        var final = changes.Where(change => change.State.IsFinal).ToArray();
        var works = await store.ReadOfTransactionsAsync(Name, final.Select(change => change.Transaction.Id), cancellation);
        CrashPoints.PassIf(works.Count > 0, CrashPoints.OutcomeRead);
        var why = await inquest.WhyAsync(chainId, final, cancellation);
        var byTransaction = works.ToLookup(work => work.TransactionId);
        return async (connection, stop) =>
        {
            await LockAsync(connection, chainId, works, stop);

            // Lane by lane, always in the same order: budgets and breakers are shared with other instances.
            foreach (var change in final.OrderBy(item => byTransaction[item.Transaction.Id].FirstOrDefault()?.Found.Lane ?? Name, StringComparer.Ordinal)
                .ThenBy(item => item.Transaction.Id))
            {
                await RecordAsync(
                    connection, chainId, change, why.GetValueOrDefault(change.Transaction.Id), [.. byTransaction[change.Transaction.Id]], stop);
            }
        };
    }

    private async Task LockAsync(
        NpgsqlConnection connection, ChainId chainId, IReadOnlyList<KeeperWork> works, CancellationToken cancellation)
    {
        await using var command = KeeperStore.Command(connection, KeeperSql.Lock, Name, chainId);
        command.Parameters.Add(Columns.ManyBytes(works.Select(work => work.Id.ToArray())));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task RecordAsync(
        NpgsqlConnection connection, ChainId chainId, StateChange change, string? why, IReadOnlyList<KeeperWork> works,
        CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var done = change is { State: TransactionState.Confirmed, Receipt: { } receipt }
            ? works.Select(work => outcomes.Read(work, receipt)).ToArray()
            : [];
        var decisions = works.Select((work, i) => (work, Evaluate(work, change.State, done.Length > i ? done[i] : default, why, now))).ToArray();
        if (decisions.Length > 0)
        {
            await store.DecideAsync(connection, Name, chainId, decisions, cancellation);
        }

        // What a keeper's own code sent outside of its work has the keeper's lane.
        if (registry.Find(Name, chainId, works.Count > 0 ? works[0].Found.Lane : Name) is { } limits)
        {
            await breakers.CountAsync(connection, Name, chainId, limits, change.State, why, now, cancellation);
        }

        CrashPoints.Pass(CrashPoints.OutcomeDecided);
        await SettleAsync(connection, change, done, cancellation);
        CrashPoints.Pass(CrashPoints.OutcomeSettled);
    }

    /// <summary>What a final transaction means for its work. Pure.</summary>
    internal static Decision Evaluate(KeeperWork work, TransactionState state, WorkOutcome outcome, string? why, DateTimeOffset now) => state switch
    {
        TransactionState.Confirmed when outcome.IsDone => new Decision.End(WorkState.Won, KeeperReasons.Won, outcome.Detail),

        // Looked at again at once: the planner sees on the chain whether somebody else was first. After that later each time: it costs money.
        TransactionState.Confirmed => new Decision.Wait(KeeperReasons.NoEffect, now + KeeperPauses.Tries.After(work.Attempts), outcome.Detail, IsAttempt: true),
        TransactionState.Failed => new Decision.Wait(KeeperReasons.Reverted, now + KeeperPauses.Tries.After(work.Attempts), why, IsAttempt: true),
        _ => new Decision.Wait(KeeperReasons.NotMined, now + KeeperPauses.Tries.After(work.Attempts), null, IsAttempt: true),
    };

    private static async Task SettleAsync(
        NpgsqlConnection connection, StateChange change, WorkOutcome[] done, CancellationToken cancellation)
    {
        var inclusion = TransactionRow.InclusionOf(change.State);
        var value = change.State is TransactionState.Confirmed ? change.Transaction.Reserved.Plan.Value : Wei.Zero;
        var cost = (inclusion?.Fee ?? Wei.Zero) + value;
        var reward = done.Aggregate(Wei.Zero, (sum, outcome) => sum + outcome.Reward);
        await using var command = new NpgsqlCommand(KeeperSql.SettleSend, connection);
        command.Parameters.Add(Columns.Id(change.Transaction.Id));
        command.Parameters.Add(Columns.Number(cost));
        command.Parameters.Add(Columns.Number(reward));
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
