using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Accounts;

/// <summary>An account was deployed when it, or an event that names it, is in the receipt.</summary>
internal sealed class DeploymentOutcomes : IKeeperOutcomes
{
    public string Name => KeeperNames.Deployment;

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
    private static readonly Hash32 Transfer = AbiSignature.Parse("Transfer(address,address,uint256)").Hash;

    public string Name => KeeperNames.Bridging;

    public WorkOutcome Read(KeeperWork work, TransactionReceipt receipt)
    {
        var details = AccountWork.Read(work);
        var (account, usdc) = (details.Address, Address.Parse(details.Usdc));
        return new WorkOutcome(
            receipt.Logs.Any(log => log.Address == usdc && log.Topics.Count == 3 && log.Topics[0] == Transfer
                && log.Topics[1].Span[12..].SequenceEqual(account.Span)),
            Wei.Zero);
    }
}
