using Relayer.Core.Ethereum;

namespace Relayer.Core.Configuration.Keepers;

/// <summary>What the keepers of accounts have in common.</summary>
public abstract class AccountKeeperOptions : KeeperLimitOptions
{
    /// <summary>The address of the USDC token.</summary>
    public Address? Usdc { get; set; }

    /// <summary>The most accounts looked at in one run, those first that were not for the longest.</summary>
    public int AccountsPerRun { get; set; } = 500;

    /// <summary>How long a transaction is tried for; then it is cancelled.</summary>
    public TimeSpan TimeToLive { get; set; } = TimeSpan.FromMinutes(5);
}

/// <summary>Deploys accounts whose predicted address holds something, bound from <c>Chains:{name}:Keepers:Deployment</c>. Off without a factory.</summary>
public sealed class DeploymentOptions : AccountKeeperOptions
{
    /// <summary>The address of the account factory.</summary>
    public Address? Factory { get; set; }

    /// <summary>The least USDC that counts as a balance, in its smallest unit: 1000000 is 1 USDC. 0: USDC does not count.</summary>
    public UInt256 MinUsdc { get; set; } = 1_000_000;

    /// <summary>The least wei that counts as a balance; decimal. 0: wei do not count.</summary>
    public Wei MinWei { get; set; }

    /// <summary>The gas limit of <c>createAccount</c>.</summary>
    public long GasLimit { get; set; } = 1_500_000;

    internal override bool IsConfigured => Factory is not null;
}

/// <summary>Has accounts send their USDC through Circle's CCTP, bound from <c>Chains:{name}:Keepers:Bridging</c>. Off without <see cref="AccountKeeperOptions.Usdc"/>.</summary>
public sealed class BridgingOptions : AccountKeeperOptions
{
    /// <summary>The least USDC that is bridged, in its smallest unit: 10000000 is 10 USDC.</summary>
    public UInt256 MinUsdc { get; set; } = 10_000_000;

    /// <summary>The gas limit of <c>bridgeUSDCWithCircle</c>.</summary>
    public long GasLimit { get; set; } = 500_000;

    internal override bool IsConfigured => Usdc is not null;
}
