namespace Relayer.Core.Keys;

/// <summary>Secrets that are handed to others as they are, such as API keys: by name out of Key Vault, refreshed when they rotate.</summary>
public interface ISecretSource
{
    /// <summary>What a secret holds at present, loaded on first use.</summary>
    /// <param name="name">Its name in the vault.</param>
    /// <param name="cancellation">Stops the waiting; a look at the vault goes on for the others.</param>
    /// <exception cref="SecretUnavailableException">It was never to be had.</exception>
    ValueTask<string> GetAsync(string name, CancellationToken cancellation);
}

/// <summary>A secret cannot be had: the vault is unavailable or refuses, or it holds something else.</summary>
/// <param name="message">What happened, by the secret's name; never with what it holds.</param>
public sealed class SecretUnavailableException(string message) : Exception(message);
