using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Telemetry;

namespace Relayer.Core.Transactions;

/// <summary>Brings every open transaction of a chain one step on: what a crash left, what a node lost, what was mined.</summary>
/// <remarks>Safe to run at the same time in several instances: states move by compare-and-set, and bytes are the same each time.</remarks>
internal sealed partial class Confirmer(
    ChainSettings settings, IChainClient chain, Submitter submitter, Database database, TransactionStore store,
    IEnumerable<IPurpose> purposes, TimeProvider time, ILogger<Confirmer> logger)
{
    /// <summary>How long the submitter is left alone with a transaction before it counts as left behind.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>How long a node may keep a transaction without mining it before it is sent again.</summary>
    private static readonly TimeSpan RebroadcastAfter = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, IPurpose> _purposes = purposes.ToDictionary(purpose => purpose.Name);

    /// <summary>One pass over up to <paramref name="limit"/> open transactions.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<int> RunAsync(int limit, CancellationToken cancellation)
    {
        IReadOnlyList<OpenTransaction> open;
        await using (var connection = await database.OpenAsync(cancellation))
        {
            open = await store.TakeOpenAsync(connection, settings.ChainId, limit, cancellation);
        }

        await ReadReceiptsAsync([.. open.Where(transaction => transaction.State is not TransactionState.Reserved)], cancellation);
        await SignLeftBehindAsync(open, cancellation);
        await SendAgainAsync(open, cancellation);
        return open.Count;
    }

    private async Task ReadReceiptsAsync(IReadOnlyList<OpenTransaction> sent, CancellationToken cancellation)
    {
        Hash32[] hashes = [.. sent.SelectMany(transaction => transaction.Attempts).Select(attempt => attempt.Hash)];
        if (hashes.Length == 0)
        {
            return;
        }

        var answer = await chain.ReadReceiptsAsync(hashes, cancellation);
        var receipts = answer.Receipts.OfType<TransactionReceipt>().ToDictionary(receipt => receipt.TransactionHash);
        var movements = new List<Movement>();
        foreach (var transaction in sent)
        {
            var (observation, receipt) = Observe(transaction, receipts, answer.Head);
            var next = Transition.Next(transaction.State, observation, settings.Confirmations);
            if (next != transaction.State)
            {
                movements.Add(new Movement(transaction, next, receipt));
            }
        }

        await RecordAsync(movements, cancellation);
    }

    private static (Observation Observation, TransactionReceipt? Receipt) Observe(
        OpenTransaction transaction, Dictionary<Hash32, TransactionReceipt> receipts, long head)
    {
        foreach (var attempt in transaction.Attempts)
        {
            if (receipts.TryGetValue(attempt.Hash, out var receipt))
            {
                var inclusion = new Inclusion(
                    attempt.Hash, attempt.IsNoop, receipt.BlockNumber, receipt.BlockHash, receipt.Succeeded,
                    receipt.GasUsed, receipt.EffectiveGasPrice, receipt.L1Fee, receipt.Fee);
                return (new Observation.ReceiptSeen(inclusion, head), receipt);
            }
        }

        return (new Observation.ReceiptMissing(head), null);
    }

    /// <summary>States and their features' outcomes move in one database transaction.</summary>
    private async Task RecordAsync(IReadOnlyList<Movement> movements, CancellationToken cancellation)
    {
        if (movements.Count == 0)
        {
            return;
        }

        var writes = new List<Func<NpgsqlConnection, CancellationToken, Task>>();
        foreach (var group in movements.GroupBy(movement => movement.Transaction.Reserved.Plan.Purpose))
        {
            writes.Add(await _purposes[group.Key].PrepareAsync(settings.ChainId, [.. group], cancellation));
        }

        await using var connection = await database.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var moved = await store.MoveAsync(connection, [.. movements.Select(movement => (movement.Transaction, movement.State))], cancellation);
        if (moved.Count < movements.Count)
        {
            // Another instance was faster with some of them; the next pass sees what it wrote.
            await transaction.RollbackAsync(cancellation);
            await RecordAsync([.. movements.Where(movement => moved.Contains(movement.Transaction.Id))], cancellation);
            return;
        }

        foreach (var write in writes)
        {
            await write(connection, cancellation);
        }

        await transaction.CommitAsync(cancellation);
        Announce(movements);
    }

    private void Announce(IReadOnlyList<Movement> movements)
    {
        foreach (var movement in movements)
        {
            var (plan, state) = (movement.Transaction.Reserved.Plan, movement.State);
            Log.Moved(logger, plan.Id, plan.Purpose, settings.ChainId, movement.Transaction.State.GetType().Name, state.GetType().Name);
            if (state.IsFinal)
            {
                var (chainTag, purposeTag) = (Tag("chain", settings.ChainId.Value), Tag("purpose", plan.Purpose));
                RelayerMetrics.TransactionsConfirmed.Add(1, chainTag, purposeTag, Tag("success", state is TransactionState.Confirmed));
                RelayerMetrics.TransactionFee.Record((double)TransactionRow.InclusionOf(state)!.Fee.ToBigInteger(), chainTag, purposeTag);
            }
        }
    }

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);

    /// <summary>A crash between the reservation and the signature leaves a nonce that only the same payload may take.</summary>
    private async Task SignLeftBehindAsync(IReadOnlyList<OpenTransaction> open, CancellationToken cancellation)
    {
        foreach (var transaction in open.Where(item => item.State is TransactionState.Reserved && IsOlderThan(item, Patience)))
        {
            try
            {
                await submitter.SubmitAsync(transaction.Reserved, cancellation);
                Log.TakenUp(logger, transaction.Id, settings.ChainId);
            }
            catch (SignerUnavailableException unavailable)
            {
                Log.NoKey(logger, transaction.Id, settings.ChainId, unavailable);
            }
        }
    }

    private async Task SendAgainAsync(IReadOnlyList<OpenTransaction> open, CancellationToken cancellation)
    {
        OpenTransaction[] lost = [.. open.Where(item => item.State switch
        {
            TransactionState.Signed => IsOlderThan(item, Patience),
            TransactionState.Broadcast => IsOlderThan(item, RebroadcastAfter),
            _ => false,
        })];
        if (lost.Length == 0)
        {
            return;
        }

        var outcomes = await submitter.BroadcastAsync([.. lost.Select(item => (item.Id, item.Attempts[^1]))], cancellation);
        for (var i = 0; i < lost.Length; i++)
        {
            if (outcomes[i].Error is { } error && NodeRefusal.IsFinal(error.Kind) && !lost[i].Attempts[^1].IsNoop)
            {
                await CloseNonceAsync(lost[i], error, cancellation);
            }
        }
    }

    /// <summary>The node will never take the payload: a self-send takes its nonce, so that later ones are not stranded.</summary>
    private async Task CloseNonceAsync(OpenTransaction transaction, NodeError error, CancellationToken cancellation)
    {
        Log.Closing(logger, transaction.Id, settings.ChainId, error.Kind, error.Message);
        var noop = await submitter.SignAsync(transaction.Reserved, transaction.Attempts.Count + 1, isNoop: true, cancellation);
        await submitter.StoreAsync([noop], cancellation);
        await submitter.BroadcastAsync([noop], cancellation);
    }

    private bool IsOlderThan(OpenTransaction transaction, TimeSpan age) => time.GetUtcNow() - transaction.UpdatedAt > age;

    private static partial class Log
    {
        [LoggerMessage(EventId = 210, Level = LogLevel.Information, Message = "Transaction {Id} ({Purpose}) on chain {ChainId}: {From} -> {To}")]
        public static partial void Moved(ILogger logger, Guid id, string purpose, ChainId chainId, string from, string to);

        [LoggerMessage(EventId = 211, Level = LogLevel.Information, Message = "Took up transaction {Id} on chain {ChainId}, left unsigned")]
        public static partial void TakenUp(ILogger logger, Guid id, ChainId chainId);

        [LoggerMessage(EventId = 212, Level = LogLevel.Error, Message = "Transaction {Id} on chain {ChainId} cannot be signed: its key is not at hand")]
        public static partial void NoKey(ILogger logger, Guid id, ChainId chainId, Exception exception);

        [LoggerMessage(EventId = 213, Level = LogLevel.Error, Message = "Transaction {Id} on chain {ChainId} will never be taken ({Kind}: {Reason}): closing its nonce")]
        public static partial void Closing(ILogger logger, Guid id, ChainId chainId, NodeErrorKind kind, string reason);
    }
}
