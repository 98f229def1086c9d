using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Budgets;

namespace Relayer.Core.Tests.Relay.Budgets;

/// <summary>What callers are told when a budget has no room.</summary>
public sealed class BudgetStandingTests
{
    private static readonly DateTimeOffset Now = new(2026, 9, 21, 12, 30, 0, TimeSpan.Zero);
    private static readonly ChainId Chain = new(8453);

    [Theory]
    [InlineData(10UL, 0UL, 90UL, null)]
    [InlineData(11UL, 90UL, 0UL, 30 * 60)]
    [InlineData(11UL, 0UL, 90UL, 15)]
    [InlineData(101UL, 0UL, 0UL, 30 * 60)]
    public void It_frees_soon_where_it_is_held_and_with_the_hour_where_it_is_spent(ulong amount, ulong spent, ulong held, int? seconds) =>
        Assert.Equal(seconds, (int?)At(new(new Wei(100), null), new(new Wei(held), new Wei(spent)), default).Refuse(Chain, new Wei(amount))?.RetryAfter?.TotalSeconds);

    [Fact]
    public void Where_the_day_is_spent_too_the_hour_is_not_worth_waiting_for() =>
        Assert.Equal(
            TimeSpan.FromHours(11.5),
            At(new(new Wei(100), new Wei(200)), new(default, new Wei(100)), new(default, new Wei(200))).Refuse(Chain, new Wei(1))!.RetryAfter);

    [Fact]
    public void It_says_whose_budget_what_is_spent_and_what_is_asked_for()
    {
        var refusal = At(new(new Wei(100), null), new(new Wei(20), new Wei(70)), default).Refuse(Chain, new Wei(11))!;
        Assert.Equal(RefusalCode.BudgetSpent, refusal.Code);
        Assert.Equal("All relays on chain 8453 may cost 100 wei an hour (UTC): 70 is spent, 20 is held for what is under way, and this request would hold 11.", refusal.Detail);
    }

    [Theory]
    [InlineData(79UL, null, BudgetLevel.Room)]
    [InlineData(80UL, null, BudgetLevel.Low)]
    [InlineData(98UL, null, BudgetLevel.Low)]
    [InlineData(99UL, null, BudgetLevel.Spent)]
    [InlineData(10UL, 29, BudgetLevel.Spent)]
    [InlineData(10UL, 31, BudgetLevel.Room)]
    public void It_is_low_at_four_fifths_and_spent_when_somebody_was_refused_in_this_hour(ulong used, int? minutesAgo, BudgetLevel level) =>
        Assert.Equal(level, (At(new(null, new Wei(100)), default, new(new Wei(used), default)) with { RefusedAt = minutesAgo is { } ago ? Now.AddMinutes(-ago) : null }).Level);

    private static BudgetStanding At(BudgetLimit limit, BudgetUse hour, BudgetUse day) => new(new Budget(BudgetScope.Chain, default, limit), hour, day, RefusedAt: null, Now);
}
