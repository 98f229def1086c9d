using Functions.Treasury;

namespace Functions.Council.Sections;

/// <summary>What relays may cost, and how much of it is taken.</summary>
internal static class Budgets
{
    public static Html Of(BudgetsAnswer budgets) => Html.Of($"""
        <h3>What relays may cost</h3>
        <p>One user: {Limit(budgets.User.Hour)} an hour, {Limit(budgets.User.Day)} a day. Hours and days are UTC; what is under way counts at its worst.</p>
        {Table.Of(
            "Budgets; ether", ["For", "State", "#This hour", "#under way", "#at most", "#This day", "#under way", "#at most"], [.. budgets.Shared.Select(Row)],
            "There is no limit for all users together.")}
        """);

    private static Html Row(BudgetAnswer budget) => Table.Row(
        budget.Scope switch
        {
            "chain" => Html.Of($"all relays"),
            "anonymous" => Html.Of($"callers not known"),
            "client" => Html.Of($"API client {budget.Client}"),
            "value" => Html.Of($"relays with value"),
            _ => Html.Of($"functions of {Format.Hex(budget.Target)}"),
        },
        Table.Cell(budget.State switch
        {
            "room" => Html.Of($"<span class=\"good\">room</span>"),
            "low" => Html.Of($"<span class=\"warn\">four fifths used</span>"),
            _ => Html.Of($"<strong class=\"bad\">spent: more is refused</strong>"),
        }),
        Table.Figure(Format.Ether(budget.Hour.Spent)), Table.Figure(Format.Ether(budget.Hour.Held)), Table.Figure(Limit(budget.Hour.Limit)),
        Table.Figure(Format.Ether(budget.Day.Spent)), Table.Figure(Format.Ether(budget.Day.Held)), Table.Figure(Limit(budget.Day.Limit)));

    private static Html Limit(Amount? limit) => limit is null ? Html.Of($"no limit") : Format.Ether(limit);
}
