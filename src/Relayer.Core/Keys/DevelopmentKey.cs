using Relayer.Core.Ethereum;

namespace Relayer.Core.Keys;

/// <summary>A key written in the configuration, for development alone.</summary>
internal sealed class DevelopmentKey : IKeyHolder
{
    private readonly KeyMaterial _key;
    private readonly LocalSigner _signer;

    /// <summary>Takes a literal key.</summary>
    /// <exception cref="InvalidOperationException">It is no key; the message does not repeat it.</exception>
    public DevelopmentKey(string literal, string at)
    {
        _key = KeyMaterial.TryRead(literal) ?? throw new InvalidOperationException($"{at}:Key: is not a private key");
        _signer = new LocalSigner(_key);
    }

    public ValueTask<ISigner> GetAsync(CancellationToken cancellation) => ValueTask.FromResult<ISigner>(_signer);

    public ISigner? FindRetired(Address address) => null;

    public void Dispose() => _key.Dispose();
}
