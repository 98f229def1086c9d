using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Settlement;

/// <summary>Finds in a mined transaction whether an order was settled or cancelled by it.</summary>
internal sealed class SettlementOutcomes : IKeeperOutcomes
{
    public string Name => KeeperNames.Settlement;

    // The window is the chain's, and the price is that of the order's own time.
    public bool IsTimedByChain => true;

    public WorkOutcome Read(KeeperWork work, TransactionReceipt receipt)
    {
        var order = Order.Read(work);
        foreach (var log in receipt.Logs)
        {
            if (log.Address.ToString() == order.Contract && PerpsEvents.ReadEnded(log) is { } end && end.Account == order.AccountId)
            {
                return new WorkOutcome(
                    true, PerpsEvents.ToWei(end.RewardUsd, PerpsEvents.Parse(order.WeiPerUsd)), end.IsSettled ? "settled" : "cancelled");
            }
        }

        return default;
    }
}
