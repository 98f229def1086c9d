using Relayer.Core.Ethereum;

namespace Relayer.Core.Configuration.Keepers;

/// <summary>
/// Redeems USDC burnt on other chains with Circle's attestation, bound from <c>Chains:{name}:Keepers:Redemption</c>, where <c>name</c>
/// is the chain that it arrives on. Off while there are no sources.
/// </summary>
public sealed class RedemptionOptions : KeeperLimitOptions
{
    /// <summary>The chains that it comes from, by a name of the operator's choice.</summary>
    public Dictionary<string, RedemptionSourceOptions> Sources { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Circle's number (domain) of this chain; must be set where there are sources.</summary>
    public long Domain { get; set; } = -1;

    /// <summary>Redeems everybody's burns; otherwise only those of accounts that were handed in, by depositor or recipient.</summary>
    public bool Everyone { get; set; }

    /// <summary>The least USDC that is redeemed, in its smallest unit: 1000000 is 1 USDC.</summary>
    public UInt256 MinUsdc { get; set; } = 1_000_000;

    /// <summary>The gas limit of <c>receiveMessage</c>.</summary>
    public long GasLimit { get; set; } = 400_000;

    /// <summary>How long a transaction is tried for; then it is cancelled.</summary>
    public TimeSpan TimeToLive { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long an attestation is waited for; then the burn is given up.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(7);

    internal override bool IsConfigured => Sources.Count > 0;
}

/// <summary>A pair of Circle's contracts between two chains, bound from <c>Chains:{name}:Keepers:Redemption:Sources:{name}</c>.</summary>
public sealed class RedemptionSourceOptions
{
    /// <summary>The id of the chain that it comes from, one of the configured ones.</summary>
    public long ChainId { get; set; }

    /// <summary>Circle's number (domain) of that chain; must be set.</summary>
    public long Domain { get; set; } = -1;

    /// <summary>The address of the MessageTransmitter there.</summary>
    public Address? Transmitter { get; set; }

    /// <summary>The address of the TokenMessenger there.</summary>
    public Address? Messenger { get; set; }

    /// <summary>The address of the MessageTransmitter here, of the same version.</summary>
    public Address? Receiver { get; set; }

    /// <summary>How events are read there.</summary>
    public ScanOptions Scan { get; init; } = new();
}
