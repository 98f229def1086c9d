using Functions.Treasury;

namespace Functions.Council.Sections;

/// <summary>What the money went on.</summary>
internal static class Spending
{
    public static Html Of(SpendSummary spend, IReadOnlyDictionary<long, string> names) => Html.Of($"""
        <section aria-labelledby="spend"><h2 id="spend">What it was spent on</h2>
        <p>Fees of every transaction, reverted and replaced ones and the L1 data fee included. Days are UTC. <a href="gas/spend?groupBy=day,purpose,target&amp;format=csv">Download as CSV</a></p>
        {Totals(spend)}
        <h3>By purpose</h3>{Purposes(spend.ByPurpose)}
        <h3>By function called</h3>{Targets(spend.ByTarget, names)}
        </section>
        """);

    private static Html Totals(SpendSummary spend) => Table.Of(
        "All chains; ether", ["", "#Fees", "#Actions", "#Transactions"],
        [Row("Today", spend.Today), Row("Last 7 days", spend.Week), Row("Last 30 days", spend.Month)], "");

    private static Html Row(string name, SpendTotal total) => Table.Row(
        Html.Of($"{name}"), Table.Figure(Format.Ether(total.Fee)), Table.Figure(Format.Count(total.Actions)), Table.Figure(Format.Count(total.Transactions)));

    private static Html Purposes(IReadOnlyList<PurposeSpend> purposes) => Table.Of(
        "Last 30 days; ether", ["Purpose", "#Fees", "#Actions", "#Transactions"],
        [.. purposes.Select(purpose => Table.Row(
            Html.Of($"{Format.Plain(purpose.Purpose)}"), Table.Figure(Format.Ether(purpose.Fee)), Table.Figure(Format.Count(purpose.Actions)),
            Table.Figure(Format.Count(purpose.Transactions))))],
        "Nothing was spent in the last 30 days.");

    private static Html Targets(IReadOnlyList<TargetSpendAnswer> targets, IReadOnlyDictionary<long, string> names) => Table.Of(
        "Last 30 days, the most expensive first; ether", ["Contract", "Function", "Chain", "Purpose", "#Fees", "#Actions", "#Transactions"],
        [.. targets.Select(target => Table.Row(
            Format.Hex(target.Target), Table.Cell(Html.Of($"<code>{target.Selector}</code>")),
            Table.Cell(names.GetValueOrDefault(target.ChainId, $"{target.ChainId}")), Table.Cell(Format.Plain(target.Purpose)),
            Table.Figure(Format.Ether(target.Fee)), Table.Figure(Format.Count(target.Actions)), Table.Figure(Format.Count(target.Transactions))))],
        "Nothing was spent in the last 30 days.");
}
