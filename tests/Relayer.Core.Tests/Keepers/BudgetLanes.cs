using System.Numerics;
using DevChain;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;

namespace Relayer.Core.Tests.Keepers;

/// <summary>What each lane of a <see cref="BudgetScenario"/> may lose and bring in, and the settings that say so.</summary>
internal sealed class BudgetLanes(DevPerps perps, BigInteger weiPerUsd)
{
    private const int MaxOrders = 3;

    /// <summary>What each lane may lose with an action and in a day.</summary>
    public Dictionary<string, (BigInteger Action, BigInteger Day)> Limits { get; } = [];

    /// <summary>The contracts behind the lanes of upkeeps, in their order.</summary>
    public List<DevContract> Upkeeps { get; } = [];

    /// <summary>Limits of any size, as a seed decides.</summary>
    public void Draw(Random random)
    {
        foreach (var lane in new[] { KeeperNames.Settlement, KeeperNames.Liquidation, "upkeep 0", "upkeep 1" })
        {
            var day = BigInteger.Pow(10, 14) * random.Next(4, lane.StartsWith("upkeep", StringComparison.Ordinal) ? 12 : 300);
            Limits[lane] = (day * random.Next(3, 10) / 10, day);
        }

        // However dear it is: one lane can always pay for something, or the scenario would be about nothing.
        Limits["upkeep 0"] = (2 * BigInteger.Pow(10, 15), 3 * BigInteger.Pow(10, 15));
    }

    /// <summary>The most that an action of a lane may have been expected to bring, in wei.</summary>
    public BigInteger Reward(string lane) => lane switch
    {
        KeeperNames.Settlement => MaxOrders * PerpsWorld.Reward * weiPerUsd / PerpsWorld.One,
        KeeperNames.Liquidation => PerpsWorld.LiquidationReward * weiPerUsd / PerpsWorld.One,
        _ => BigInteger.Zero,
    };

    public void Configure(KeepersOptions keepers)
    {
        (keepers.Settlement.Market, keepers.Settlement.Multicall) = (perps.Market.Address, perps.Multicall.Address);
        (keepers.Liquidation.Market, keepers.Liquidation.Multicall) = (perps.Market.Address, perps.Multicall.Address);
        keepers.Settlement.WeiPerUsd = keepers.Liquidation.WeiPerUsd = new(UInt256.From(weiPerUsd));
        keepers.Settlement.MaxOrders = MaxOrders;
        keepers.Settlement.Scan.StartBlock = keepers.Liquidation.Scan.StartBlock = 0;
        for (var i = 0; i < Upkeeps.Count; i++)
        {
            keepers.Upkeeps[$"upkeep {i}"] = new UpkeepOptions
            {
                Address = Upkeeps[i].Address,
                Every = TimeSpan.FromSeconds(1),
                GasLimit = 60_000,
                TimeToLive = TimeSpan.FromSeconds(40),
            };
        }

        Limit(keepers.Settlement, KeeperNames.Settlement);
        Limit(keepers.Liquidation, KeeperNames.Liquidation);
        foreach (var (lane, upkeep) in keepers.Upkeeps)
        {
            Limit(upkeep, lane);
        }
    }

    private void Limit(KeeperLimitOptions options, string lane)
    {
        (options.Grace, options.MaxAttempts, options.BreakerFailures) = (TimeSpan.Zero, 9, 4);
        options.BreakerPause = TimeSpan.FromSeconds(20);
        options.MaxLossPerActionWei = new(UInt256.From(Limits[lane].Action));
        options.MaxLossPerDayWei = new(UInt256.From(Limits[lane].Day));
    }
}
