using Microsoft.Extensions.Logging;
using Relayer.Core.Concurrency;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Telemetry;

namespace Relayer.Core.Transactions;

/// <summary>Carries reserved transactions on: sign, store the bytes, broadcast, mark.</summary>
/// <remarks>
/// Every step may be the last one before a crash: <see cref="Confirmer"/> takes up what is left from the database, with the same bytes.
/// Callers at the same time share signing, writing and broadcasting.
/// </remarks>
internal sealed partial class Submitter
{
    private readonly ChainSettings _settings;
    private readonly IChainClient _chain;
    private readonly ISignerSource _signers;
    private readonly Database _database;
    private readonly TransactionStore _store;
    private readonly ILogger _logger;
    private readonly Coalescer<ReservedTransaction, Submission> _submissions;

    public Submitter(
        ChainSettings settings, IChainClient chain, ISignerSource signers, Database database, TransactionStore store, ILogger<Submitter> logger)
    {
        (_settings, _chain, _signers, _database, _store, _logger) = (settings, chain, signers, database, store, logger);
        _submissions = new Coalescer<ReservedTransaction, Submission>(SubmitManyAsync, maxBatch: 64, parallelism: 4);
    }

    /// <summary>Signs, stores and broadcasts one reserved transaction, together with whatever others are at hand.</summary>
    /// <returns>Its hash, and whether a node took it yet; if not, the confirmer goes on.</returns>
    /// <exception cref="SignerUnavailableException">The key cannot be had now; the reservation stays and is taken up later.</exception>
    public Task<Submission> SubmitAsync(ReservedTransaction reserved, CancellationToken cancellation) =>
        _submissions.RunAsync(reserved, cancellation);

    /// <summary>Sends stored bytes again; those a node has are marked.</summary>
    public async Task<IReadOnlyList<SendOutcome>> BroadcastAsync(
        IReadOnlyList<(Guid Id, Attempt Attempt)> attempts, CancellationToken cancellation)
    {
        var outcomes = await _chain.SendRawAsync([.. attempts.Select(item => item.Attempt.Raw)], cancellation);
        for (var i = 0; i < attempts.Count; i++)
        {
            if (!outcomes[i].IsAccepted)
            {
                Log.NotTaken(_logger, attempts[i].Attempt.Hash, _settings.ChainId, outcomes[i].Error!.Kind, outcomes[i].Error!.Message);
            }
        }

        RelayerMetrics.TransactionsBroadcast.Add(
            outcomes.Count(outcome => outcome.IsAccepted), new KeyValuePair<string, object?>("chain", _settings.ChainId.Value));
        await using var connection = await _database.OpenAsync(cancellation);
        await _store.MarkBroadcastAsync(
            connection, [.. attempts.Zip(outcomes, (item, outcome) => (item.Id, outcome.IsAccepted))], cancellation);
        return outcomes;
    }

    /// <summary>Signs a reservation's payload, or the self-send that closes its nonce, and stores the bytes.</summary>
    public async Task<(Guid Id, Attempt Attempt)> SignAsync(
        ReservedTransaction reserved, int number, bool isNoop, CancellationToken cancellation)
    {
        var signer = await _signers.FindAsync(_settings.ChainId, reserved.Signer, cancellation)
            ?? throw new SignerUnavailableException($"no key of {reserved.Signer} is at hand for chain {_settings.ChainId}");
        var unsigned = isNoop ? reserved.Noop() : reserved.Payload();
        var raw = unsigned.Encode(await signer.SignAsync(unsigned.SigningDigest(), cancellation));
        return (reserved.Plan.Id, new Attempt(number, Keccak256.Hash(raw), raw, isNoop));
    }

    /// <summary>Stores signed bytes before anybody else sees them.</summary>
    public async Task StoreAsync(IReadOnlyList<(Guid Id, Attempt Attempt)> signed, CancellationToken cancellation)
    {
        await using var connection = await _database.OpenAsync(cancellation);
        await _store.StoreAttemptsAsync(connection, signed, cancellation);
    }

    private async Task<IReadOnlyList<Submission>> SubmitManyAsync(IReadOnlyList<ReservedTransaction> batch, CancellationToken cancellation)
    {
        // In nonce order: nodes take a gap only into their queue.
        var ordered = batch.OrderBy(reserved => reserved.Signer).ThenBy(reserved => reserved.Nonce).ToArray();
        var signed = new List<(Guid Id, Attempt Attempt)>(ordered.Length);
        foreach (var reserved in ordered)
        {
            signed.Add(await SignAsync(reserved, 1, isNoop: false, cancellation));
        }

        await StoreAsync(signed, cancellation);
        var taken = await TryBroadcastAsync(signed, cancellation);
        var submissions = signed.Zip(taken, (item, isTaken) => (item.Id, new Submission(item.Attempt.Hash, isTaken)))
            .ToDictionary(pair => pair.Id, pair => pair.Item2);
        return [.. batch.Select(reserved => submissions[reserved.Plan.Id])];
    }

    /// <summary>The bytes are safe in the database: a chain that is away delays the broadcast and fails nobody.</summary>
    private async Task<IEnumerable<bool>> TryBroadcastAsync(List<(Guid Id, Attempt Attempt)> signed, CancellationToken cancellation)
    {
        try
        {
            return (await BroadcastAsync(signed, cancellation)).Select(outcome => outcome.IsAccepted);
        }
        catch (ChainUnavailableException away)
        {
            Log.BroadcastDelayed(_logger, _settings.ChainId, signed.Count, away);
            return signed.Select(_ => false);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 200, Level = LogLevel.Warning, Message = "Transaction {Hash} on chain {ChainId} not taken: {Kind}: {Reason}")]
        public static partial void NotTaken(ILogger logger, Hash32 hash, ChainId chainId, NodeErrorKind kind, string reason);

        [LoggerMessage(EventId = 201, Level = LogLevel.Warning, Message = "Broadcast of {Count} transactions on chain {ChainId} delayed")]
        public static partial void BroadcastDelayed(ILogger logger, ChainId chainId, int count, Exception exception);
    }
}

/// <summary>What became of a submission.</summary>
/// <param name="Hash">The transaction hash.</param>
/// <param name="IsTaken">A node has it.</param>
public readonly record struct Submission(Hash32 Hash, bool IsTaken);
