namespace Relayer.Core.Configuration;

/// <summary>Liquidates accounts of Synthetix Perps V3, bound from <c>Chains:{name}:Keepers:Liquidation</c>. Off while there is no market.</summary>
public sealed class LiquidationOptions : KeeperLimitOptions
{
    /// <summary>The PerpsMarketProxy.</summary>
    public string Market { get; set; } = "";

    /// <summary>The TrustedMulticallForwarder, which appends the sender: so the rewards come to it.</summary>
    public string Multicall { get; set; } = "";

    /// <summary>Gas for one liquidation, price updates included.</summary>
    public long GasLimit { get; set; } = 5_000_000;

    /// <summary>Accounts looked at in one run; the next run goes on with the next.</summary>
    public int AccountsPerRun { get; set; } = 10_000;

    /// <summary>Accounts asked about in one call.</summary>
    public int AccountsPerCall { get; set; } = 100;

    /// <summary>What a dollar of reward is worth in wei; decimal. Zero counts rewards as nothing.</summary>
    public string WeiPerUsd { get; set; } = "0";

    /// <summary>How the market's events are read.</summary>
    public ScanOptions Scan { get; init; } = new();
}
