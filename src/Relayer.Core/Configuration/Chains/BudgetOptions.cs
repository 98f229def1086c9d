namespace Relayer.Core.Configuration.Chains;

/// <summary>
/// Wei that relays may cost, bound from <c>Chains:{name}:Budgets</c>. What is under way counts at its worst, until it has ended. Each is an amount,
/// decimal, or <c>none</c>; left out, a chain whose coin is ether has the figures told here, and every other chain must write its own.
/// </summary>
public sealed class BudgetOptions
{
    internal const string EtherHour = "250000000000000000";
    internal const string EtherDay = "1000000000000000000";
    internal const string EtherLostHour = "25000000000000000";
    internal const string EtherUserHour = "12500000000000000";
    internal const string EtherUserDay = "50000000000000000";

    /// <summary>In an hour (UTC) for all relays of the chain. Where the coin is ether: 0.25 ether.</summary>
    public string HourWei { get; set; } = "";

    /// <summary>In a day (UTC) for all relays of the chain. Where the coin is ether: 1 ether.</summary>
    public string DayWei { get; set; } = "";

    /// <summary>In an hour for one user. Where the coin is ether: 0.0125 ether.</summary>
    public string UserHourWei { get; set; } = "";

    /// <summary>In a day for one user. Where the coin is ether: 0.05 ether.</summary>
    public string UserDayWei { get; set; } = "";

    /// <summary>
    /// In an hour for all callers that are not known (no API client, no admitted user): what is left is for those that are. Left out: half of the
    /// chain's where somebody can be known, no limit but the chain's where nobody can.
    /// </summary>
    public string AnonymousHourWei { get; set; } = "";

    /// <summary>The same in a day (UTC).</summary>
    public string AnonymousDayWei { get; set; } = "";

    /// <summary>
    /// In an hour for calls of one function that passed the simulation and failed on chain; beyond it that function waits until the hour is over.
    /// Where the coin is ether: 0.025 ether; elsewhere no limit unless written.
    /// </summary>
    public string LostHourWei { get; set; } = "";

    /// <summary>In an hour for relays that carry value, gas and value together. To be written out where <c>Policy__MaxValueWei</c> is above 0.</summary>
    public string ValueHourWei { get; set; } = "";

    /// <summary>In a day for relays that carry value, gas and value together. To be written out where <c>Policy__MaxValueWei</c> is above 0.</summary>
    public string ValueDayWei { get; set; } = "";
}
