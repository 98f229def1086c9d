using Relayer.Core.Ethereum;

namespace Relayer.Core.Configuration.Chains;

/// <summary>How the signers are kept filled from the council's wallet, bound from <c>Chains:{name}:TopUps</c>. Amounts are decimal wei.</summary>
public sealed class TopUpOptions
{
    /// <summary>A signer with less wei than this is filled.</summary>
    public Wei LowMarkWei { get; set; } = new(50_000_000_000_000_000);

    /// <summary>The wei that a signer is filled up to.</summary>
    public Wei TargetWei { get; set; } = new(200_000_000_000_000_000);

    /// <summary>A signer that has less than this many days left at its present spend rate is filled too; 0 looks at the low mark alone.</summary>
    public int LowDays { get; set; } = 2;

    /// <summary>A signer is filled for this many days at its present spend rate, if that is more than the target; 0 looks at the target alone.</summary>
    public int TargetDays { get; set; } = 7;

    /// <summary>The most wei in one transfer.</summary>
    public Wei MaxPerTransferWei { get; set; } = new(500_000_000_000_000_000);

    /// <summary>The most wei to one signer in any 24 hours.</summary>
    public Wei MaxPerSignerPerDayWei { get; set; } = new(1_000_000_000_000_000_000);

    /// <summary>The most wei to all signers of the chain in any 24 hours.</summary>
    public Wei MaxPerDayWei { get; set; } = new(2_000_000_000_000_000_000);

    /// <summary>The least time between two transfers to one signer.</summary>
    public TimeSpan CoolDown { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The wei that always stay in the council's wallet.</summary>
    public Wei CouncilMinimumWei { get; set; } = new(50_000_000_000_000_000);

    /// <summary>
    /// Contracts that pay the council's wallet or the signers, such as the council's Safe. Where no provider gives traces, their events explain what came; what no
    /// trace and no event explains is an incident.
    /// </summary>
    public IList<Address> Payers { get; init; } = [];

    /// <summary>The gas limit of a transfer: 21000, more on a chain that charges its data as gas (Arbitrum).</summary>
    public long TransferGas { get; set; } = 21_000;

    /// <summary>Spending in an hour this many times as much as a busy hour of the chain's own history stops the top-ups.</summary>
    public int AnomalyFactor { get; set; } = 5;

    /// <summary>Such spending also pauses the chain's sponsorship, until a person has cleared the incident or resumed it.</summary>
    public bool AnomalyPausesSponsorship { get; set; } = true;

    /// <summary>Spending below this in an hour is never taken for an anomaly.</summary>
    public Wei AnomalyFloorWei { get; set; } = new(50_000_000_000_000_000);

    /// <summary>The stressed fee: the expensive hours of the last 30 days (95th percentile), times this, in percent.</summary>
    public int StressPercent { get; set; } = 150;

    /// <summary>When clock and newest block are farther apart than this, one of them is wrong and nothing is transferred.</summary>
    public TimeSpan MaxClockDifference { get; set; } = TimeSpan.FromHours(1);
}
