using Relayer.Core.Configuration;
using Relayer.Core.Keepers.Engine;

namespace Functions.Health;

/// <summary>Chains on which keepers and relays send from the same accounts, and so may wait for each other. Pure.</summary>
internal static class SharedSigners
{
    /// <summary>Their names.</summary>
    public static IEnumerable<string> Find(RelayerOptions options, KeeperRegistry keepers)
    {
        var kept = keepers.All.Select(keeper => keeper.ChainId.Value).ToHashSet();
        return options.Chains.Where(chain => kept.Contains(chain.Value.ChainId) && chain.Value.Policy.Targets.Count > 0
            && chain.Value.Signers.Any(signer => signer.Use.Equals("both", StringComparison.OrdinalIgnoreCase))).Select(chain => chain.Key);
    }
}
