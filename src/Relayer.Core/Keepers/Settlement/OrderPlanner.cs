using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Perps;

namespace Relayer.Core.Keepers.Settlement;

/// <summary>What the chain says of an order right now.</summary>
/// <param name="IsThere">The account's pending order is this one.</param>
/// <param name="End">How it ended, by the events; <see langword="null"/> when they do not say.</param>
internal readonly record struct OrderView(bool IsThere, string? End);

/// <summary>Decides about orders. Pure.</summary>
internal static class OrderPlanner
{
    /// <summary>How long after the window the events may still tell who was first.</summary>
    private const long Patience = 60;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(5);

    /// <summary>When it is ours to act: the window is open, and the community had its grace. Never so late that the window closes.</summary>
    public static DateTimeOffset DueAt(Order order, TimeSpan grace)
    {
        var opens = DateTimeOffset.FromUnixTimeSeconds(order.OpensAt);
        var closes = DateTimeOffset.FromUnixTimeSeconds(order.ClosesAt);
        var wanted = DateTimeOffset.FromUnixTimeSeconds(order.CommittedAt) + grace;
        var latest = opens + ((closes - opens) / 2);
        return wanted < opens ? opens : wanted > latest ? latest : wanted;
    }

    /// <summary>What order and clock say by themselves; <see langword="null"/> to go on and simulate.</summary>
    /// <param name="order">The order.</param>
    /// <param name="view">What the chain says of it.</param>
    /// <param name="head">The newest block's time, in Unix seconds: the next block is later.</param>
    /// <param name="now">The clock, for waiting.</param>
    public static Decision? Evaluate(Order order, OrderView view, long head, DateTimeOffset now) => view switch
    {
        { IsThere: false, End: { } end } => new Decision.End(WorkState.Lost, KeeperReasons.Community, end),
        { IsThere: false } when head > order.ClosesAt + Patience => new Decision.End(
            WorkState.Dropped, KeeperReasons.Vanished, "the chain has no such order, and no event of its end"),
        { IsThere: false } => new Decision.Wait(PerpsReasons.Gone, now + Soon),
        _ when head >= order.ClosesAt => new Decision.End(WorkState.Dropped, KeeperReasons.WindowClosed, $"it closed at {order.ClosesAt}"),

        // The next block is at least a second later: by then it may be open.
        _ when head + 1 < order.OpensAt => new Decision.Wait(KeeperReasons.NotDue, now + TimeSpan.FromSeconds(order.OpensAt - head - 1)),
        _ => null,
    };

    /// <summary>What the market's refusal means. An order is looked at again until its window closes: a simulation costs nothing.</summary>
    public static Decision Refuse(KeeperWork work, Order order, PerpsRefusal refusal, string detail, DateTimeOffset now) => refusal switch
    {
        PerpsRefusal.NotOpen => new Decision.Wait(KeeperReasons.NotDue, now + Soon, detail),
        PerpsRefusal.Expired => new Decision.End(WorkState.Dropped, KeeperReasons.WindowClosed, detail),
        PerpsRefusal.Gone => new Decision.Wait(PerpsReasons.Gone, now + Soon, detail),
        PerpsRefusal.WrongPrice => new Decision.Wait(PerpsReasons.PriceWrong, now + Soon, detail),
        PerpsRefusal.Blocked => new Decision.Wait(PerpsReasons.AccountBlocked, Within(order, Later, now), detail),
        PerpsRefusal.MarketFull => new Decision.Wait(PerpsReasons.MarketFull, Within(order, Later, now), detail),
        PerpsRefusal.OutOfGas => new Decision.Wait(KeeperReasons.OutOfGas, Within(order, Later, now), detail),
        PerpsRefusal.Halted => new Decision.Wait(PerpsReasons.MarketHalted, Within(order, Later, now), detail),
        _ => new Decision.Wait(
            KeeperReasons.SimulationReverted, Within(order, KeeperPauses.Tries.After(work.Attempts + 1), now), detail, IsAttempt: true),
    };

    /// <summary>After a pause, which is never more than a quarter of what is left of the window: nobody sleeps through it.</summary>
    public static DateTimeOffset Within(Order order, TimeSpan pause, DateTimeOffset now)
    {
        var most = (DateTimeOffset.FromUnixTimeSeconds(order.ClosesAt) - now) / 4;
        return now + (pause < most ? pause : most < Soon ? Soon : most);
    }

    /// <summary>
    /// Orders that go into one transaction: as many as may, those that close first together, so that they expire together; and those of
    /// one market, so that they share a price.
    /// </summary>
    public static IEnumerable<PerpsTask[]> Group(IEnumerable<(PerpsTask Task, Order Order)> orders, int most) =>
        orders.OrderBy(item => item.Order.ClosesAt).ThenBy(item => item.Order.Market, StringComparer.Ordinal)
            .Select(item => item.Task).Chunk(most);
}
