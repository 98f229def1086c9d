using Relayer.Core.Ethereum.Tx;

namespace Relayer.Core.Configuration.Keepers;

/// <summary>Liquidates accounts of Synthetix Perps V3, bound from <c>Chains:{name}:Keepers:Liquidation</c>. Off while there is no market.</summary>
public sealed class LiquidationOptions : PerpsOptions
{
    /// <summary>The most gas that one liquidation may ask for, price updates included. How much it does ask for is measured; the block and EIP-7825 bound it as well.</summary>
    public long GasLimit { get; set; } = TransactionLimits.MaxGas;

    /// <summary>Accounts looked at in one run; the next run goes on with the next.</summary>
    public int AccountsPerRun { get; set; } = 10_000;

    /// <summary>Accounts asked about in one call.</summary>
    public int AccountsPerCall { get; set; } = 100;
}
