using Relayer.Core.Keepers.Engine;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Perps.Gas;

/// <summary>How much gas a run's transactions may have. Pure.</summary>
/// <param name="Ceiling">The most that one may ask for.</param>
/// <param name="Affordable">The most that several tasks together may be expected to take; one alone is judged when it is sent, so that its decision says what it costs.</param>
internal sealed record GasRoom(ulong Ceiling, ulong Affordable)
{
    // What was measured is what the newest state takes. Until it is mined others trade, and storage that was warm may be cold.
    private const ulong Margin = 4;

    /// <summary>What settings, the newest block and the lane's budget leave.</summary>
    /// <param name="most">The most gas by configuration.</param>
    /// <param name="head">The newest block: what asks for more than a block has is never mined.</param>
    /// <param name="payer">What gas costs, and what data adds to each limit.</param>
    /// <param name="limits">The lane's limits; an action for profit is judged by its rewards instead.</param>
    public static GasRoom Of(ulong most, BlockHeader head, Payer payer, KeeperLimits limits)
    {
        var ceiling = Math.Min(most, head.GasLimit ?? most);
        return new GasRoom(
            ceiling > payer.DataGas ? ceiling - payer.DataGas : 0, limits.ForProfit ? ulong.MaxValue : payer.GasFor(limits.MaxLossPerAction));
    }

    /// <summary>Whether so many tasks may share a transaction.</summary>
    /// <param name="expected">The gas that they are expected to take.</param>
    /// <param name="tasks">How many they are.</param>
    public bool Fits(ulong expected, int tasks) => tasks == 1 ? expected <= Ceiling : WithMargin(expected) <= Ceiling && expected <= Affordable;

    /// <summary>The gas limit of what is expected to take so much.</summary>
    public ulong LimitOf(ulong expected) => Math.Min(Ceiling, WithMargin(expected));

    private static ulong WithMargin(ulong gas) => gas + (gas / Margin);
}
