using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers.Pool;

/// <summary>How far apart healthy nodes of a chain may be, where the configuration does not say.</summary>
internal static class DefaultHeadLag
{
    // About a quarter to half a minute: the slower the blocks, the fewer.
    private const int OfSlowBlocks = 3;
    private const int OfMostChains = 5;
    private const int OfFastBlocks = 8;

    /// <summary>In blocks.</summary>
    public static int DefaultOf(ChainId chain) => chain.Value switch
    {
        // Ethereum and its test nets: 12 seconds.
        1 or 11155111 or 17000 or 560048 => OfSlowBlocks,

        // Two seconds and less: OP mainnet, Base, BNB, Unichain, Polygon, Linea, Scroll, Blast, Mantle, Arbitrum, zkSync; their test nets.
        10 or 8453 or 56 or 130 or 137 or 59144 or 534352 or 81457 or 5000 or 42161 or 42170 or 324 => OfFastBlocks,
        11155420 or 84532 or 97 or 1301 or 80002 or 59141 or 534351 or 421614 or 300 => OfFastBlocks,
        _ => OfMostChains,
    };
}
