using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Perps;

namespace Relayer.Core.Keepers.Liquidation;

/// <summary>Decides about accounts. Pure.</summary>
internal static class LiquidationPlanner
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(30);

    /// <summary>What the market's refusal means.</summary>
    /// <param name="work">The work.</param>
    /// <param name="refusal">The refusal.</param>
    /// <param name="detail">For people.</param>
    /// <param name="wasLiquidated">The events say that somebody liquidated the account since it was found.</param>
    /// <param name="limits">The lane's limits.</param>
    /// <param name="now">The clock.</param>
    public static Decision Refuse(
        KeeperWork work, PerpsRefusal refusal, string detail, bool wasLiquidated, KeeperLimits limits, DateTimeOffset now)
    {
        var reason = refusal == PerpsRefusal.OutOfGas ? KeeperReasons.OutOfGas : KeeperReasons.SimulationReverted;
        return refusal switch
        {
            PerpsRefusal.Gone when wasLiquidated => new Decision.End(WorkState.Lost, KeeperReasons.Community, detail),
            PerpsRefusal.Gone => new Decision.End(WorkState.Dropped, PerpsReasons.Recovered, detail),
            PerpsRefusal.WrongPrice => new Decision.Wait(PerpsReasons.PriceWrong, now + Soon, detail),
            PerpsRefusal.Halted => new Decision.Wait(PerpsReasons.MarketHalted, now + Later, detail),
            _ when work.Attempts + 1 >= limits.MaxAttempts => new Decision.End(WorkState.Failed, reason, detail),
            _ => new Decision.Wait(reason, now + KeeperPauses.Tries.After(work.Attempts + 1), detail, IsAttempt: true),
        };
    }

    /// <summary>
    /// A liquidation that would succeed and pay nothing does nothing: there is no capacity, or somebody was first. It is never paid for.
    /// </summary>
    public static Decision WithoutReward(bool wasLiquidated, DateTimeOffset now) => wasLiquidated
        ? new Decision.End(WorkState.Lost, KeeperReasons.Community)
        : new Decision.Wait(PerpsReasons.NothingToGain, now + Later);
}
