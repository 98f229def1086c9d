using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Crashes;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Transactions.Clock;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Replacement;
using Relayer.Core.Transactions.Sending;
using Relayer.Core.Transactions.Signers;
using Relayer.Core.Transactions.Watch;

namespace Relayer.Core.Transactions.Confirmation;

/// <summary>Brings every open transaction of a chain one step on: what was mined, what a crash left, what a node lost, what took too long.</summary>
/// <remarks>
/// Safe in several instances at once: states move by compare-and-set, and bytes are the same each time. One pass at a time in each.
/// </remarks>
internal sealed partial class Confirmer(
    ChainSettings settings, Evidence evidence, SpentNonces spent, Submitter submitter, NoopCanceller closer, Replacer replacer, SignerErrors errors,
    Recorder recorder, UnreadReceipts unread, ChainClock clock, Database database, TimeProvider time, ILogger<Confirmer> logger)
{
    /// <summary>How long the submitter is left alone with a transaction before it counts as left behind.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>How long a node may keep a transaction without mining it before it is sent again.</summary>
    private static readonly TimeSpan RebroadcastAfter = TimeSpan.FromSeconds(15);

    // Where the next page begins. Kept in memory only: whoever forgets it begins at the front.
    private Guid _after;

    // The height of the last reading, which a pass that could not read goes on with.
    private long _head;

    /// <summary>One pass over a page of up to <paramref name="limit"/> open transactions; the next pass takes the next page.</summary>
    /// <param name="limit">So many at most.</param>
    /// <param name="pass">Runs each stage, though another failed.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>How many there were.</returns>
    /// <exception cref="NpgsqlException">What is open cannot be read: the database is unavailable.</exception>
    public async Task<int> RunAsync(int limit, WatchPass pass, CancellationToken cancellation)
    {
        var page = await ReadPageAsync(limit, cancellation);
        CrashPoints.Pass(CrashPoints.ConfirmRead);
        IReadOnlyDictionary<Guid, TransactionState> moved = new Dictionary<Guid, TransactionState>();
        IReadOnlyList<OpenTransaction> displaced = [];
        clock.Note(page);
        await pass.RunAsync(() => clock.LookAsync(cancellation));
        var hasRead = await pass.RunAsync(WatchStage.Receipts, async () => moved = await ReadReceiptsAsync(
            [.. page.Where(item => item.State is not TransactionState.Reserved && unread.IsDue(item.Id))], cancellation));
        OpenTransaction[] waiting = [.. page.Where(item => !moved.ContainsKey(item.Id))];
        var standing = clock.Standing;
        OpenTransaction[] unwanted = [.. waiting.Where(item => closer.IsUnwanted(item, standing))];
        await pass.RunAsync(WatchStage.Close, () => closer.CloseUnwantedAsync(unwanted, cancellation));

        waiting = [.. waiting.Except(unwanted)];
        await pass.RunAsync(WatchStage.Sign, () => SignLeftBehindAsync(waiting, cancellation));

        // What a reorg took back may be gone from the pools with its block: not a moment is lost.
        OpenTransaction[] lost = [.. waiting.Where(IsOverdue), .. page.Where(item => moved.GetValueOrDefault(item.Id) is TransactionState.Broadcast)];
        await pass.RunAsync(WatchStage.Resend, async () => displaced = await SendAgainAsync(lost, cancellation));
        await pass.RunAsync(WatchStage.Evidence, () => spent.LookAsync(waiting, displaced, _head, cancellation));
        if (hasRead || _head > 0)
        {
            await pass.RunAsync(WatchStage.Bump, () => replacer.BumpAsync(waiting, _head, standing, cancellation));
        }

        return page.Count;
    }

    private async Task<IReadOnlyList<OpenTransaction>> ReadPageAsync(int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        var (page, next) = await TransactionStore.ReadOpenAsync(connection, settings.ChainId, _after, limit, cancellation);
        if (page.Count == 0 && _after != Guid.Empty)
        {
            (page, next) = await TransactionStore.ReadOpenAsync(connection, settings.ChainId, Guid.Empty, limit, cancellation);
        }

        _after = next;
        return page;
    }

    /// <returns>The transactions that the chain had news of, with their new states.</returns>
    private async Task<IReadOnlyDictionary<Guid, TransactionState>> ReadReceiptsAsync(
        IReadOnlyList<OpenTransaction> sent, CancellationToken cancellation)
    {
        var (findings, head) = await evidence.ReadAsync(sent, cancellation);
        if (head > 0)
        {
            _head = head;
            clock.Note(head);
            await clock.LookAsync(cancellation); // What was mined by now is judged by the time of now, not of before the chain went on.
        }

        StateChange[] changes =
        [
            .. findings.Select(finding => new StateChange(
                    finding.Transaction, Transition.Next(finding.Transaction.State, finding.Observation, settings.Confirmations), finding.Receipt))
                .Where(change => change.State != change.Transaction.State),
        ];
        unread.Note(findings);
        if (changes.Length > 0)
        {
            CrashPoints.Pass(CrashPoints.ConfirmObserved);
        }

        await recorder.RecordAsync(changes, cancellation);
        return changes.ToDictionary(change => change.Transaction.Id, change => change.State);
    }

    /// <summary>A crash between the reservation and the signature leaves a nonce that only the same payload may take.</summary>
    private Task SignLeftBehindAsync(IReadOnlyList<OpenTransaction> open, CancellationToken cancellation) =>
        Task.WhenAll(open
            .Where(item => item.State is TransactionState.Reserved && IsOlderThan(item, Patience))
            .Select(async transaction =>
            {
                try
                {
                    await submitter.SubmitAsync(transaction.Reserved, cancellation);
                    Log.TakenUp(logger, transaction.Id, settings.ChainId);
                }
                catch (SignerUnavailableException unavailable)
                {
                    errors.Failed(transaction.Reserved.Signer, "its signing key is unavailable");
                    Log.NoKey(logger, transaction.Id, settings.ChainId, unavailable.Message);
                }
            }));

    private bool IsOverdue(OpenTransaction item) => item.State switch
    {
        TransactionState.Signed => IsOlderThan(item, Patience),
        TransactionState.Broadcast => IsOlderThan(item, RebroadcastAfter),
        _ => false,
    };

    /// <summary>Always the newest attempt: it replaces the others.</summary>
    /// <returns>Those whose nonce the nodes say is spent: by one of the attempts, which its receipt will tell, or by something else.</returns>
    private async Task<IReadOnlyList<OpenTransaction>> SendAgainAsync(OpenTransaction[] lost, CancellationToken cancellation)
    {
        if (lost.Length == 0)
        {
            return [];
        }

        var outcomes = await submitter.BroadcastAsync([.. lost.Select(item => (item.Id, item.Attempts[^1]))], cancellation);
        var refused = lost.Zip(outcomes).Where(pair => !pair.Second.IsAccepted).ToArray();
        Note(lost.Zip(outcomes));
        await SendEarlierAsync([.. refused.Select(pair => (pair.First, pair.Second.Error!.Kind))], cancellation);
        await closer.CloseRefusedAsync(
            [.. refused.Where(pair => NodeRefusal.IsFinal(pair.Second.Error!.Kind)).Select(pair => (pair.First, pair.Second.Error!))],
            cancellation);
        return [.. refused.Where(pair => pair.Second.Error!.Kind is NodeErrorKind.NonceTooLow).Select(pair => pair.First)];
    }

    /// <summary>A bump that the account or the node's own ceiling does not allow must not keep out what they did allow before it.</summary>
    private async Task SendEarlierAsync(IReadOnlyList<(OpenTransaction Transaction, NodeErrorKind Kind)> refused, CancellationToken cancellation)
    {
        var earlier = refused
            .Where(item => item.Kind is NodeErrorKind.InsufficientFunds or NodeErrorKind.FeeAboveNodeCap)
            .Where(item => item.Transaction is { IsClosing: false, Attempts.Count: > 1 })
            .Select(item => (item.Transaction.Id, item.Transaction.Attempts[^2]));
        await submitter.BroadcastAsync([.. earlier], cancellation);
    }

    private void Note(IEnumerable<(OpenTransaction Transaction, SendOutcome Outcome)> sent)
    {
        foreach (var (transaction, outcome) in sent)
        {
            if (outcome.IsAccepted)
            {
                errors.Took(transaction.Reserved.Signer);
            }
            else
            {
                errors.Refused(transaction.Reserved.Signer, outcome.Error!);
            }
        }
    }

    private bool IsOlderThan(OpenTransaction transaction, TimeSpan age) => time.GetUtcNow() - transaction.UpdatedAt > age;

    private static partial class Log
    {
        [LoggerMessage(EventId = 211, Level = LogLevel.Information, Message = "Took up transaction {Id} on chain {ChainId}, left unsigned")]
        public static partial void TakenUp(ILogger logger, Guid id, ChainId chainId);

        [LoggerMessage(EventId = 212, Level = LogLevel.Error, Message = "Transaction {Id} on chain {ChainId} cannot be signed: its signing key is unavailable: {Reason}")]
        public static partial void NoKey(ILogger logger, Guid id, ChainId chainId, string reason);
    }
}
