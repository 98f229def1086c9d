using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;

namespace Relayer.Core.Keys;

/// <summary>The API clients' keys, held as <see cref="HeldKeys{T}"/> says.</summary>
public sealed class ClientKeys
{
    private readonly HeldKeys<string> _held;

    internal ClientKeys(RelayerOptions options, KeyVaultSecrets secrets, TimeProvider time, ILogger<ClientKeys> logger) => _held = new(
        from entry in options.Clients
        orderby entry.Key
        select (entry.Key, new KeySource(entry.Value.Secret, entry.Value.NextSecret, entry.Value.Key)),
        "a client's key", options, secrets, time, logger);

    /// <summary>How many keys are configured.</summary>
    public int Count => _held.Count;

    /// <summary>The name of the client whose key that is; not complete when a key could not be had from the vault: it may be that one's.</summary>
    /// <param name="shown">What a caller showed.</param>
    /// <param name="cancellation">Stops the waiting for the vault.</param>
    public ValueTask<(string? Client, bool IsComplete)> FindAsync(string shown, CancellationToken cancellation) => _held.FindAsync(shown, cancellation);

    /// <summary>Loads every key, so that what is wrong with one is in the log before somebody needs it.</summary>
    /// <returns>How many cannot be had.</returns>
    public Task<int> LoadAsync(CancellationToken cancellation) => _held.LoadAsync(cancellation);
}
