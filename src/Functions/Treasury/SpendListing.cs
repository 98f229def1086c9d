using Relayer.Core.Ethereum;
using Relayer.Core.Treasury.Reports;

namespace Functions.Treasury;

/// <summary>Shows what was spent.</summary>
internal static class SpendListing
{
    public static SpendSummary Of(GasOverview overview)
    {
        var today = DateOnly.FromDateTime(overview.GeneratedAt.UtcDateTime);
        return new SpendSummary(
            Sum(overview.Days.Where(day => day.Day >= today)),
            Sum(overview.Days.Where(day => day.Day > today.AddDays(-7))),
            Sum(overview.Days),
            [.. overview.Days.GroupBy(day => day.Purpose)
                .Select(purpose => (Purpose: purpose.Key, Fee: SumOf(purpose), Sum: Sum(purpose)))
                .OrderByDescending(purpose => purpose.Fee).ThenBy(purpose => purpose.Purpose, StringComparer.Ordinal)
                .Select(purpose => new PurposeSpend(purpose.Purpose, purpose.Sum.Fee, purpose.Sum.Actions, purpose.Sum.Transactions))],
            [.. overview.Targets.Select(target => new TargetSpendAnswer(
                target.ChainId.Value, target.Purpose, target.Target.ToString(), Hex.Encode(target.Selector.Span), Amount.Of(target.Fee),
                target.Actions, target.Transactions))],
            [.. overview.Days.Select(day => new DaySpendAnswer(
                GasListing.DayOf(day.Day), day.ChainId.Value, day.Purpose, Amount.Of(day.Fee), day.Actions, day.Transactions))]);
    }

    private static SpendTotal Sum(IEnumerable<DaySpend> days)
    {
        var all = days.ToArray();
        return new SpendTotal(Amount.Of(SumOf(all)), all.Sum(day => day.Actions), all.Sum(day => day.Transactions));
    }

    private static Wei SumOf(IEnumerable<DaySpend> days) => days.Aggregate(Wei.Zero, (sum, day) => sum + day.Fee);
}
