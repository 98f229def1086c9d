using Relayer.Core.Ethereum.Tx;

namespace Relayer.Core.Configuration.Keepers;

/// <summary>Settles orders of Synthetix Perps V3, bound from <c>Chains:{name}:Keepers:Settlement</c>. Off while there is no market.</summary>
public sealed class SettlementOptions : PerpsOptions
{
    /// <summary>The most orders in one transaction; fewer where their gas would exceed 2^24 (EIP-7825).</summary>
    public int MaxOrders { get; set; } = 10;

    /// <summary>The gas limit of a transaction, price updates included, without its orders.</summary>
    public long GasBase { get; set; } = 600_000;

    /// <summary>What each order adds to that limit, in gas.</summary>
    public long GasPerOrder { get; set; } = 1_200_000;

    /// <summary><see cref="MaxOrders"/>, or as many as a transaction has gas for.</summary>
    internal int OrdersThatFit => (int)Math.Min(MaxOrders, (TransactionLimits.MaxGas - GasBase) / GasPerOrder);
}
