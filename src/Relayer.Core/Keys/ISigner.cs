using Relayer.Core.Ethereum;

namespace Relayer.Core.Keys;

/// <summary>Signs with one key that never leaves it.</summary>
public interface ISigner
{
    /// <summary>The account the key controls.</summary>
    Address Address { get; }

    /// <summary>Signs a transaction's digest. Deterministic (RFC 6979): the same digest gives the same bytes, also after a crash.</summary>
    /// <exception cref="SignerUnavailableException">The key cannot be had now.</exception>
    ValueTask<Signature> SignAsync(Hash32 digest, CancellationToken cancellation);
}

/// <summary>The signers of every chain, loaded on first use and refreshed when their secrets rotate.</summary>
public interface ISignerSource
{
    /// <summary>
    /// The signers that may take new transactions on a chain, in configuration order; those whose key cannot be loaded are left out.
    /// </summary>
    /// <exception cref="SignerUnavailableException">None could be loaded.</exception>
    ValueTask<IReadOnlyList<ISigner>> GetSignersAsync(ChainId chainId, CancellationToken cancellation);

    /// <summary>Those of the signers that are for one thing only.</summary>
    ValueTask<IReadOnlyDictionary<Address, SignerUse>> GetUsesAsync(ChainId chainId, CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyDictionary<Address, SignerUse>>(new Dictionary<Address, SignerUse>());

    /// <summary>
    /// The council's account on a chain, which fills the signers and does nothing else; <see langword="null"/> where none is configured.
    /// It is not among those of <see cref="GetSignersAsync"/>.
    /// </summary>
    /// <exception cref="SignerUnavailableException">It could not be loaded.</exception>
    ValueTask<ISigner?> GetCouncilAsync(ChainId chainId, CancellationToken cancellation) => ValueTask.FromResult<ISigner?>(null);

    /// <summary>
    /// The signer of an account, the council's included, also one whose secret has rotated since and that only finishes what it began;
    /// <see langword="null"/> when its key is gone.
    /// </summary>
    ValueTask<ISigner?> FindAsync(ChainId chainId, Address address, CancellationToken cancellation);
}

/// <summary>What a signer sends.</summary>
public enum SignerUse
{
    /// <summary>Whatever there is.</summary>
    Both,

    /// <summary>Users' relays.</summary>
    Relays,

    /// <summary>What keepers do.</summary>
    Keepers,
}

/// <summary>A signing key cannot be had: the vault is unavailable, refuses, or holds another account's key than the configured.</summary>
/// <param name="message">What happened, by secret name; never key material.</param>
/// <param name="innerException">The cause.</param>
public sealed class SignerUnavailableException(string message, Exception? innerException = null)
    : Exception(message, innerException);
