using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Storage;

namespace Relayer.Core.Transactions;

/// <summary>One engine for each configured chain, made on first use.</summary>
public sealed class ChainEngines
{
    private readonly Dictionary<ChainId, Lazy<ChainEngine>> _engines;

    /// <summary>Makes none yet.</summary>
    public ChainEngines(
        RelayerOptions options, IChainClients chains, ISignerSource signers, Database database,
        Lazy<IEnumerable<IPurpose>> purposes, TimeProvider time, ILoggerFactory loggers)
    {
        var store = new TransactionStore(time);
        _engines = options.Chains.Values.Select(ChainSettings.From).ToDictionary(
            settings => settings.ChainId,
            settings => new Lazy<ChainEngine>(() =>
            {
                var chain = chains.Get(settings.ChainId);
                var submitter = new Submitter(settings, chain, signers, database, store, loggers.CreateLogger<Submitter>());
                return new ChainEngine(
                    settings,
                    new ChainGauge(settings, chain, signers, database, store, time),
                    store,
                    submitter,
                    new Confirmer(settings, chain, submitter, database, store, purposes.Value, time, loggers.CreateLogger<Confirmer>()),
                    time,
                    loggers.CreateLogger<ChainEngine>());
            }));
    }

    /// <summary>The configured chains.</summary>
    public IReadOnlyCollection<ChainId> Chains => _engines.Keys;

    /// <summary>A chain's engine.</summary>
    /// <exception cref="KeyNotFoundException">The chain is not configured.</exception>
    public ChainEngine Get(ChainId chainId) => _engines[chainId].Value;
}
