using Relayer.Core.Ethereum;

namespace Relayer.Core.Keepers.Engine.Sending;

/// <summary>Whether an action is worth its cost. Pure.</summary>
public static class LossPlan
{
    /// <summary>How far above its first offer a transaction may be raised by replacements, at most.</summary>
    private const ulong BumpRoom = 2;

    /// <summary>Judges an action by what it is expected to cost, and what it should bring.</summary>
    /// <returns>Why not, as one of <see cref="KeeperReasons"/>; <see langword="null"/> to act.</returns>
    public static string? Refuse(Wei cost, Wei reward, KeeperLimits limits) =>
        cost <= MostCost(reward, limits) ? null : limits.ForProfit ? KeeperReasons.NotProfitable : KeeperReasons.LossTooHigh;

    /// <summary>
    /// The most wei per gas that an action which is not refused may come to: replacing ends where it is expected to lose too much. Its first offer
    /// stands: the base fee may rise up to it, and what is expected to be paid is less.
    /// </summary>
    /// <param name="offer">The first offer, per gas.</param>
    /// <param name="gas">The gas that it is expected to take, data included.</param>
    /// <param name="beside">What it costs beside gas.</param>
    /// <param name="reward">What it should bring.</param>
    /// <param name="limits">The lane's limits.</param>
    public static Wei FeeCap(Wei offer, ulong gas, Wei beside, Wei reward, KeeperLimits limits) =>
        Wei.Max(offer, Wei.Min(offer * BumpRoom, (MostCost(reward, limits) - beside) / gas));

    private static Wei MostCost(Wei reward, KeeperLimits limits) => !limits.ForProfit ? limits.MaxLossPerAction + reward
        : reward > limits.MinProfit ? reward - limits.MinProfit : Wei.Zero;
}
