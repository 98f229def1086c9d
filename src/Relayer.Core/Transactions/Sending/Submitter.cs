using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Concurrency;
using Relayer.Core.Crashes;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Telemetry;
using Relayer.Core.Transactions.Confirmation;
using Relayer.Core.Transactions.Fees;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Replacement;
using Relayer.Core.Transactions.Signers;

namespace Relayer.Core.Transactions.Sending;

/// <summary>Carries reserved transactions on: sign, store the bytes, broadcast, mark.</summary>
/// <remarks>
/// Every step may be the last one before a crash: <see cref="Confirmer"/> takes up what is left from the database, with the same bytes.
/// Callers at the same time share writing and broadcasting; nobody waits for the mark, which is only a hint.
/// </remarks>
internal sealed partial class Submitter
{
    /// <summary>One at once, and then no more than so often: under load a few statements carry what hundreds would.</summary>
    private static readonly TimeSpan MarkInterval = TimeSpan.FromMilliseconds(100);

    private readonly ChainSettings _settings;
    private readonly FeeAndBalanceCache _cache;
    private readonly IChainClient _chain;
    private readonly ISignerSource _signers;
    private readonly SignerErrors _errors;
    private readonly Database _database;
    private readonly TransactionStore _store;
    private readonly StorageTrouble? _trouble;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, ITransactionHandler> _purposes;
    private readonly ILogger _logger;
    private readonly Coalescer<ReservedTransaction, Outcome> _submissions;
    private readonly Coalescer<IReadOnlyList<BroadcastMark>, bool> _marks;
    private readonly ConcurrentDictionary<Hash32, bool> _unmarked = new();

    public Submitter(
        ChainSettings settings, FeeAndBalanceCache cache, IChainClient chain, ISignerSource signers, SignerErrors errors, Database database, TransactionStore store, TimeProvider time,
        IEnumerable<ITransactionHandler> purposes, ILogger<Submitter> logger, StorageTrouble? trouble = null)
    {
        _trouble = trouble;
        _purposes = purposes.ToDictionary(purpose => purpose.Name);
        (_settings, _cache, _chain, _signers, _errors, _database, _store, _time, _logger) = (settings, cache, chain, signers, errors, database, store, time, logger);
        _submissions = new(SubmitManyAsync, maxBatch: 64, parallelism: 4);
        _marks = new(MarkManyAsync, maxBatch: 1_024);
    }

    /// <summary>True while a node is known to have the transaction and the mark that says so may not be readable yet.</summary>
    public bool IsTaken(Hash32 hash) => _unmarked.ContainsKey(hash);

    /// <summary>Signs, stores and broadcasts one reserved transaction, together with the others that wait.</summary>
    /// <returns>Its hash, and whether a node took it yet; if not, the confirmer goes on.</returns>
    /// <exception cref="SignerUnavailableException">The key cannot be had now; the reservation stays and is taken up later.</exception>
    /// <exception cref="NpgsqlException">The database is unavailable; likewise.</exception>
    public async Task<Submission> SubmitAsync(ReservedTransaction reserved, CancellationToken cancellation)
    {
        var outcome = await _submissions.RunAsync(reserved, cancellation);
        return outcome.Submission ?? throw new SignerUnavailableException(outcome.Unavailable!.Message, outcome.Unavailable);
    }

