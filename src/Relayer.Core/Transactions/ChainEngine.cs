using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Transactions;

/// <summary>Everything that spends gas on one chain goes through here: relays, keepers and top-ups alike.</summary>
/// <remarks>
/// Order of work: <see cref="QuoteAsync"/> → <see cref="ReserveAsync"/> inside the feature's own database transaction, beside its record →
/// commit → <see cref="SubmitAsync"/>. From the commit on, the transaction is carried out whatever happens to this process.
/// </remarks>
public sealed partial class ChainEngine
{
    /// <summary>Open transactions looked after in one pass.</summary>
    private const int PassSize = 1_000;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PollIntervalAfterFailure = TimeSpan.FromSeconds(2);

    private readonly ChainGauge _gauge;
    private readonly TransactionStore _store;
    private readonly Submitter _submitter;
    private readonly Confirmer _confirmer;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private int _isWatching;

    internal ChainEngine(
        ChainSettings settings, ChainGauge gauge, TransactionStore store, Submitter submitter, Confirmer confirmer,
        TimeProvider time, ILogger<ChainEngine> logger)
    {
        Settings = settings;
        (_gauge, _store, _submitter, _confirmer, _time, _logger) = (gauge, store, submitter, confirmer, time, logger);
    }

    /// <summary>The chain's settings.</summary>
    public ChainSettings Settings { get; }

    /// <summary>What sending this much gas takes now.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="Keys.SignerUnavailableException">No signing key can be had.</exception>
    public async Task<Quote> QuoteAsync(ulong gas, CancellationToken cancellation)
    {
        var reading = await _gauge.ReadAsync(cancellation);
        return new Quote(reading.Fees, reading.AbleToPay(gas));
    }

    /// <summary>
    /// Takes a nonce for each plan and records it, in the transaction of <paramref name="connection"/>. Gives fewer than asked,
    /// from the front, when the chosen signer has no more room, and none when no signer has any: then ask again, or refuse.
    /// </summary>
    public Task<IReadOnlyList<ReservedTransaction>> ReserveAsync(
        NpgsqlConnection connection, IReadOnlyList<Address> signers, IReadOnlyList<TransactionPlan> plans, CancellationToken cancellation) =>
        _store.ReserveAsync(connection, Settings.ChainId, signers, Settings.MaxInFlight, plans, cancellation);

    /// <summary>Signs, stores and broadcasts a committed reservation, and starts watching for its receipt.</summary>
    /// <returns>The transaction hash, and whether a node has it yet.</returns>
    /// <exception cref="Keys.SignerUnavailableException">The key cannot be had now. The reservation is carried out later.</exception>
    public async Task<Submission> SubmitAsync(ReservedTransaction reserved, CancellationToken cancellation)
    {
        var submission = await _submitter.SubmitAsync(reserved, cancellation);
        Watch();
        return submission;
    }

    /// <summary>One pass over the open transactions; what the timer function calls.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public Task<int> ConfirmAsync(CancellationToken cancellation) => _confirmer.RunAsync(PassSize, cancellation);

    /// <summary>Looks for receipts until nothing is open, so that nobody waits for the timer. One watch at a time.</summary>
    private void Watch()
    {
        if (Interlocked.Exchange(ref _isWatching, 1) == 0)
        {
            _ = Task.Run(WatchAsync);
        }
    }

    private async Task WatchAsync()
    {
        var open = 1;
        while (open > 0)
        {
            try
            {
                open = await _confirmer.RunAsync(PassSize, CancellationToken.None);
                await Task.Delay(PollInterval, _time);
            }
            catch (Exception failure) when (failure is ChainUnavailableException or NpgsqlException or Keys.SignerUnavailableException)
            {
                Log.WatchFailed(_logger, Settings.ChainId, failure);
                await Task.Delay(PollIntervalAfterFailure, _time);
            }
            finally
            {
                if (open == 0)
                {
                    Volatile.Write(ref _isWatching, 0);
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 220, Level = LogLevel.Warning, Message = "Looking for receipts on chain {ChainId} failed; trying again")]
        public static partial void WatchFailed(ILogger logger, ChainId chainId, Exception exception);
    }
}

/// <summary>What sending takes now.</summary>
/// <param name="Fees">What to offer; <see langword="null"/> while even the base fee is above the chain's cap.</param>
/// <param name="Signers">Accounts that can pay for it.</param>
public sealed record Quote(Ethereum.Tx.TransactionFees? Fees, IReadOnlyList<Address> Signers);
