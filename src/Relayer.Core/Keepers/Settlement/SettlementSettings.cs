using System.Numerics;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;

namespace Relayer.Core.Keepers.Settlement;

/// <summary>The settlement keeper's settings, read once from validated options.</summary>
/// <param name="Market">The market's proxy.</param>
/// <param name="Multicall">The forwarder of several calls.</param>
/// <param name="MaxOrders">The most orders in one transaction.</param>
/// <param name="GasLimit">The most gas that one may ask for.</param>
/// <param name="WeiPerUsd">What a dollar of reward is worth.</param>
/// <param name="Scan">How events are read.</param>
/// <param name="Limits">What it may do and lose.</param>
internal sealed record SettlementSettings(
    Address Market, Address Multicall, int MaxOrders, ulong GasLimit, BigInteger WeiPerUsd, ScanOptions Scan, KeeperLimits Limits)
{
    public static SettlementSettings From(SettlementOptions options) => new(
        options.Market!.Value, options.Multicall!.Value, options.MaxOrders, (ulong)options.GasLimit,
        options.WeiPerUsd.ToBigInteger(), options.Scan, KeeperLimits.From(KeeperNames.Settlement, options));
}
