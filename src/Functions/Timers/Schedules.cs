namespace Functions.Timers;

/// <summary>When the timers fire unless a setting says otherwise: six fields, in UTC.</summary>
/// <remarks>Azure reads schedules from the app's settings alone, so there each of these keys must be set.</remarks>
public static class Schedules
{
    /// <summary>Receipts, confirmations and replacements of transactions under way.</summary>
    public const string Confirm = "Schedules:Confirm";

    /// <summary>Removal of quota windows that are over.</summary>
    public const string SweepGrants = "Schedules:SweepGrants";

    /// <summary>Readings of the signers' balances.</summary>
    public const string ReadBalances = "Schedules:ReadBalances";

    /// <summary>A look at what is left of the budgets.</summary>
    public const string WatchBudgets = "Schedules:WatchBudgets";

    /// <summary>Top-ups from the council's wallet.</summary>
    public const string TopUpSigners = "Schedules:TopUpSigners";

    /// <summary>Delivery of alerts to the webhook.</summary>
    public const string DeliverAlerts = "Schedules:DeliverAlerts";

    /// <summary>Removal of readings that the history does not need.</summary>
    public const string ThinBalances = "Schedules:ThinBalances";

    /// <summary>A look at every RPC provider, written down.</summary>
    public const string ObserveProviders = "Schedules:ObserveProviders";

    /// <summary>Removal of what was observed of providers long ago.</summary>
    public const string SweepObservations = "Schedules:SweepObservations";

    /// <summary>Contracts with upkeeps are asked; how often each, its own setting says.</summary>
    public const string PerformUpkeeps = "Schedules:PerformUpkeeps";

    /// <summary>Orders of perps are looked for and settled.</summary>
    public const string SettleOrders = "Schedules:SettleOrders";

    /// <summary>Predicted addresses are looked at, and accounts deployed.</summary>
    public const string DeployAccounts = "Schedules:DeployAccounts";

    /// <summary>Accounts are looked at, and their USDC bridged.</summary>
    public const string BridgeAccounts = "Schedules:BridgeAccounts";

    /// <summary>Burns of USDC are looked for and redeemed.</summary>
    public const string RedeemMessages = "Schedules:RedeemMessages";

    /// <summary>Accounts of perps are checked and liquidated.</summary>
    public const string LiquidateAccounts = "Schedules:LiquidateAccounts";

    /// <summary>Keepers of one's own look; how often each, its own setting says.</summary>
    public const string RunKeepers = "Schedules:RunKeepers";

    /// <summary>The keepers' slow second look at events.</summary>
    public const string RecoverKeepers = "Schedules:RecoverKeepers";

    /// <summary>Removal of the keepers' old records.</summary>
    public const string SweepKeepers = "Schedules:SweepKeepers";

    /// <summary>The schedule of each key.</summary>
    public static IReadOnlyDictionary<string, string?> Defaults { get; } = new Dictionary<string, string?>
    {
        [Confirm] = "*/2 * * * * *",
        [SweepGrants] = "0 17 * * * *",
        [ReadBalances] = "10,40 * * * * *",
        [WatchBudgets] = "50 * * * * *",
        [TopUpSigners] = "25 * * * * *",
        [DeliverAlerts] = "*/15 * * * * *",
        [ThinBalances] = "0 37 * * * *",
        [ObserveProviders] = "30 * * * * *",
        [SweepObservations] = "0 43 * * * *",
        [PerformUpkeeps] = "*/5 * * * * *",
        [SettleOrders] = "*/2 * * * * *",
        [DeployAccounts] = "*/15 * * * * *",
        [BridgeAccounts] = "7/15 * * * * *",
        [RedeemMessages] = "*/10 * * * * *",
        [LiquidateAccounts] = "*/4 * * * * *",
        [RunKeepers] = "3/5 * * * * *",
        [RecoverKeepers] = "*/30 * * * * *",
        [SweepKeepers] = "0 23 * * * *",
    };
}
