using Relayer.Core.Ethereum;

namespace Relayer.Core.Configuration.Chains;

/// <summary>The least tip that the nodes of a chain take, where it is known and more than a trifle.</summary>
/// <remarks>
/// Polygon PoS and its test network: bor takes nothing below 25 gwei into its pool ("gas tip cap X, minimum needed 25000000000"), as reported in
/// https://github.com/WayfinderFoundation/wayfinder-paths-sdk/pull/379 and https://github.com/UMAprotocol/protocol/pull/4919.
/// </remarks>
internal static class KnownTips
{
    private static readonly Dictionary<long, Wei> Tips = new()
    {
        [137] = Wei.FromGwei(25),
        [80002] = Wei.FromGwei(25),
    };

    /// <summary>The least tip of a chain by its id; <see langword="null"/> where none is known.</summary>
    public static Wei? Find(long chainId) => Tips.TryGetValue(chainId, out var tip) ? tip : null;
}
