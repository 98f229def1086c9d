using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;

namespace Relayer.Core.Keys;

/// <summary>Somebody who showed a right key.</summary>
/// <param name="Name">Their name in the settings; the audit's.</param>
/// <param name="Role">What they may do.</param>
public sealed record Operator(string Name, OperatorRole Role);

/// <summary>Whose key it is.</summary>
/// <param name="Operator">Whose; <see langword="null"/> for nobody's that is known.</param>
/// <param name="IsComplete">False when a key could not be had from the vault: it may be that one's.</param>
public sealed record OperatorMatch(Operator? Operator, bool IsComplete);

/// <summary>The operators' keys. Only their SHA-256 is kept, and what is shown is compared with all of them in constant time.</summary>
/// <remarks>
/// A key out of the vault is loaded on first use and looked at again as every secret is: a new version replaces the one before within
/// <see cref="KeyVaultOptions.RefreshAfter"/>, and a vault that is unavailable leaves it in force. One that is too weak is not taken. Safe for concurrent use.
/// </remarks>
public sealed class OperatorKeys
{
    private readonly Held[] _held;

    internal OperatorKeys(RelayerOptions options, KeyVaultSecrets secrets, TimeProvider time, ILogger<OperatorKeys> logger)
    {
        // The weakest role first: should two secrets hold the same key, it opens the less.
        _held = [.. from entry in options.Operators
            let role = OperatorRoles.TryParse(entry.Value.Role, out var read) ? read : OperatorRole.Look
            orderby role, entry.Key
            let one = new Operator(entry.Key, role)
            from held in entry.Value.Key.Length > 0
                ? [new Held(one, DigestOf(entry.Value.Key), null)]
                : new[] { entry.Value.Secret, entry.Value.NextSecret }.Where(name => name.Length > 0).Select(name => new Held(one, null, OfVault(name)))
            select held];

        KeyVaultText OfVault(string name) => new(
            name, text => Read(text.Trim(), options.IsDevelopment),
            $"an operator's key: at least {KeyStrength.LeastLength} printable characters without spaces, drawn at random",
            secrets, options.KeyVault, time, logger);
    }

    /// <summary>How many keys are configured.</summary>
    public int Count => _held.Length;

    /// <summary>Whose key that is.</summary>
    /// <param name="shown">What a caller showed.</param>
    /// <param name="cancellation">Stops the waiting for the vault.</param>
    public async ValueTask<OperatorMatch> FindAsync(string shown, CancellationToken cancellation)
    {
        var digest = Encoding.ASCII.GetBytes(DigestOf(shown));
        var (found, isComplete) = ((Operator?)null, true);
        foreach (var held in _held)
        {
            try
            {
                var expected = held.Digest ?? await held.Secret!.GetAsync(cancellation);
                found = CryptographicOperations.FixedTimeEquals(digest, Encoding.ASCII.GetBytes(expected)) ? found ?? held.Operator : found;
            }
            catch (SecretUnavailableException)
            {
                isComplete = false; // Told by the secret itself, once for each look.
            }
        }

        return new OperatorMatch(found, isComplete);
    }

    /// <summary>Loads every key, so that what is wrong with one is in the log before somebody needs it.</summary>
    /// <returns>How many cannot be had.</returns>
    public async Task<int> LoadAsync(CancellationToken cancellation)
    {
        var missing = 0;
        foreach (var held in _held)
        {
            try
            {
                _ = held.Digest ?? await held.Secret!.GetAsync(cancellation);
            }
            catch (SecretUnavailableException)
            {
                missing++;
            }
        }

        return missing;
    }

    private static string? Read(string key, bool isDevelopment) => KeyStrength.Fault(key, isDevelopment) is null ? DigestOf(key) : null;

    private static string DigestOf(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>One key: its digest, or the secret that it is in.</summary>
    private sealed record Held(Operator Operator, string? Digest, KeyVaultText? Secret);
}
