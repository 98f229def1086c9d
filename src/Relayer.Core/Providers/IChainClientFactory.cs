using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers;

/// <summary>The configured chains' clients.</summary>
public interface IChainClientFactory
{
    /// <summary>The client of a configured chain.</summary>
    /// <exception cref="KeyNotFoundException">The chain is not configured.</exception>
    IChainClient Get(ChainId chainId);
}
