using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Keepers.Engine;

namespace Relayer.Core.Keepers.Upkeeps;

/// <summary>A configured contract in the shape of Chainlink's automation.</summary>
/// <param name="Contract">The contract.</param>
/// <param name="CheckData">What its check is called with.</param>
/// <param name="GasLimit">The most gas for <c>performUpkeep</c>.</param>
/// <param name="CheckGasLimit">The most gas for <c>checkUpkeep</c>.</param>
/// <param name="Every">How often it is asked, by each instance.</param>
/// <param name="TimeToLive">How long a transaction is tried for.</param>
/// <param name="Limits">What it may do and lose; its lane is its name.</param>
public sealed record Upkeep(
    Address Contract, ReadOnlyMemory<byte> CheckData, ulong GasLimit, ulong CheckGasLimit, TimeSpan Every, TimeSpan TimeToLive,
    KeeperLimits Limits)
{
    /// <summary>The name.</summary>
    public string Name => Limits.Lane;

    /// <summary>Reads validated options.</summary>
    public static Upkeep From(string name, UpkeepOptions options) => new(
        options.Address!.Value, Hex.Decode(options.CheckData), (ulong)options.GasLimit, (ulong)options.CheckGasLimit, options.Every,
        options.TimeToLive, KeeperLimits.From(name, options));

    /// <summary>The calldata that asks whether there is something to do.</summary>
    public byte[] AskData() => Typed.Encode(new CheckUpkeepFunction { CheckData = CheckData.ToArray() });

    /// <summary>The calldata that does it.</summary>
    public static byte[] PerformData(ReadOnlyMemory<byte> data) => Typed.Encode(new PerformUpkeepFunction { PerformData = data.ToArray() });
}
