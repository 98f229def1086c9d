using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Providers.Agreement;
using Relayer.Core.Storage;
using Relayer.Core.Transactions.Clock;
using Relayer.Core.Transactions.Confirmation;
using Relayer.Core.Transactions.Fees;
using Relayer.Core.Transactions.Nonces;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Replacement;
using Relayer.Core.Transactions.Sending;
using Relayer.Core.Transactions.Signers;
using Relayer.Core.Transactions.Watch;

namespace Relayer.Core.Transactions;

/// <summary>One engine for each configured chain, made on first use. Disposal lets what is under way finish.</summary>
public sealed class ChainEngines : IAsyncDisposable, IDisposable
{
    private readonly Dictionary<ChainId, Lazy<ChainEngine>> _engines;

    /// <summary>Makes none yet.</summary>
    public ChainEngines(
        RelayerOptions options, IChainClientFactory chains, ISignerSource signers, Database database,
        Lazy<IEnumerable<ITransactionHandler>> purposes, TimeProvider time, ILoggerFactory loggers, ISpendLedger? ledger = null,
        IncidentLog? incidents = null, DisagreementLog? disagreements = null, StorageTrouble? trouble = null)
    {
        var store = new TransactionStore(time);
        var disputes = disagreements ?? new DisagreementLog(options, database, time, loggers.CreateLogger<DisagreementLog>());
        _engines = options.Chains.Values.Select(ChainSettings.From).ToDictionary(
            settings => settings.ChainId,
            settings => new Lazy<ChainEngine>(() =>
            {
                var chain = chains.Get(settings.ChainId);
                var errors = new SignerErrors();
                var clock = new ChainClock(settings.Pace, chain, time);
                var cache = new FeeAndBalanceCache(settings, chain, signers, database, store, time, loggers.CreateLogger<FeeAndBalanceCache>(), clock);
                var submitter = new Submitter(settings, cache, chain, signers, errors, database, store, time, purposes.Value, loggers.CreateLogger<Submitter>(), trouble);
                var confirmed = new ConfirmedBlocks(chain, database, time);
                var recorder = new Recorder(settings, database, store, confirmed, purposes.Value, ledger, clock, time, loggers.CreateLogger<Recorder>());
                var replacer = new Replacer(settings, cache, chain, submitter, database, time, loggers.CreateLogger<Replacer>());
                var closer = new NoopCanceller(settings, replacer, purposes.Value, time, loggers.CreateLogger<NoopCanceller>());
                var gaps = new GapFiller(settings, cache, chain, submitter, database, time, loggers.CreateLogger<GapFiller>());
                var health = new StageHealth(settings.ChainId, time, loggers.CreateLogger<StageHealth>(), trouble);
                var missing = new MissingReceipts(settings.ChainId, database, time);
                var evidence = new Evidence(chain, settings.Confirmations, disputes);
                var spent = new SpentNonces(settings, chain, evidence, recorder, missing, time, loggers.CreateLogger<SpentNonces>());
                var unread = new UnreadReceipts(settings, missing, time, loggers.CreateLogger<UnreadReceipts>());
                return new ChainEngine(
                    settings,
                    chain,
                    cache,
                    new NonceFloor(settings, chain, database, store, gaps, loggers.CreateLogger<NonceFloor>()),
                    store,
                    confirmed,
                    submitter,
                    new Interventions(settings, replacer, submitter, database, time),
                    new Confirmer(settings, evidence, spent, submitter, closer, replacer, errors, recorder, unread, clock, database, time, loggers.CreateLogger<Confirmer>()),
                    new Corrector(settings, evidence, recorder, database, time, loggers.CreateLogger<Corrector>()),
                    new SignerPool(settings, cache, signers, errors, database, time, loggers.CreateLogger<SignerPool>()),
                    health,
                    clock,
                    new WatchIncidents(
                        settings.ChainId, health, missing, disputes, new FailingSigners(settings.ChainId, database), clock, incidents, time,
                        loggers.CreateLogger<WatchIncidents>(), trouble),
                    purposes.Value,
                    time,
                    loggers.CreateLogger<ChainEngine>(),
                    trouble);
            }));
    }

    /// <summary>The configured chains.</summary>
    public IReadOnlyCollection<ChainId> Chains => _engines.Keys;

    /// <summary>A chain's engine.</summary>
    /// <exception cref="KeyNotFoundException">The chain is not configured.</exception>
    public ChainEngine Get(ChainId chainId) => _engines[chainId].Value;

    /// <summary>Stages of the watch that have not succeeded for a while here, on chains that this instance works on.</summary>
    public IReadOnlyList<(ChainId Chain, StalledStage Stage)> FindStalled() =>
        [.. _engines.Where(engine => engine.Value.IsValueCreated).SelectMany(engine => engine.Value.Value.FindStalled().Select(stage => (engine.Key, stage)))];

    /// <summary>Chains that this instance works on and knows to stand still, or to catch up after that.</summary>
    public IReadOnlyList<(ChainId Chain, ChainStanding Standing)> FindBehind() =>
        [.. _engines.Where(engine => engine.Value.IsValueCreated).Select(engine => (engine.Key, engine.Value.Value.Standing)).Where(chain => chain.Standing.IsBehind)];

    /// <summary>True when this instance has seen a node take the transaction; a chain that is not configured any more takes none.</summary>
    internal bool IsTaken(ChainId chainId, Hash32 hash) =>
        _engines.TryGetValue(chainId, out var engine) && engine.IsValueCreated && engine.Value.IsTaken(hash);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    /// <inheritdoc/>
    public void Dispose() => _ = StopAsync();

    private Task StopAsync() => Task.WhenAll(_engines.Values.Where(engine => engine.IsValueCreated).Select(engine => engine.Value.StopAsync()));
}
