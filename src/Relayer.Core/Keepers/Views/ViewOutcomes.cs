using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Views;

/// <summary>A transaction that did not revert did it. Where it did not, the view says so, and that is the next piece of work.</summary>
internal sealed class ViewOutcomes(string name) : IKeeperOutcomes
{
    public string Name => name;

    public WorkOutcome Read(KeeperWork work, TransactionReceipt receipt) => new(true, Wei.Zero);
}
