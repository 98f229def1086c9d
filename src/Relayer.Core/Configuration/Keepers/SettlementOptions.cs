using Relayer.Core.Ethereum.Tx;

namespace Relayer.Core.Configuration.Keepers;

/// <summary>Settles orders of Synthetix Perps V3, bound from <c>Chains:{name}:Keepers:Settlement</c>. Off while there is no market.</summary>
public sealed class SettlementOptions : PerpsOptions
{
    /// <summary>The most orders in one transaction; fewer where they were measured to take more gas than it may have.</summary>
    public int MaxOrders { get; set; } = 10;

    /// <summary>The most gas that a transaction may ask for. How much one does ask for is measured; the block and EIP-7825 bound it as well.</summary>
    public long GasLimit { get; set; } = TransactionLimits.MaxGas;
}
