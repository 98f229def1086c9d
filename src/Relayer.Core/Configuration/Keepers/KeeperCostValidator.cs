using System.Numerics;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;

namespace Relayer.Core.Configuration.Keepers;

/// <summary>Names actions that could never be afforded: a budget in the wrong unit, or none, is no way to switch a keeper off.</summary>
internal static class KeeperCostValidator
{
    private const int LeastGas = 21_000;

    public static void Validate(string at, ChainOptions chain, OptionFaults faults)
    {
        if (faults.Sound(chain.Fees.LeastTipOn(chain.ChainId), $"{at}:Fees:MinPriorityFeePerGasWei") is not { } least)
        {
            return;
        }

        // More gas than any transaction has is a fault of its own.
        foreach (var (name, limits, gas) in Actions(chain.Keepers).Where(action => !action.Limits.DryRun && action.Gas <= TransactionLimits.MaxGas))
        {
            var key = $"{at}:Keepers:{name}";
            var cost = gas * least.ToBigInteger();
            var because = $"one action may use {gas} gas, and at least {least} wei is offered for each";

            // What comes in is not known here: for profit, and where rewards count, it may pay for the action.
            faults.AddIf(
                limits.Mode == "Backstop" && !HasReward(limits, key, faults) && IsBelow(limits.MaxLossPerActionWei, $"{key}:MaxLossPerActionWei"),
                $"{key}:MaxLossPerActionWei", $"can never be enough: {because}");
            faults.AddIf(
                IsBelow(limits.MaxLossPerDayWei, $"{key}:MaxLossPerDayWei"), $"{key}:MaxLossPerDayWei", $"can never be enough: {because}");

            bool IsBelow(Wei budget, string at) => faults.Sound(budget, at)?.ToBigInteger() < cost;
        }
    }

    private static bool HasReward(KeeperLimitOptions limits, string at, OptionFaults faults) =>
        limits is PerpsOptions perps && faults.Sound(perps.WeiPerUsd, $"{at}:WeiPerUsd") is not { IsZero: true };

    private static IEnumerable<(string Name, KeeperLimitOptions Limits, BigInteger Gas)> Actions(KeepersOptions keepers)
    {
        (string Name, KeeperLimitOptions Limits, BigInteger Gas)[] all =
        [
            // How much they take is measured: no transaction takes less.
            ("Settlement", keepers.Settlement, LeastGas),
            ("Liquidation", keepers.Liquidation, LeastGas),
            ("Deployment", keepers.Deployment, keepers.Deployment.GasLimit),
            ("Bridging", keepers.Bridging, keepers.Bridging.GasLimit),
            ("Redemption", keepers.Redemption, keepers.Redemption.GasLimit),
            .. keepers.Upkeeps.Select(entry => ($"Upkeeps:{entry.Key}", (KeeperLimitOptions)entry.Value, (BigInteger)entry.Value.GasLimit)),
            .. keepers.ListOwn().Select(entry => (entry.Key, (KeeperLimitOptions)entry.Value, (BigInteger)entry.Value.GasLimit)),
        ];
        return all.Where(action => action.Limits.IsConfigured);
    }
}
