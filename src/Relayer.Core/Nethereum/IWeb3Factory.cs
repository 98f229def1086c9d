using Nethereum.Web3;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Nethereum;

/// <summary>Makes <see cref="IWeb3"/> over the engine. Also from DI by the chain's name: <c>[FromKeyedServices("base")] IWeb3 web3</c>.</summary>
/// <remarks>
/// Each is made anew and may be set up as its user likes (default block, interceptor). Reads go through the chain's providers. What it sends
/// goes through the engine: there is no key and no nonce in it, and fees are the engine's.
/// </remarks>
public interface IWeb3Factory
{
    /// <summary>Of a chain. It sends only inside a keeper's action, for that piece of work.</summary>
    /// <exception cref="KeyNotFoundException">The chain is not configured.</exception>
    IWeb3 For(ChainId chainId);

    /// <summary>The same by the chain's name in the settings.</summary>
    /// <exception cref="KeyNotFoundException">The chain is not configured.</exception>
    IWeb3 For(string chain);

    /// <summary>Of a chain, for a purpose: what it sends outside of a keeper's action counts in this keeper's budget.</summary>
    /// <param name="chainId">The chain.</param>
    /// <param name="purpose">A configured keeper's name.</param>
    /// <exception cref="KeyNotFoundException">The chain is not configured.</exception>
    IWeb3 For(ChainId chainId, string purpose);
}
