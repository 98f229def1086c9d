using Relayer.Core.Ethereum;

namespace Relayer.Core.Keepers;

/// <summary>Whether an action is worth its cost. Pure.</summary>
public static class LossPlan
{
    /// <summary>Judges an action by the most it can cost and what it should bring.</summary>
    /// <returns>Why not, as one of <see cref="KeeperReasons"/>; <see langword="null"/> to act.</returns>
    public static string? Refuse(Wei mostCost, Wei reward, KeeperLimits limits)
    {
        if (limits.ForProfit)
        {
            return reward < mostCost + limits.MinProfit ? KeeperReasons.NotProfitable : null;
        }

        return Loss(mostCost, reward) > limits.MaxLossPerAction ? KeeperReasons.LossTooHigh : null;
    }

    /// <summary>What is lost, if anything is.</summary>
    public static Wei Loss(Wei cost, Wei reward) => cost > reward ? cost - reward : Wei.Zero;
}
