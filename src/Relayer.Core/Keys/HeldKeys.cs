using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;

namespace Relayer.Core.Keys;

/// <summary>Keys that open something to whoever shows them. Only their SHA-256 is kept, and what is shown is compared with all of them in constant time.</summary>
/// <remarks>
/// A key out of the vault is loaded on first use and looked at again as every secret is: a new version replaces the one before within
/// <see cref="KeyVaultOptions.RefreshAfter"/>, and a vault that is unavailable leaves it in force. One that is too weak is not taken. Safe for concurrent use.
/// </remarks>
/// <typeparam name="T">Whose they are.</typeparam>
internal sealed class HeldKeys<T>
    where T : class
{
    private readonly Held[] _held;

    /// <param name="sources">Where each one's key comes from; should two hold the same key, the first has it.</param>
    /// <param name="expected">What a secret should hold, such as <c>an operator's key</c>.</param>
    /// <param name="options">How keys are looked at.</param>
    /// <param name="secrets">The vault.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of loads and failures, never with a key.</param>
    public HeldKeys(
        IEnumerable<(T Holder, KeySource Source)> sources, string expected, RelayerOptions options, KeyVaultSecrets secrets, TimeProvider time, ILogger logger)
    {
        _held = [.. from entry in sources
            from held in entry.Source.Key.Length > 0
                ? [new Held(entry.Holder, DigestOf(entry.Source.Key), null)]
                : new[] { entry.Source.Secret, entry.Source.NextSecret }.Where(name => name.Length > 0).Select(name => new Held(entry.Holder, null, OfVault(name)))
            select held];

        KeyVaultText OfVault(string name) => new(
            name, text => Read(text.Trim(), options.IsDevelopment),
            $"{expected}: at least {KeyStrength.LeastLength} printable characters without spaces, drawn at random",
            secrets, options.KeyVault, time, logger);
    }

    /// <summary>How many keys are configured.</summary>
    public int Count => _held.Length;

    /// <summary>Whose key that is; not complete when one could not be had from the vault: it may be that one's.</summary>
    public async ValueTask<(T? Holder, bool IsComplete)> FindAsync(string shown, CancellationToken cancellation)
    {
        var digest = DigestOf(shown);
        var (found, isComplete) = ((T?)null, true);
        foreach (var held in _held)
        {
            try
            {
                var expected = held.Digest ?? await held.Secret!.GetAsync(cancellation);
                found = AreEqual(digest, expected) ? found ?? held.Holder : found;
            }
            catch (SecretUnavailableException)
            {
                isComplete = false; // Told by the secret itself, once for each look.
            }
        }

        return (found, isComplete);
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

    private static bool AreEqual(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(one.AsSpan()), MemoryMarshal.AsBytes(other.AsSpan()));

    /// <summary>One key: its digest, or the secret that it is in.</summary>
    private sealed record Held(T Holder, string? Digest, KeyVaultText? Secret);
}

/// <summary>Where somebody's key comes from.</summary>
/// <param name="Secret">The secret's name; empty with a literal key.</param>
/// <param name="NextSecret">The name of a second one whose key is as good; may be empty.</param>
/// <param name="Key">The key itself, in development; else empty.</param>
internal readonly record struct KeySource(string Secret, string NextSecret, string Key);
