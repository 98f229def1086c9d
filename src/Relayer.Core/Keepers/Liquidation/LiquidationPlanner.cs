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
    public static Verdict Refuse(
        KeeperWork work, PerpsRefusal refusal, string detail, bool wasLiquidated, KeeperLimits limits, DateTimeOffset now)
    {
        return refusal switch
        {
            PerpsRefusal.Gone when wasLiquidated => new Verdict.End(WorkState.Lost, KeeperReasons.Community, detail),
            PerpsRefusal.Gone => new Verdict.End(WorkState.Dropped, PerpsReasons.Recovered, detail),
            PerpsRefusal.WrongPrice => new Verdict.Wait(PerpsReasons.PriceWrong, now + Soon, detail),
            PerpsRefusal.Halted => new Verdict.Wait(PerpsReasons.MarketHalted, now + Later, detail),
            _ when work.Attempts + 1 >= limits.MaxAttempts => new Verdict.End(WorkState.Failed, KeeperReasons.SimulationReverted, detail),
            _ => new Verdict.Wait(KeeperReasons.SimulationReverted, now + Backoff.After(work.Attempts), detail, IsAttempt: true),
        };
    }

    /// <summary>
    /// A liquidation that would succeed and pay nothing does nothing: there is no capacity, or somebody was first. It is never paid for.
    /// </summary>
    public static Verdict WithoutReward(bool wasLiquidated, DateTimeOffset now) => wasLiquidated
        ? new Verdict.End(WorkState.Lost, KeeperReasons.Community)
        : new Verdict.Wait(PerpsReasons.NothingToGain, now + Later);
}
