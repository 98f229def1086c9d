using System.Globalization;
using DevChain;

namespace Keepers;

/// <summary>Settings of the keepers that are measured.</summary>
internal static class CostSettings
{
    /// <summary>The keepers beside those of perps; what is burnt arrives on the same chain.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Others(DevAccounts contracts, CircleStandIn circle, DevContract upkeep, long chainId)
    {
        const string Keepers = $"Chains__{AppSettings.ChainName}__Keepers__";
        const string Source = Keepers + "Redemption__Sources__here__";
        var settings = new Dictionary<string, string>
        {
            ["Circle__Url"] = $"{circle.Url}",
            [Keepers + "Deployment__Factory"] = $"{contracts.Factory.Address}",
            [Keepers + "Deployment__Usdc"] = $"{contracts.Usdc.Address}",
            [Keepers + "Bridging__Usdc"] = $"{contracts.Usdc.Address}",
            [Keepers + "Redemption__Domain"] = $"{DevAccounts.Destination}",
            [Keepers + "Upkeeps__demand__Address"] = $"{upkeep.Address}",
            [Keepers + "Upkeeps__demand__Every"] = "00:00:00.0010000", // asked in each tick
            [Source + "ChainId"] = chainId.ToString(CultureInfo.InvariantCulture),
            [Source + "Domain"] = $"{DevAccounts.Source}",
            [Source + "Transmitter"] = $"{contracts.Transmitter.Address}",
            [Source + "Messenger"] = $"{contracts.Messenger.Address}",
            [Source + "Receiver"] = $"{contracts.Receiver.Address}",
            [Source + "Scan__StartBlock"] = "0",
        };
        foreach (var keeper in new[] { "Deployment", "Bridging", "Redemption", "Upkeeps__demand" })
        {
            settings[$"{Keepers}{keeper}__Grace"] = "00:00:00";
            settings[$"{Keepers}{keeper}__MaxLossPerActionWei"] = settings[$"{Keepers}{keeper}__MaxLossPerDayWei"] = "1000000000000000000";
        }

        return settings;
    }
}
