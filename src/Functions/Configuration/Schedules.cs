namespace Functions.Configuration;

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

    /// <summary>Removal of readings that the history does not need.</summary>
    public const string ThinBalances = "Schedules:ThinBalances";

    /// <summary>A look at every RPC provider, written down.</summary>
    public const string ObserveProviders = "Schedules:ObserveProviders";

    /// <summary>Removal of what was observed of providers long ago.</summary>
    public const string SweepObservations = "Schedules:SweepObservations";

    /// <summary>The schedule of each key.</summary>
    public static IReadOnlyDictionary<string, string?> Defaults { get; } = new Dictionary<string, string?>
    {
        [Confirm] = "*/2 * * * * *",
        [SweepGrants] = "0 17 * * * *",
        [ReadBalances] = "10,40 * * * * *",
        [ThinBalances] = "0 37 * * * *",
        [ObserveProviders] = "30 * * * * *",
        [SweepObservations] = "0 43 * * * *",
    };
}
