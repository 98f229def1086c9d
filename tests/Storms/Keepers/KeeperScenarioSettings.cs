using System.Globalization;
using DevChain;
using Relayer.Core.Keepers.Engine;

namespace Storms.Keepers;

/// <summary>The settings of an app with every keeper there is, as environment variables.</summary>
internal static class KeeperScenarioSettings
{
    public static Dictionary<string, string> Of(KeeperScenario scenario, HermesStandIn hermes, CircleStandIn circle, string operatorsKey)
    {
        var settings = new Dictionary<string, string>(scenario.Perps.Settings(hermes, graceSeconds: 1))
        {
            ["Circle__Url"] = circle.Url.ToString(),
            ["Operators__storm__Key"] = operatorsKey,
            ["Operators__storm__Role"] = "treasury",
            ["DOTNET_TieredPGO"] = "0",
        };
        foreach (var timer in new[] { "Confirm", "PerformUpkeeps", "SettleOrders", "LiquidateAccounts", "DeployAccounts", "BridgeAccounts", "RedeemMessages" })
        {
            settings[$"Schedules__{timer}"] = "* * * * * *";
        }

        Keeper("Deployment", "Factory", scenario.Accounts.Factory.Address.ToString());
        Keeper("Deployment", "Usdc", scenario.Accounts.Usdc.Address.ToString());
        Keeper("Bridging", "Usdc", scenario.Accounts.Usdc.Address.ToString());
        Keeper("Redemption", "Domain", Text((long)DevAccounts.Destination));
        Keeper("Redemption", "Sources__source__ChainId", Text(scenario.Node.ChainId));
        Keeper("Redemption", "Sources__source__Domain", Text((long)DevAccounts.Source));
        Keeper("Redemption", "Sources__source__Transmitter", scenario.Accounts.Transmitter.Address.ToString());
        Keeper("Redemption", "Sources__source__Messenger", scenario.Accounts.Messenger.Address.ToString());
        Keeper("Redemption", "Sources__source__Receiver", scenario.Accounts.Receiver.Address.ToString());
        Keeper("Redemption", "Sources__source__Scan__StartBlock", "0");
        Keeper("Settlement", "MaxOrders", "3");
        Keeper("Settlement", "WeiPerUsd", KeeperScenario.WeiPerUsd.ToString(CultureInfo.InvariantCulture));
        Keeper("Liquidation", "WeiPerUsd", KeeperScenario.WeiPerUsd.ToString(CultureInfo.InvariantCulture));
        Keeper("Upkeeps__honest", "Address", scenario.Honest.Address.ToString());
        Keeper("Upkeeps__rogue", "Address", scenario.Rogue.Address.ToString());
        Keeper("Upkeeps__honest", "GasLimit", "150000");
        Keeper("Upkeeps__rogue", "GasLimit", "100000");
        foreach (var lane in KeeperScenario.Limits.Keys)
        {
            var keeper = lane is "honest" or "rogue" ? $"Upkeeps__{lane}" : char.ToUpperInvariant(lane[0]) + lane[1..];
            Keeper(keeper, "Grace", lane == KeeperNames.Settlement ? "00:00:01" : "00:00:00");
            Keeper(keeper, "MaxLossPerActionWei", KeeperScenario.Limits[lane].Action.ToString(CultureInfo.InvariantCulture));
            Keeper(keeper, "MaxLossPerDayWei", KeeperScenario.Limits[lane].Day.ToString(CultureInfo.InvariantCulture));
            Keeper(keeper, "MaxAttempts", "50");
            Keeper(keeper, "BreakerFailures", "4");
            Keeper(keeper, "BreakerPause", "00:00:02");
        }

        Keeper("Upkeeps__honest", "Every", "00:00:01");
        Keeper("Upkeeps__rogue", "Every", "00:00:01");
        return settings;

        void Keeper(string keeper, string key, string value) =>
            settings[$"Chains__{AppSettings.ChainName}__Keepers__{keeper}__{key}"] = value;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
