using System.Numerics;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;

namespace Relayer.Core.Keepers.Liquidation;

/// <summary>The liquidation keeper's settings, read once from validated options.</summary>
/// <param name="Market">The market's proxy.</param>
/// <param name="Multicall">The forwarder of several calls.</param>
/// <param name="GasLimit">The most gas that one liquidation may ask for.</param>
/// <param name="AccountsPerRun">Accounts looked at in one run.</param>
/// <param name="AccountsPerCall">Accounts asked about in one call.</param>
/// <param name="WeiPerUsd">What a dollar of reward is worth.</param>
/// <param name="Scan">How events are read.</param>
/// <param name="Limits">What it may do and lose.</param>
internal sealed record LiquidationSettings(
    Address Market, Address Multicall, ulong GasLimit, int AccountsPerRun, int AccountsPerCall, BigInteger WeiPerUsd, ScanOptions Scan,
    KeeperLimits Limits)
{
    public static LiquidationSettings From(LiquidationOptions options) => new(
        options.Market!.Value, options.Multicall!.Value, (ulong)options.GasLimit, options.AccountsPerRun,
        options.AccountsPerCall, options.WeiPerUsd.ToBigInteger(), options.Scan, KeeperLimits.From(KeeperNames.Liquidation, options));
}
