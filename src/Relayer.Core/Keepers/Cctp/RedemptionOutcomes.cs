using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Cctp;

/// <summary>A burn was redeemed when the transmitter tells of a message that arrived.</summary>
internal sealed class RedemptionOutcomes : IKeeperOutcomes
{
    public string Name => KeeperNames.Redemption;

    public bool IsTimedByChain => true; // No price is in it.

    public WorkOutcome Read(KeeperWork work, TransactionReceipt receipt)
    {
        var receiver = Address.Parse(BurnWork.Read(work).Receiver);
        return new WorkOutcome(
            receipt.Logs.Any(log => log.Address == receiver && log.Topics.Count > 0
                && (log.Topics[0] == Typed.Topic<MessageReceivedEvent>() || log.Topics[0] == Typed.Topic<MessageReceivedEvent2>())),
            Wei.Zero);
    }
}
