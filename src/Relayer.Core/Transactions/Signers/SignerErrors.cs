using System.Collections.Concurrent;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Transactions.Signers;

/// <summary>Counts each signer's failures in a row, as this instance sees them. Forgotten at a restart, and counted again.</summary>
/// <remarks>Safe for concurrent use. Where all goes well it costs a look at two empty tables.</remarks>
internal sealed class SignerErrors
{
    /// <summary>So many failures in a row, and none of its transactions taken between them.</summary>
    public const int Limit = 3;

    private readonly ConcurrentDictionary<Address, (int Count, string Reason)> _failures = [];
    private readonly ConcurrentDictionary<Address, bool> _resting = [];

    /// <summary>A node took a transaction of the signer's.</summary>
    public void Took(Address signer)
    {
        if (!_failures.IsEmpty)
        {
            _failures.TryRemove(signer, out _);
        }

        if (!_resting.IsEmpty)
        {
            _resting.TryUpdate(signer, newValue: true, comparisonValue: false);
        }
    }

    /// <summary>A transaction of the signer's failed for a reason of the signer's own.</summary>
    public void Failed(Address signer, string reason) =>
        _failures.AddOrUpdate(signer, (1, reason), (_, before) => (before.Count + 1, reason));

    /// <summary>
    /// A node refused one. Only what speaks of the account counts: a payload that no node takes, a fee that is too low or a pool that is
    /// full would be the same from any other.
    /// </summary>
    public void Refused(Address signer, NodeError error)
    {
        if (error.Kind is NodeErrorKind.InsufficientFunds or NodeErrorKind.NonceTooHigh)
        {
            Failed(signer, error.Kind is NodeErrorKind.InsufficientFunds ? "nodes say that it lacks the funds" : "nodes say that nonces before its own are missing");
        }
    }

    /// <summary>The signers that keep failing, and why.</summary>
    public IReadOnlyList<(Address Signer, string Reason)> Failing() => _failures.IsEmpty
        ? []
        : [.. _failures.Where(failure => failure.Value.Count >= Limit).Select(failure => (failure.Key, failure.Value.Reason))];

    /// <summary>The signers that rest after errors, and of which something was taken since.</summary>
    public IReadOnlyList<Address> Recovered() => _resting.IsEmpty
        ? []
        : [.. _resting.Where(signer => signer.Value).Select(signer => signer.Key)];

    /// <summary>The signer rests: from now on a transaction of it that is taken is a sign that the errors have stopped.</summary>
    public void Rests(Address signer)
    {
        _failures.TryRemove(signer, out _);
        _resting.TryAdd(signer, false);
    }

    /// <summary>The signer does not rest, as the records say: what it failed since then still counts.</summary>
    public void Awakes(Address signer)
    {
        if (!_resting.IsEmpty)
        {
            _resting.TryRemove(signer, out _);
        }
    }

    /// <summary>The signer goes on, and what was before is forgotten.</summary>
    public void GoesOn(Address signer)
    {
        _failures.TryRemove(signer, out _);
        _resting.TryRemove(signer, out _);
    }
}
