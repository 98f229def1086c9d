using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;
using Relayer.Core.Incidents;
using Relayer.Core.Keepers.Accounts;
using Relayer.Core.Keepers.Cctp;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Engine.Sending;
using Relayer.Core.Keepers.Liquidation;
using Relayer.Core.Keepers.Oracles;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Keepers.Scanning;
using Relayer.Core.Keepers.Settlement;
using Relayer.Core.Keepers.Upkeeps;
using Relayer.Core.Nethereum;
using Relayer.Core.Operations;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Transactions;

namespace Relayer.Core.Keepers;

/// <summary>Registers the keepers.</summary>
public static class KeepersServices
{
    /// <summary>Adds <see cref="KeeperService"/> and every configured keeper; needs the engine and the providers.</summary>
    public static IServiceCollection AddKeepers(this IServiceCollection services)
    {
        services.AddSingleton<KeeperStore>();
        services.AddSingleton<KeeperReports>();
        services.AddSingleton(provider => new KeeperRegistry(Configured(provider)));
        services.AddSingleton(provider => new KeeperService(
            provider.GetRequiredService<KeeperRegistry>(),
            new KeeperRunner(
                provider.GetRequiredService<ChainEngines>(),
                provider.GetRequiredService<KeeperStore>(),
                new KeeperSender(provider.GetRequiredService<Database>(), provider.GetRequiredService<TimeProvider>()),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<KeeperRunner>>()),
            new KeeperSweeper(
                provider.GetRequiredService<Database>(), provider.GetRequiredService<RelayerOptions>(), provider.GetRequiredService<TimeProvider>()),
            provider.GetRequiredService<Pauses>(),
            provider.GetRequiredService<ILogger<KeeperService>>()));
        services.AddIncidents();
        services.AddSingleton<KeeperFailureDiagnosis>();
        services.AddSingleton<LaneBreakers>();
        services.AddSingleton<ITransactionOutlet>(provider => new KeeperOutlet(
            provider.GetRequiredService<KeeperRegistry>(),
            provider.GetRequiredService<ChainEngines>(),
            provider.GetRequiredService<IChainClientFactory>(),
            provider.GetRequiredService<KeeperStore>(),
            new KeeperSender(provider.GetRequiredService<Database>(), provider.GetRequiredService<TimeProvider>()),
            provider.GetRequiredService<Pauses>()));
        services.AddSingleton<IPriceSource, HermesClient>();
        services.AddSingleton<ScanStore>();
        services.AddSingleton<OrderStore>();
        services.AddSingleton<AccountStore>();
        services.AddSingleton<AccountBook>();
        services.AddSingleton<MessageStore>();
        services.AddSingleton<BurnReader>();
        services.AddSingleton<IAttestationSource, CircleClient>();
        services.AddSingleton<TraderStore>();
        AddOutcomes(services, new UpkeepOutcomes());
        AddOutcomes(services, new DeploymentOutcomes());
        AddOutcomes(services, new BridgingOutcomes());
        AddOutcomes(services, new RedemptionOutcomes());
        AddOutcomes(services, new SettlementOutcomes());
        AddOutcomes(services, new LiquidationOutcomes());
        return services;
    }

    internal static void AddOutcomes(IServiceCollection services, IKeeperOutcomes outcomes) =>
        services.AddSingleton<ITransactionHandler>(provider => new KeeperTransactionHandler(
            outcomes,
            provider.GetRequiredService<KeeperFailureDiagnosis>(),
            provider.GetRequiredService<KeeperRegistry>(),
            provider.GetRequiredService<KeeperStore>(),
            provider.GetRequiredService<LaneBreakers>(),
            provider.GetRequiredService<TimeProvider>()));

    private static List<IKeeper> Configured(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<RelayerOptions>();
        var chains = provider.GetRequiredService<IChainClientFactory>();
        var store = provider.GetRequiredService<KeeperStore>();
        var time = provider.GetRequiredService<TimeProvider>();
        var keepers = new List<IKeeper>();
        foreach (var chain in options.Chains.Values)
        {
            var client = chains.Get(new Ethereum.ChainId(chain.ChainId));
            if (chain.Keepers.Settlement.IsConfigured)
            {
                keepers.Add(Settlement(provider, client, SettlementSettings.From(chain.Keepers.Settlement), store, time));
            }

            if (chain.Keepers.Deployment.IsConfigured)
            {
                keepers.Add(Account(provider, client, DeploymentTask.From(chain.Keepers.Deployment), store, time));
            }

            if (chain.Keepers.Bridging.IsConfigured)
            {
                keepers.Add(Account(provider, client, BridgingTask.From(chain.Keepers.Bridging), store, time));
            }

            if (chain.Keepers.Liquidation.IsConfigured)
            {
                keepers.Add(Liquidation(provider, client, LiquidationSettings.From(chain.Keepers.Liquidation), store, time));
            }

            if (chain.Keepers.Redemption.IsConfigured)
            {
                keepers.Add(Redemption(provider, client, RedemptionSettings.From(chain.Keepers.Redemption), chains, time));
            }

            if (chain.Keepers.Upkeeps.Count > 0)
            {
                keepers.Add(new UpkeepKeeper(client, [.. chain.Keepers.Upkeeps.Select(entry => Upkeep.From(entry.Key, entry.Value))], store, time));
            }

            keepers.AddRange(provider.GetServices<KeeperRegistration>()
                .Where(own => chain.Keepers.ListOwn().ContainsKey(own.Section.Name)).Select(own => own.Create(provider, chain)));
        }

        return keepers;
    }

    private static AccountKeeper Account(IServiceProvider provider, IChainClient client, AccountTask task, KeeperStore store, TimeProvider time) =>
        new(client, task, provider.GetRequiredService<AccountStore>(), store, time);

    private static RedemptionKeeper Redemption(
        IServiceProvider provider, IChainClient client, RedemptionSettings settings, IChainClientFactory chains, TimeProvider time)
    {
        var scanners = settings.Sources.Select(source => (source, new LogScanner(
            chains.Get(source.ChainId), provider.GetRequiredService<ScanStore>(), provider.GetRequiredService<ILogger<LogScanner>>()))).ToArray();
        return new RedemptionKeeper(
            client, settings, new RedemptionFinder(client.ChainId, settings, scanners, provider.GetRequiredService<MessageStore>(), time),
            provider.GetRequiredService<BurnReader>(), provider.GetRequiredService<IAttestationSource>(), time);
    }

    private static SettlementKeeper Settlement(
        IServiceProvider provider, IChainClient client, SettlementSettings settings, KeeperStore store, TimeProvider time)
    {
        var scanner = new LogScanner(client, provider.GetRequiredService<ScanStore>(), provider.GetRequiredService<ILogger<LogScanner>>());
        return new SettlementKeeper(
            client, settings, new OrderFinder(client, settings, scanner, store, time), provider.GetRequiredService<OrderStore>(),
            provider.GetRequiredService<IPriceSource>(), time);
    }

    private static LiquidationKeeper Liquidation(
        IServiceProvider provider, IChainClient client, LiquidationSettings settings, KeeperStore store, TimeProvider time)
    {
        var scanner = new LogScanner(client, provider.GetRequiredService<ScanStore>(), provider.GetRequiredService<ILogger<LogScanner>>());
        return new LiquidationKeeper(
            client, settings, new TraderFinder(client, settings, scanner), provider.GetRequiredService<TraderStore>(), store,
            provider.GetRequiredService<IPriceSource>(), time);
    }
}
