using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;

namespace Relayer.Core.Keys;

/// <summary>Registers the signers.</summary>
public static class KeysServices
{
    /// <summary>
    /// Adds <see cref="ISignerSource"/> over the signers of <c>Chains:{name}:Signers</c>, <see cref="ISecretSource"/>, <see cref="OperatorKeys"/> and
    /// <see cref="ClientKeys"/>. Needs <see cref="RelayerOptions"/> and
    /// logging to be registered; takes a <see cref="TimeProvider"/> if there is one. Azure is first spoken to when a key is needed.
    /// </summary>
    public static IServiceCollection AddKeys(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new KeyVaultSecrets(
            provider.GetRequiredService<RelayerOptions>().KeyVault, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<ISignerSource, SignerSource>();
        services.TryAddSingleton<ISecretSource, KeyVaultTexts>();
        services.TryAddSingleton(provider => new OperatorKeys(
            provider.GetRequiredService<RelayerOptions>(), provider.GetRequiredService<KeyVaultSecrets>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<OperatorKeys>>()));
        services.TryAddSingleton(provider => new ClientKeys(
            provider.GetRequiredService<RelayerOptions>(), provider.GetRequiredService<KeyVaultSecrets>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ClientKeys>>()));
        return services;
    }
}
