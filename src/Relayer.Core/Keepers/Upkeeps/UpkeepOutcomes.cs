using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Upkeeps;

/// <summary>An upkeep that did not revert was performed: there is no event that all contracts would share.</summary>
internal sealed class UpkeepOutcomes : IKeeperOutcomes
{
    public string Name => UpkeepKeeper.Kind;

    public WorkOutcome Read(KeeperWork work, TransactionReceipt receipt) => new(true, Wei.Zero);
}
