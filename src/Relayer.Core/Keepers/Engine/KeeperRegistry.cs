using Relayer.Core.Ethereum;

namespace Relayer.Core.Keepers.Engine;

/// <summary>The configured keepers.</summary>
/// <param name="keepers">One for each kind and chain.</param>
public sealed class KeeperRegistry(IReadOnlyList<IKeeper> keepers)
{
    private readonly Dictionary<(string, ChainId), IKeeper> _keepers = keepers.ToDictionary(keeper => (keeper.Name, keeper.ChainId));

    /// <summary>All of them.</summary>
    public IReadOnlyList<IKeeper> All => keepers;

    /// <summary>A lane's limits; <see langword="null"/> when it is not configured any more.</summary>
    public KeeperLimits? Find(string keeper, ChainId chainId, string lane) =>
        _keepers.TryGetValue((keeper, chainId), out var found) ? found.Lanes.GetValueOrDefault(lane) : null;
}
