using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;

namespace Relayer.Core.Keys;

/// <summary>API keys out of Key Vault, each loaded on first use and looked at again as it ages.</summary>
internal sealed class KeyVaultTexts(
    RelayerOptions options, KeyVaultSecrets secrets, TimeProvider time, ILogger<KeyVaultTexts> logger) : ISecretSource
{
    private readonly ConcurrentDictionary<string, KeyVaultText> _texts = new(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public ValueTask<string> GetAsync(string name, CancellationToken cancellation) =>
        _texts.GetOrAdd(name, secret => new KeyVaultText(secret, secrets, options.KeyVault, time, logger)).GetAsync(cancellation);
}
