namespace Relayer.Core.Configuration.Keepers;

/// <summary>The keepers of one chain, bound from <c>Chains:{name}:Keepers</c>. What is not configured does not run.</summary>
public sealed class KeepersOptions
{
    // No property, which would be bound: each is bound from the section of its name, by whoever knows its type.
    private readonly Dictionary<string, ViewKeeperOptions> _own = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Orders of Synthetix Perps V3.</summary>
    public SettlementOptions Settlement { get; init; } = new();

    /// <summary>Accounts whose predicted address holds something.</summary>
    public DeploymentOptions Deployment { get; init; } = new();

    /// <summary>Accounts that hold USDC.</summary>
    public BridgingOptions Bridging { get; init; } = new();

    /// <summary>USDC on its way here.</summary>
    public RedemptionOptions Redemption { get; init; } = new();

    /// <summary>Accounts of Synthetix Perps V3.</summary>
    public LiquidationOptions Liquidation { get; init; } = new();

    /// <summary>Contracts in the shape of Chainlink's automation, by a name of the operator's choice.</summary>
    public Dictionary<string, UpkeepOptions> Upkeeps { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The configured keepers of one's own, by name.</summary>
    public IReadOnlyDictionary<string, ViewKeeperOptions> ListOwn() => _own;

    /// <summary>Configures a keeper of one's own.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">What it may do.</param>
    public void SetOwn(string name, ViewKeeperOptions options) => _own[name] = options;
}