    /// <summary>Sends stored bytes again; those a node has are marked.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    public async Task<IReadOnlyList<SendOutcome>> BroadcastAsync(
        IReadOnlyList<(Guid Id, Attempt Attempt)> attempts, CancellationToken cancellation)
    {
        if (attempts.Count == 0)
        {
            return [];
        }

        var outcomes = await _chain.SendRawAsync([.. attempts.Select(item => item.Attempt.Raw)], cancellation);
        CrashPoints.Pass(CrashPoints.SubmitBroadcast);
        for (var i = 0; i < attempts.Count; i++)
        {
            if (!outcomes[i].IsAccepted)
            {
                var figures = outcomes[i].Error!.Figures;
                if (figures?.LeastTip is { } tip)
                {
                    _cache.Floor.Note(tip);
                }

                if (figures?.BaseFee is { } baseFee)
                {
                    _cache.NoteBaseFee(baseFee);
                }

                Log.NotTaken(_logger, attempts[i].Attempt.Hash, _settings.ChainId, outcomes[i].Error!.Kind, outcomes[i].Error!.Message);
            }
        }

        RelayerMetrics.TransactionsBroadcast.Add(
            outcomes.Count(outcome => outcome.IsAccepted), new KeyValuePair<string, object?>("chain", _settings.ChainId.Value));
        var now = _time.GetUtcNow();
        Hash32[] taken = [.. attempts.Where((_, i) => outcomes[i].IsAccepted).Select(item => item.Attempt.Hash)];
        foreach (var hash in taken)
        {
            _unmarked[hash] = true;
        }

        _ = MarkAsync([.. attempts.Zip(outcomes, (item, outcome) => new BroadcastMark(item.Id, outcome.IsAccepted, now))], taken);
        return outcomes;
    }

    /// <summary>
    /// Signs a transaction anew at its nonce and stores that; broadcasts it only where it was stored. Once it is closing, or with
    /// <paramref name="closing"/>, that is the noop in the payload's place.
    /// </summary>
    /// <remarks>
    /// The number of attempts that was read is the compare-and-set: of several instances that would make the next one a single one does,
    /// and what is not on record is never sent. A crash after the store leaves the bytes to the confirmer.
    /// </remarks>
    /// <returns>The attempt; <see langword="null"/> when somebody else made one meanwhile, or a block has the transaction.</returns>
    /// <exception cref="SignerUnavailableException">The key cannot be had now.</exception>
    /// <exception cref="BudgetSpentException">The feature's budget has no room for it.</exception>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<Attempt?> ReplaceAsync(
        OpenTransaction transaction, TransactionFees fees, CancelReason? closing, CancellationToken cancellation)
    {
        var (reserved, isNoop) = (transaction.Reserved, transaction.IsClosing || closing is not null);
        var unsigned = isNoop ? reserved.Noop(fees, _cache.Data.Of(0).Gas) : reserved.Payload(fees);
        var signed = await SignAsync(reserved, unsigned, transaction.Attempts.Count + 1, isNoop, cancellation);
        CrashPoints.Pass(isNoop ? CrashPoints.CloseSigned : CrashPoints.BumpSigned);
        var hold = _purposes.GetValueOrDefault(reserved.Plan.Purpose)?.HoldFor(transaction.Id, signed.Attempt, isNoop ? unsigned.Gas : null);
        if (!(await StoreAsync([signed], cancellation, closing, hold)).Contains(transaction.Id))
        {
            return null;
        }

        RelayerMetrics.TransactionsReplaced.Add(
            1, new("chain", _settings.ChainId.Value), new("purpose", reserved.Plan.Purpose), new("kind", isNoop ? "noop" : "payload"));
        CrashPoints.Pass(isNoop ? CrashPoints.CloseStored : CrashPoints.BumpStored);
        await TryBroadcastAsync([signed], cancellation);
        CrashPoints.Pass(isNoop ? CrashPoints.CloseBroadcast : CrashPoints.BumpBroadcast);
        return signed.Attempt;
    }

    private async Task<IReadOnlyList<Outcome>> SubmitManyAsync(IReadOnlyList<ReservedTransaction> batch, CancellationToken cancellation)
    {
        var outcomes = new Dictionary<Guid, Outcome>(batch.Count);
        var signed = new List<(Guid Id, Attempt Attempt)>(batch.Count);

        // In nonce order: nodes take a gap only into their queue.
        foreach (var reserved in batch.OrderBy(reserved => reserved.Signer).ThenBy(reserved => reserved.Nonce))
        {
            try
            {
                signed.Add(await SignAsync(reserved, reserved.Payload(), 1, isNoop: false, cancellation));
            }
            catch (SignerUnavailableException unavailable)
            {
                // One key that is unavailable holds up its own transactions only.
                outcomes[reserved.Plan.Id] = new Outcome(null, unavailable);
            }
        }

        if (signed.Count > 0)
        {
            CrashPoints.Pass(CrashPoints.SubmitSigned);

            // What somebody else stored meanwhile is theirs to send: these bytes, or a noop in their place.
            var stored = await StoreAsync(signed, cancellation);
            CrashPoints.Pass(CrashPoints.SubmitStored);
            var taken = await TryBroadcastAsync([.. signed.Where(item => stored.Contains(item.Id))], cancellation);
            foreach (var (id, attempt) in signed)
            {
                outcomes[id] = new Outcome(new Submission(attempt.Hash, taken.Contains(id)), null);
            }
        }

        foreach (var reserved in batch.Where(reserved => outcomes[reserved.Plan.Id].Submission is { IsTaken: true }))
        {
            _errors.Took(reserved.Signer);
        }

        return [.. batch.Select(reserved => outcomes[reserved.Plan.Id])];
    }

    private async Task<(Guid Id, Attempt Attempt)> SignAsync(
        ReservedTransaction reserved, UnsignedTransaction unsigned, int number, bool isNoop, CancellationToken cancellation)
    {
        var signer = await _signers.FindAsync(_settings.ChainId, reserved.Signer, cancellation)
            ?? throw new SignerUnavailableException($"no key of {reserved.Signer} is available for chain {_settings.ChainId}");
        var raw = unsigned.Encode(await signer.SignAsync(unsigned.SigningDigest(), cancellation));
        return (reserved.Plan.Id, new Attempt(number, Keccak256.Hash(raw), raw, isNoop, unsigned.Fees));
    }

    /// <summary>Stores signed bytes before anybody else sees them.</summary>
    private async Task<IReadOnlySet<Guid>> StoreAsync(
        IReadOnlyList<(Guid Id, Attempt Attempt)> signed, CancellationToken cancellation, CancelReason? closing = null, NpgsqlBatchCommand? hold = null)
    {
        await using var connection = await _database.OpenAsync(cancellation);
        return await _store.StoreAttemptsAsync(connection, signed, cancellation, closing, hold);
    }

    /// <summary>The bytes are safe in the database: a chain that is unavailable delays the broadcast and fails nobody.</summary>
    private async Task<HashSet<Guid>> TryBroadcastAsync(IReadOnlyList<(Guid Id, Attempt Attempt)> signed, CancellationToken cancellation)
    {
        try
        {
            var outcomes = await BroadcastAsync(signed, cancellation);
            return [.. signed.Where((_, i) => outcomes[i].IsAccepted).Select(item => item.Id)];
        }
        catch (ChainUnavailableException away)
        {
            Log.BroadcastDelayed(_logger, _settings.ChainId, signed.Count, away.Message);
            return [];
        }
    }

    /// <summary>Nobody waits for it: a mark that is lost costs one more broadcast.</summary>
    private async Task MarkAsync(IReadOnlyList<BroadcastMark> sent, Hash32[] taken)
    {
        try
        {
            await _marks.RunAsync(sent, CancellationToken.None);
        }
        catch (Exception lost) when (lost is NpgsqlException or ObjectDisposedException or InvalidOperationException)
        {
            if (_trouble?.Tell(lost) is not true)
            {
                Log.MarkLost(_logger, _settings.ChainId, sent.Count, lost);
            }

        }
        finally
        {
            // An interval after the write: whoever began to read before it has read by now.
            foreach (var hash in taken)
            {
                _unmarked.TryRemove(hash, out _);
            }
        }
    }

    private async Task<IReadOnlyList<bool>> MarkManyAsync(
        IReadOnlyList<IReadOnlyList<BroadcastMark>> lists, CancellationToken cancellation)
    {
        // Sent twice at once, a transaction is taken when one node took it; one statement must not touch a row twice.
        var sent = lists.SelectMany(list => list).GroupBy(item => item.Id)
            .Select(same => new BroadcastMark(same.Key, same.Any(item => item.IsTaken), same.Max(item => item.At)));
        await using (var connection = await _database.OpenAsync(cancellation))
        {
            await TransactionStore.MarkBroadcastAsync(connection, [.. sent], cancellation);
        }

        CrashPoints.Pass(CrashPoints.SubmitMarked);
        await Task.Delay(MarkInterval, _time, cancellation);
        return new bool[lists.Count];
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 200, Level = LogLevel.Warning, Message = "Transaction {Hash} on chain {ChainId} not taken: {Kind}: {Reason}")]
        public static partial void NotTaken(ILogger logger, Hash32 hash, ChainId chainId, NodeErrorKind kind, string reason);

        [LoggerMessage(EventId = 201, Level = LogLevel.Warning, Message = "Broadcast of {Count} transactions on chain {ChainId} delayed: {Reason}")]
        public static partial void BroadcastDelayed(ILogger logger, ChainId chainId, int count, string reason);

        [LoggerMessage(EventId = 202, Level = LogLevel.Warning, Message = "That {Count} transactions on chain {ChainId} were broadcast was not noted")]
        public static partial void MarkLost(ILogger logger, ChainId chainId, int count, Exception exception);
    }

    private sealed record Outcome(Submission? Submission, SignerUnavailableException? Unavailable);
}

/// <summary>What became of a submission.</summary>
/// <param name="Hash">The transaction hash.</param>
/// <param name="IsTaken">A node has it.</param>
public readonly record struct Submission(Hash32 Hash, bool IsTaken);

/// <summary>That a transaction's bytes were sent.</summary>
/// <param name="Id">The transaction.</param>
/// <param name="IsTaken">A node has it.</param>
/// <param name="At">When it was sent: the mark itself may be written later.</param>
public readonly record struct BroadcastMark(Guid Id, bool IsTaken, DateTimeOffset At);
