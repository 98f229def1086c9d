using Relayer.Core.Ethereum;

namespace Relayer.Core.Configuration.Keepers;

/// <summary>A contract with <c>checkUpkeep(bytes)</c> and <c>performUpkeep(bytes)</c>, bound from <c>Chains:{name}:Keepers:Upkeeps:{name}</c>.</summary>
public sealed class UpkeepOptions : KeeperLimitOptions
{
    /// <summary>The address of the contract.</summary>
    public Address? Address { get; set; }

    /// <summary>What <c>checkUpkeep</c> is called with, in hexadecimal.</summary>
    public string CheckData { get; set; } = "0x";

    /// <summary>The gas limit of <c>performUpkeep</c>.</summary>
    public long GasLimit { get; set; } = 500_000;

    /// <summary>The most gas <c>checkUpkeep</c> may use; it also bounds what it may answer.</summary>
    public long CheckGasLimit { get; set; } = 5_000_000;

    /// <summary>How often it is asked, by each instance; once more after a start.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a transaction is tried for; then it is cancelled.</summary>
    public TimeSpan TimeToLive { get; set; } = TimeSpan.FromMinutes(5);
}
