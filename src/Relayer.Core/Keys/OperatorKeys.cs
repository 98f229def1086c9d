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

/// <summary>The operators' keys, held as <see cref="HeldKeys{T}"/> says.</summary>
public sealed class OperatorKeys
{
    private readonly HeldKeys<Operator> _held;

    // The weakest role first: should two secrets hold the same key, it opens the less.
    internal OperatorKeys(RelayerOptions options, KeyVaultSecrets secrets, TimeProvider time, ILogger<OperatorKeys> logger) => _held = new(
        from entry in options.Operators
        let role = OperatorRoles.TryParse(entry.Value.Role, out var read) ? read : OperatorRole.Look
        orderby role, entry.Key
        select (new Operator(entry.Key, role), new KeySource(entry.Value.Secret, entry.Value.NextSecret, entry.Value.Key)),
        "an operator's key", options, secrets, time, logger);

    /// <summary>How many keys are configured.</summary>
    public int Count => _held.Count;

    /// <summary>Whose key that is.</summary>
    /// <param name="shown">What a caller showed.</param>
    /// <param name="cancellation">Stops the waiting for the vault.</param>
    public async ValueTask<OperatorMatch> FindAsync(string shown, CancellationToken cancellation)
    {
        var (found, isComplete) = await _held.FindAsync(shown, cancellation);
        return new OperatorMatch(found, isComplete);
    }

    /// <summary>Loads every key, so that what is wrong with one is in the log before somebody needs it.</summary>
    /// <returns>How many cannot be had.</returns>
    public Task<int> LoadAsync(CancellationToken cancellation) => _held.LoadAsync(cancellation);
}
