using Relayer.Core.Ethereum;

namespace Relayer.Core.Keys;

/// <summary>Where one configured signer's key comes from.</summary>
internal interface IKeyHolder : IDisposable
{
    /// <summary>The present signer, loaded if need be.</summary>
    /// <exception cref="SignerUnavailableException">There is none now.</exception>
    ValueTask<ISigner> GetAsync(CancellationToken cancellation);

    /// <summary>A signer whose secret has rotated since, while its key is still kept.</summary>
    ISigner? FindRetired(Address address);
}
