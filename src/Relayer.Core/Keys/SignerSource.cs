using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Keys;

/// <summary>The configured signers of every chain, out of Key Vault or, in development, out of the configuration.</summary>
/// <remarks>Safe for concurrent use. Nothing is loaded before it is asked for. Disposal wipes every key.</remarks>
internal sealed class SignerSource : ISignerSource, IDisposable
{
    private readonly Dictionary<ChainId, IKeyHolder[]> _chains;
    private readonly Dictionary<ChainId, IKeyHolder> _councils;
    private readonly Dictionary<ChainId, SignerUse[]> _uses;

    /// <exception cref="InvalidOperationException">A literal key outside development, or one that is no key.</exception>
    public SignerSource(RelayerOptions options, KeyVaultSecrets secrets, TimeProvider time, ILogger<SignerSource> logger)
    {
        // One secret serves several chains with one key in memory; a rotation then reaches all of them at once.
        var shared = new Dictionary<(KeyVaultSecrets Vault, string Secret, Address? Address), KeyVaultKey>();
        _chains = options.Chains.ToDictionary(
            chain => new ChainId(chain.Value.ChainId),
            chain => chain.Value.Signers
                .Select((signer, i) => CreateHolder(signer, $"Chains:{chain.Key}:Signers:{i}", secrets))
                .ToArray());
        _uses = options.Chains.ToDictionary(
            chain => new ChainId(chain.Value.ChainId), chain => chain.Value.Signers.Select(signer => Enum.Parse<SignerUse>(signer.Use, ignoreCase: true)).ToArray());
        _councils = options.Chains.Where(chain => chain.Value.Council.IsConfigured).ToDictionary(
            chain => new ChainId(chain.Value.ChainId), chain => CreateHolder(chain.Value.Council, $"Chains:{chain.Key}:Council", secrets.Council));

        IKeyHolder CreateHolder(SignerOptions signer, string at, KeyVaultSecrets vault)
        {
            if (signer.Secret.Length == 0)
            {
                return options.IsDevelopment
                    ? new DevelopmentKey(signer.Key, at)
                    : throw new InvalidOperationException($"{at}:Key: a literal key is accepted only in development");
            }

            var id = (vault, signer.Secret.ToUpperInvariant(), signer.Address);
            if (!shared.TryGetValue(id, out var key))
            {
                shared[id] = key = new KeyVaultKey(signer.Secret, signer.Address, vault, options.KeyVault, time, logger);
            }

            return key;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ISigner>> GetSignersAsync(ChainId chainId, CancellationToken cancellation)
    {
        var (signers, failure) = await LoadAsync(Holders(chainId), cancellation);
        return signers.Count > 0
            ? signers
            : throw failure ?? new SignerUnavailableException($"chain {chainId} has no signers configured");
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<Address, SignerUse>> GetUsesAsync(ChainId chainId, CancellationToken cancellation)
    {
        var uses = new Dictionary<Address, SignerUse>();
        foreach (var (holder, use) in Holders(chainId).Zip(_uses[chainId]).Where(pair => pair.Second != SignerUse.Both))
        {
            try
            {
                uses[(await holder.GetAsync(cancellation)).Address] = use;
            }
            catch (SignerUnavailableException)
            {
                // It is not among those available either.
            }
        }

        return uses;
    }

    /// <inheritdoc/>
    public async ValueTask<ISigner?> GetCouncilAsync(ChainId chainId, CancellationToken cancellation) =>
        _councils.TryGetValue(chainId, out var council) ? await council.GetAsync(cancellation) : null;

    /// <inheritdoc/>
    /// <exception cref="SignerUnavailableException">
    /// It is not among those available, but some of the chain's keys could not be loaded and may be it.
    /// </exception>
    public async ValueTask<ISigner?> FindAsync(ChainId chainId, Address address, CancellationToken cancellation)
    {
        var (signers, failure) = await LoadAsync(Everyone(chainId), cancellation);
        var found = signers.FirstOrDefault(signer => signer.Address == address)
            ?? Everyone(chainId).Select(holder => holder.FindRetired(address)).FirstOrDefault(retired => retired is not null);
        return found is null && failure is not null ? throw failure : found;
    }

    /// <summary>Wipes every key.</summary>
    public void Dispose()
    {
        foreach (var holder in _chains.Values.SelectMany(holders => holders).Concat(_councils.Values))
        {
            holder.Dispose();
        }
    }

    private static async Task<(List<ISigner> Signers, SignerUnavailableException? Failure)> LoadAsync(
        IKeyHolder[] holders, CancellationToken cancellation)
    {
        // All at once: one secret that is slow must not add to another.
        var loads = Array.ConvertAll(holders, holder => holder.GetAsync(cancellation).AsTask());
        var signers = new List<ISigner>(loads.Length);
        SignerUnavailableException? failure = null;
        foreach (var load in loads)
        {
            try
            {
                signers.Add(await load);
            }
            catch (SignerUnavailableException unavailable)
            {
                failure ??= unavailable;
            }
        }

        return (signers, failure);
    }

    private IKeyHolder[] Everyone(ChainId chainId) =>
        _councils.TryGetValue(chainId, out var council) ? [.. Holders(chainId), council] : Holders(chainId);

    private IKeyHolder[] Holders(ChainId chainId) =>
        _chains.TryGetValue(chainId, out var holders) ? holders : throw new KeyNotFoundException($"chain {chainId} is not configured");
}
