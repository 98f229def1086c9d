using System.Numerics;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;

namespace Relayer.Core.Configuration.Keepers;

/// <summary>Names actions that could never be afforded: a budget in the wrong unit, or none, is no way to switch a keeper off.</summary>
internal static class KeeperCostValidator
{
    public static void Validate(string at, ChainOptions chain, OptionFaults faults)
    {
        if (!Wei.TryParse(chain.Fees.MinPriorityFeePerGasWei, out var least))
        {
            return;
        }

        // More gas than any transaction has is a fault of its own.
        foreach (var (name, limits, gas) in Actions(chain.Keepers).Where(action => !action.Limits.DryRun && action.Gas <= TransactionLimits.MaxGas))
        {
            var cost = gas * least.ToBigInteger();
            var because = $"one action may use {gas} gas, and at least {least} wei is offered for each";

            // What comes in is not known here: for profit, and where rewards count, it may pay for the action.
            faults.AddIf(
                limits.Mode == "Backstop" && !HasReward(limits) && Wei.TryParse(limits.MaxLossPerActionWei, out var action) && action.ToBigInteger() < cost,
                $"{at}:Keepers:{name}:MaxLossPerActionWei", $"can never be enough: {because}");
            faults.AddIf(
                Wei.TryParse(limits.MaxLossPerDayWei, out var day) && day.ToBigInteger() < cost,
                $"{at}:Keepers:{name}:MaxLossPerDayWei", $"can never be enough: {because}");
        }
    }

    private static bool HasReward(KeeperLimitOptions limits) => limits is PerpsOptions { WeiPerUsd: not "0" };

    private static IEnumerable<(string Name, KeeperLimitOptions Limits, BigInteger Gas)> Actions(KeepersOptions keepers)
    {
        (string, KeeperLimitOptions, BigInteger, bool)[] all =
        [
            ("Settlement", keepers.Settlement, (BigInteger)keepers.Settlement.GasBase + keepers.Settlement.GasPerOrder, keepers.Settlement.IsConfigured),
            ("Liquidation", keepers.Liquidation, keepers.Liquidation.GasLimit, keepers.Liquidation.IsConfigured),
            ("Deployment", keepers.Deployment, keepers.Deployment.GasLimit, keepers.Deployment.Factory.Length > 0),
            ("Bridging", keepers.Bridging, keepers.Bridging.GasLimit, keepers.Bridging.Usdc.Length > 0),
            ("Redemption", keepers.Redemption, keepers.Redemption.GasLimit, keepers.Redemption.Sources.Count > 0),
            .. keepers.Upkeeps.Select(entry => ($"Upkeeps:{entry.Key}", (KeeperLimitOptions)entry.Value, (BigInteger)entry.Value.GasLimit, true)),
            .. keepers.ListOwn().Select(entry => (entry.Key, (KeeperLimitOptions)entry.Value, (BigInteger)entry.Value.GasLimit, true)),
        ];
        return all.Where(action => action.Item4).Select(action => (action.Item1, action.Item2, action.Item3));
    }
}
