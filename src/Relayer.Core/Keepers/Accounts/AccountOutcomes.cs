using Nethereum.Contracts.Standards.ERC20.ContractDefinition;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Accounts;

/// <summary>An account was deployed when it, or an event that names it, is in the receipt.</summary>
internal sealed class DeploymentOutcomes : IKeeperOutcomes
{
    public string Name => KeeperNames.Deployment;

    public bool IsTimedByChain => true; // No price is in it.

    public WorkOutcome Read(KeeperWork work, TransactionReceipt receipt)
    {
        var account = AccountWork.Read(work).Address;
        return new WorkOutcome(receipt.Logs.Any(log => Names(log, account)), Wei.Zero);
    }

    private static bool Names(LogEntry log, Address account) =>
        log.Address == account || log.Topics.Any(topic => topic.Span[12..].SequenceEqual(account.Span)) || log.Data.Span.IndexOf(account.Span) >= 0;
}

/// <summary>An account has bridged when its USDC moved.</summary>
internal sealed class BridgingOutcomes : IKeeperOutcomes
{
    public string Name => KeeperNames.Bridging;

    public bool IsTimedByChain => true; // No price is in it.

    public WorkOutcome Read(KeeperWork work, TransactionReceipt receipt)
    {
        var details = AccountWork.Read(work);
        var (account, usdc) = (details.Address, Address.Parse(details.Usdc));
        return new WorkOutcome(
            receipt.Logs.Any(log => log.Address == usdc && Typed.TryReadEvent<TransferEventDTO>(log, out var transfer)
                && Address.Parse(transfer.From) == account),
            Wei.Zero);
    }
}
