using Microsoft.Extensions.Logging;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Transactions.Clock;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions.Replacement;

/// <summary>Sees to it that no nonce stays open: of transactions that no node takes, or that were not mined in time.</summary>
internal sealed partial class NoopCanceller(
    ChainSettings settings, Replacer replacer, IEnumerable<ITransactionHandler> purposes, TimeProvider time, ILogger<NoopCanceller> logger)
{
    private const int Parallelism = 8;

    private readonly HashSet<string> _timedByChain = [.. purposes.Where(purpose => purpose.IsTimedByChain).Select(purpose => purpose.Name)];

    /// <summary>
    /// What is not mined while there is still time for it, and what an operator cancelled, is replaced by a noop. A block may still be
    /// faster with the payload; both are on record.
    /// </summary>
    public Task CloseUnwantedAsync(IReadOnlyList<OpenTransaction> unwanted, CancellationToken cancellation) => CloseAsync(
        unwanted,
        transaction => transaction.Closing ?? CancelReason.Late,
        transaction => Log.Unwanted(
            logger, transaction.Id, settings.ChainId, transaction.Closing ?? CancelReason.Late, transaction.Reserved.Plan.ExpiresAt),
        cancellation);

    /// <summary>Its payload must not be sent any more, and nothing else is signed yet.</summary>
    public bool IsUnwanted(OpenTransaction transaction, ChainStanding standing) => transaction is { IsInFlight: true, IsClosing: false }
        && (transaction.Closing is not null || IsLate(transaction, standing));

    // Where the chain's time is not known, or its next block is overdue, nothing is late by it: silence ends nothing.
    private bool IsLate(OpenTransaction transaction, ChainStanding standing) => _timedByChain.Contains(transaction.Reserved.Plan.Purpose)
        ? standing is { Motion: not ChainMotion.Unknown, IsDoubtful: false } && settings.Bumps.IsLate(transaction, time.GetUtcNow(), standing)
        : settings.Bumps.IsLate(transaction, time.GetUtcNow());

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
                Log.NoKey(logger, transaction.Id, settings.ChainId, unavailable.Message);
            }
        });
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 213, Level = LogLevel.Error, Message = "Transaction {Id} on chain {ChainId} will never be taken ({Kind}: {Reason}): closing its nonce")]
        public static partial void Refused(ILogger logger, Guid id, ChainId chainId, NodeErrorKind kind, string reason);

        [LoggerMessage(EventId = 214, Level = LogLevel.Warning, Message = "Transaction {Id} on chain {ChainId} is given up ({Reason}; it expires at {ExpiresAt}): closing its nonce")]
        public static partial void Unwanted(ILogger logger, Guid id, ChainId chainId, CancelReason reason, DateTimeOffset? expiresAt);

        [LoggerMessage(EventId = 216, Level = LogLevel.Error, Message = "The nonce of transaction {Id} on chain {ChainId} cannot be closed: its signing key is unavailable: {Reason}")]
        public static partial void NoKey(ILogger logger, Guid id, ChainId chainId, string reason);
    }
}
