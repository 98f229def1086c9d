using Relayer.Core.Ethereum;

namespace Relayer.Core.Configuration.Keepers;

/// <summary>What the keepers of Synthetix Perps V3 have in common. Each is off while it has no market.</summary>
public abstract class PerpsOptions : KeeperLimitOptions
{
    /// <summary>The address of the PerpsMarketProxy; the keeper is off without it.</summary>
    public Address? Market { get; set; }

    /// <summary>The address of the TrustedMulticallForwarder, which appends the sender: so the rewards come to it.</summary>
    public Address? Multicall { get; set; }

    /// <summary>What a dollar of reward is worth in wei; decimal. 0 counts rewards as nothing.</summary>
    public Wei WeiPerUsd { get; set; }

    /// <summary>How the market's events are read.</summary>
    public ScanOptions Scan { get; init; } = new();

    internal override bool IsConfigured => Market is not null;
}
