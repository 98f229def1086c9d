using Relayer.Core.Ethereum;

namespace Relayer.Core.Keys;

/// <summary>Signs with a key held in this process.</summary>
/// <param name="key">The key; whoever loaded it wipes it.</param>
internal sealed class LocalSigner(KeyMaterial key) : ISigner
{
    /// <inheritdoc/>
    public Address Address => key.Address;

    /// <inheritdoc/>
    public ValueTask<Signature> SignAsync(Hash32 digest, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return key.TrySign(digest, out var signature)
            ? ValueTask.FromResult(signature)
            : throw new SignerUnavailableException($"the key of {Address} has been retired and wiped");
    }

    /// <summary>The account, and nothing else.</summary>
    public override string ToString() => $"signer {Address}";
}
