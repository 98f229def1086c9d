using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Transactions.Sending;
using Relayer.Core.Transactions.Watch;

namespace Relayer.Core.Transactions.Confirmation;

/// <summary>
/// Finds what spent the nonce of transactions without a receipt: one of their own attempts, which a node is silent about, or another
/// transaction, which then has displaced them. Where nobody shows either, they stay open.
/// </summary>
/// <remarks>For one caller at a time in each instance. A look costs several reads of every provider, so each transaction gets one a block, and few.</remarks>
internal sealed partial class SpentNonces(
    ChainSettings settings, IChainClient chain, Evidence evidence, Recorder recorder, MissingReceipts missing, TimeProvider time, ILogger<SpentNonces> logger)
{
    /// <summary>Nonces searched for in one pass; the others' turn comes with the next.</summary>
    private const int AtOnce = 8;

    /// <summary>Looks in a row at each new block; after those, one in <see cref="LaterEvery"/>.</summary>
    private const int AtFirst = 8;

    /// <summary>A transaction that is so old and not mined is looked at though no node says that its nonce is spent.</summary>
    private static readonly TimeSpan OldAfter = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LaterEvery = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromHours(1);

    // When and at which head a transaction was looked at last, and how often. Forgotten at a restart.
    private readonly Dictionary<Guid, Look> _looks = [];
    private DateTimeOffset _oldLookedAt;

    /// <summary>One look.</summary>
    /// <param name="waiting">Transactions that were sent and are in no block that is known.</param>
    /// <param name="refused">Those of them whose nonce a node says is spent.</param>
    /// <param name="head">The chain's height.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task LookAsync(
        IReadOnlyList<OpenTransaction> waiting, IReadOnlyList<OpenTransaction> refused, long head, CancellationToken cancellation)
    {
        OpenTransaction[] suspects = [.. refused.Where(item => IsDue(item, head)).Union(FindOld(waiting))];
        if (suspects.Length == 0)
        {
            return;
        }

        Address[] signers = [.. suspects.Select(transaction => transaction.Reserved.Signer).Distinct()];
        var nonces = signers.Zip(await chain.ReadNoncesAsync(signers, cancellation)).ToDictionary();
        var spent = suspects.ToLookup(transaction => transaction.Reserved.Nonce < nonces[transaction.Reserved.Signer]);
        foreach (var transaction in spent[false])
        {
            _looks.Remove(transaction.Id);
            missing.Found(transaction.Id);
        }

        var found = await evidence.FindAsync([.. spent[true]], cancellation);
        var changes = found.Where(finding => finding.Observation is Observation.Included).Select(ChangeOf).ToList();
        foreach (var finding in found.Where(finding => finding.Observation is not Observation.Included).Take(AtOnce))
        {
            changes.Add(await SearchAsync(finding.Transaction, cancellation));
            var look = _looks.GetValueOrDefault(finding.Transaction.Id);
            _looks[finding.Transaction.Id] = new Look(head, time.GetUtcNow(), look.Count + 1);
        }

        await recorder.RecordAsync([.. changes.Where(change => change.State != change.Transaction.State)], cancellation);
        Forget();
    }

    private async Task<StateChange> SearchAsync(OpenTransaction transaction, CancellationToken cancellation)
    {
        var (signer, nonce) = (transaction.Reserved.Signer, transaction.Reserved.Nonce);
        if (await chain.FindNonceHolderAsync(signer, nonce, cancellation) is not { } holder)
        {
            missing.Note(transaction, "its nonce is spent, and no block is found that has the transaction which spent it");
            return new StateChange(transaction, transaction.State, null);
        }

        if (transaction.Attempts.Any(attempt => attempt.Hash == holder.Hash))
        {
            // Mined, then. It ends with its receipt, whoever shows it.
            if (_looks.GetValueOrDefault(transaction.Id).Count == 0)
            {
                Log.Silent(logger, transaction.Id, settings.ChainId, holder.Hash, holder.BlockNumber);
            }

            missing.Note(transaction, $"block {holder.BlockNumber} has it as {holder.Hash}, and nobody shows its receipt");
            return new StateChange(transaction, transaction.State, null);
        }

        var canon = await evidence.ReadCanonAsync(holder.BlockNumber, cancellation);
        var observation = Observation.OfNonce(
            transaction.Attempts.Select(attempt => attempt.Hash), holder, canon);
        var next = Transition.Next(transaction.State, observation, settings.Confirmations);
        if (next.IsFinal)
        {
            Log.Displaced(logger, transaction.Id, settings.ChainId, nonce, signer, holder.Hash, holder.BlockNumber);
            missing.Found(transaction.Id);
        }
        else
        {
            missing.Note(transaction, $"{holder.Hash} in block {holder.BlockNumber} has its nonce, which is not deep enough or not agreed upon");
        }

        return new StateChange(transaction, next, null);
    }

    private StateChange ChangeOf(Finding finding)
    {
        _looks.Remove(finding.Transaction.Id);
        missing.Found(finding.Transaction.Id);
        return new StateChange(finding.Transaction, Transition.Next(finding.Transaction.State, finding.Observation, settings.Confirmations), finding.Receipt);
    }

    /// <summary>A node that takes the bytes of what is mined says nothing of the nonce: what is old is looked at all the same.</summary>
    private OpenTransaction[] FindOld(IReadOnlyList<OpenTransaction> waiting)
    {
        var now = time.GetUtcNow();
        if (now - _oldLookedAt < LaterEvery)
        {
            return [];
        }

        _oldLookedAt = now;
        return [.. waiting.Where(item => item.IsInFlight && item.Attempts.Count > 0 && now - item.CreatedAt >= OldAfter)];
    }

    private bool IsDue(OpenTransaction transaction, long head) => !_looks.TryGetValue(transaction.Id, out var look)
        || (look.Head != head && (look.Count < AtFirst || time.GetUtcNow() - look.At >= LaterEvery));

    private void Forget()
    {
        var oldest = time.GetUtcNow() - ForgottenAfter;
        foreach (var (id, _) in _looks.Where(look => look.Value.At < oldest).ToArray())
        {
            _looks.Remove(id);
        }
    }

    private readonly record struct Look(long Head, DateTimeOffset At, int Count);

    private static partial class Log
    {
        [LoggerMessage(EventId = 215, Level = LogLevel.Critical, Message = "Transaction {Id} on chain {ChainId} is given up: {Other} in block {Block} has nonce {Nonce} of {Signer}. Who has its key?")]
        public static partial void Displaced(ILogger logger, Guid id, ChainId chainId, ulong nonce, Address signer, Hash32 other, long block);

        [LoggerMessage(EventId = 219, Level = LogLevel.Warning, Message = "Transaction {Id} on chain {ChainId} is in block {Block} as {Hash}, and no provider shows its receipt; it stays open until one does")]
        public static partial void Silent(ILogger logger, Guid id, ChainId chainId, Hash32 hash, long block);
    }
}
