namespace Relayer.Core.Keepers.Engine;

/// <summary>The kinds of keepers: purposes in the ledger, names in the API and in pauses.</summary>
public static class KeeperNames
{
    /// <summary>Contracts in the shape of Chainlink's automation.</summary>
    public const string Upkeeps = "upkeeps";

    /// <summary>Orders of Synthetix Perps V3.</summary>
    public const string Settlement = "settlement";

    /// <summary>Accounts whose predicted address holds something.</summary>
    public const string Deployment = "deployment";

    /// <summary>Accounts that hold USDC.</summary>
    public const string Bridging = "bridging";

    /// <summary>USDC burnt on another chain.</summary>
    public const string Redemption = "redemption";

    /// <summary>Accounts of Synthetix Perps V3.</summary>
    public const string Liquidation = "liquidation";

    /// <summary>Those whose work is an event on the chain, as a list in SQL. That of all others is a subject's n-th.</summary>
    internal const string OfEventsList = $"'{Settlement}', '{Redemption}'";
}
