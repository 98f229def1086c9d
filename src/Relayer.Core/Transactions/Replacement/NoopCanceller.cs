using Microsoft.Extensions.Logging;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Transactions.Confirmation;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions.Replacement;

/// <summary>Sees to it that no nonce stays open: of transactions that no node takes, that were not mined in time, or that lost theirs.</summary>
internal sealed partial class NoopCanceller(
    ChainSettings settings, IChainClient chain, Replacer replacer, Recorder recorder, TimeProvider time, ILogger<NoopCanceller> logger)
{
    private const int Parallelism = 8;

    /// <summary>How long a suspicion is kept that nobody comes back to.</summary>
    private static readonly TimeSpan SuspicionAge = TimeSpan.FromHours(1);

    // Head and time at which a transaction's nonce was first seen taken. Forgotten at a restart, and found again.
    private readonly Dictionary<Guid, (long Head, DateTimeOffset At)> _suspected = [];

    /// <summary>
    /// What is not mined while there is still time for it, and what an operator cancelled, is replaced by a noop. A block may still be
    /// faster with the payload; both are on record.
    /// </summary>
    public Task CloseUnwantedAsync(IReadOnlyList<OpenTransaction> waiting, CancellationToken cancellation) => CloseAsync(
        [.. waiting.Where(IsUnwanted)],
        transaction => transaction.Closing ?? CancelReason.Late,
        transaction => Log.Unwanted(
            logger, transaction.Id, settings.ChainId, transaction.Closing ?? CancelReason.Late, transaction.Reserved.Plan.ExpiresAt),
        cancellation);

    /// <summary>Its payload must not be sent any more, and nothing else is signed yet.</summary>
    public bool IsUnwanted(OpenTransaction transaction) => transaction is { IsInFlight: true, IsClosing: false }
        && (transaction.Closing is not null || settings.Bumps.IsLate(transaction, time.GetUtcNow()));

    /// <summary>What no node will ever take gives its nonce to a noop, so that later ones are not stranded.</summary>
    public Task CloseRefusedAsync(IReadOnlyList<(OpenTransaction Transaction, NodeError Error)> refused, CancellationToken cancellation)
    {
        var errors = refused.ToDictionary(item => item.Transaction.Id, item => item.Error);
        return CloseAsync(
            [.. refused.Select(item => item.Transaction).Where(transaction => !transaction.IsClosing)],
            _ => CancelReason.Refused,
            transaction => Log.Refused(logger, transaction.Id, settings.ChainId, errors[transaction.Id].Kind, errors[transaction.Id].Message),
            cancellation);
    }

    /// <summary>
    /// The nodes say that these nonces are used up. That is so when an attempt was mined, which its receipt will tell, or when the key
    /// is used elsewhere: then the transaction can never be mined, which is believed when it is still so after some blocks.
    /// </summary>
    public async Task GiveUpDisplacedAsync(IReadOnlyList<OpenTransaction> refused, CancellationToken cancellation)
    {
        if (refused.Count == 0)
        {
            return;
        }

        // Nonces first: a receipt that came in between shows up then.
        Address[] signers = [.. refused.Select(transaction => transaction.Reserved.Signer).Distinct()];
        var nonces = signers.Zip(await chain.ReadNoncesAsync(signers, cancellation)).ToDictionary();
        var reading = await ReceiptReading.ReadAsync(chain, refused, cancellation);
        var changes = new List<StateChange>();
        foreach (var transaction in refused)
        {
            var isTaken = transaction.Reserved.Nonce < nonces[transaction.Reserved.Signer]
                && reading.Of(transaction).Observation is Observation.ReceiptMissing;
            if (isTaken && Suspect(transaction, reading.Head) is { IsFinal: true } final)
            {
                Log.Displaced(logger, transaction.Id, settings.ChainId, transaction.Reserved.Nonce, transaction.Reserved.Signer);
                changes.Add(new StateChange(transaction, final, null));
            }
            else if (!isTaken)
            {
                _suspected.Remove(transaction.Id);
            }
        }

        await recorder.RecordAsync(changes, cancellation);
        Forget();
    }

    private TransactionState Suspect(OpenTransaction transaction, long head)
    {
        _suspected.TryAdd(transaction.Id, (head, time.GetUtcNow()));
        return Transition.Next(
            transaction.State, new Observation.NonceTakenByAnother(_suspected[transaction.Id].Head, head), settings.Confirmations);
    }

    private void Forget()
    {
        var oldest = time.GetUtcNow() - SuspicionAge;
        foreach (var (id, _) in _suspected.Where(suspicion => suspicion.Value.At < oldest).ToArray())
        {
            _suspected.Remove(id);
        }
    }

    private async Task CloseAsync(
        IReadOnlyList<OpenTransaction> transactions, Func<OpenTransaction, CancelReason> why, Action<OpenTransaction> tell,
        CancellationToken cancellation)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation };
        await Parallel.ForEachAsync(transactions, options, async (transaction, token) =>
        {
            tell(transaction);
            try
            {
                await replacer.ReplaceNowAsync(transaction, why(transaction), token);
            }
            catch (SignerUnavailableException unavailable)
            {
                Log.NoKey(logger, transaction.Id, settings.ChainId, unavailable);
            }
        });
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 213, Level = LogLevel.Error, Message = "Transaction {Id} on chain {ChainId} will never be taken ({Kind}: {Reason}): closing its nonce")]
        public static partial void Refused(ILogger logger, Guid id, ChainId chainId, NodeErrorKind kind, string reason);

        [LoggerMessage(EventId = 214, Level = LogLevel.Warning, Message = "Transaction {Id} on chain {ChainId} is given up ({Reason}; it expires at {ExpiresAt}): closing its nonce")]
        public static partial void Unwanted(ILogger logger, Guid id, ChainId chainId, CancelReason reason, DateTimeOffset? expiresAt);

        [LoggerMessage(EventId = 215, Level = LogLevel.Critical, Message = "Transaction {Id} on chain {ChainId} is given up: something else used nonce {Nonce} of {Signer}. Who has its key?")]
        public static partial void Displaced(ILogger logger, Guid id, ChainId chainId, ulong nonce, Address signer);

        [LoggerMessage(EventId = 216, Level = LogLevel.Error, Message = "The nonce of transaction {Id} on chain {ChainId} cannot be closed: its signing key is unavailable")]
        public static partial void NoKey(ILogger logger, Guid id, ChainId chainId, Exception exception);
    }
}
