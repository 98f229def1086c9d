namespace Relayer.Core.Configuration.Chains;

/// <summary>Chains whose coin is ether, by their ids (chainid.network), test networks included.</summary>
internal static class EtherChains
{
    private static readonly HashSet<long> Ids =
    [
        1, 10, 130, 324, 480, 8453, 34443, 42161, 42170, 57073, 59144, 81457, 534352, 7777777, // Ethereum and its rollups
        17000, 84532, 421614, 534351, 560048, 11155111, 11155420, 59141, // their test networks
        1337, 31337, // development
    ];

    public static bool Contains(long chainId) => Ids.Contains(chainId);
}
