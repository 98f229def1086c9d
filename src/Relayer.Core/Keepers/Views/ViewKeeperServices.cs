using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Nethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Views;

/// <summary>Registers keepers of one's own.</summary>
public static partial class ViewKeeperServices
{
    private const DynamicallyAccessedMemberTypes Bound =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicProperties;

    /// <summary>Adds a keeper; it runs on each chain that has the section <c>Chains:{chain}:Keepers:{name}</c>.</summary>
    /// <typeparam name="TKeeper">The keeper; its constructor may ask for services.</typeparam>
    /// <typeparam name="TOptions">Its options.</typeparam>
    /// <param name="services">Before the settings are read (<c>AddRelayerOptions</c>), so that they are checked with all others.</param>
    /// <param name="name">The section, the purpose in the ledger, the name in the API: small letters, digits and hyphens.</param>
    /// <exception cref="ArgumentException">The name is taken, or none.</exception>
    /// <exception cref="InvalidOperationException">The settings were read already.</exception>
    public static IServiceCollection AddKeeper<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TKeeper, [DynamicallyAccessedMembers(Bound)] TOptions>(
        this IServiceCollection services, string name)
        where TKeeper : ViewKeeper<TOptions>
        where TOptions : ViewKeeperOptions, new()
    {
        RequireFree(services, name);
        services.AddWeb3();
        services.AddSingleton<KeeperRegistration>(new Registration<TKeeper, TOptions>(name));
        KeepersServices.AddOutcomes(services, new ViewOutcomes(name));
        return services;
    }

    private static void RequireFree(IServiceCollection services, string name)
    {
        string[] taken =
        [
            .. typeof(KeepersOptions).GetProperties().Select(property => property.Name), "relay", "noop",
            .. services.Select(service => service.ImplementationInstance).OfType<KeeperRegistration>().Select(other => other.Section.Name),
        ];
        if (!Name.IsMatch(name) || taken.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"'{name}' is taken, or not a keeper's name (1 to 40 small letters, digits and hyphens, a letter first).", nameof(name));
        }

        if (services.Any(service => service.ServiceType == typeof(RelayerOptions)))
        {
            throw new InvalidOperationException($"Add the keeper {name} before AddRelayerOptions: its settings are checked there with all others.");
        }
    }

    [GeneratedRegex(@"^[a-z][a-z0-9-]{0,39}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name { get; }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The app is not trimmed; Nethereum needs reflection throughout.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "The app is not compiled ahead of time; Nethereum needs reflection throughout.")]
    private static TOptions Bind<[DynamicallyAccessedMembers(Bound)] TOptions>(IConfigurationSection section)
        where TOptions : ViewKeeperOptions, new()
    {
        var options = new TOptions();

        // By reflection: what is bound is not known when this is compiled.
        new ConfigureFromConfigurationOptions<TOptions>(section).Configure(options);
        return options;
    }

    private sealed class Registration<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TKeeper, [DynamicallyAccessedMembers(Bound)] TOptions>(string name)
        : KeeperRegistration(new KeeperSection(name, typeof(TOptions), Bind<TOptions>))
        where TKeeper : ViewKeeper<TOptions>
        where TOptions : ViewKeeperOptions, new()
    {
        internal override IKeeper Create(IServiceProvider services, ChainOptions chain) => new ViewKeeperLoop<TOptions>(
            Section.Name,
            ActivatorUtilities.CreateInstance<TKeeper>(services),
            (TOptions)chain.Keepers.ListOwn()[Section.Name],
            services.GetRequiredService<IChainClientFactory>().Get(new ChainId(chain.ChainId)),
            services.GetRequiredService<IWeb3Factory>(),
            services.GetRequiredService<KeeperStore>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<TKeeper>>());
    }
}
