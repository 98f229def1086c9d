using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers;

/// <summary>No provider of a chain gave a usable answer in time. Infrastructure, not the caller's fault: worth a retry.</summary>
/// <param name="chainId">The chain.</param>
/// <param name="message">What was tried, without URLs (they may hold keys).</param>
/// <param name="innerException">The last failure.</param>
public sealed class ChainUnavailableException(ChainId chainId, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The chain.</summary>
    public ChainId ChainId { get; } = chainId;
}
