using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Liquidation;

/// <summary>Finds in a mined transaction whether it liquidated an account, wholly or in part.</summary>
internal sealed class LiquidationOutcomes : IKeeperOutcomes
{
    public string Name => KeeperNames.Liquidation;

    public WorkOutcome Read(KeeperWork work, TransactionReceipt receipt)
    {
        var target = Target.Read(work);
        foreach (var log in receipt.Logs)
        {
            // What is left of a flagged account is found anew, as work of its own.
            if (log.Address.ToString() == target.Contract && PerpsEvents.ReadAttempt(log) is { } attempt
                && attempt.Account == target.AccountId && (attempt.IsWhole || !attempt.RewardUsd.IsZero))
            {
                return new WorkOutcome(
                    true, PerpsEvents.ToWei(attempt.RewardUsd, PerpsEvents.Parse(target.WeiPerUsd)), attempt.IsWhole ? "whole" : "in part");
            }
        }

        return default;
    }
}
