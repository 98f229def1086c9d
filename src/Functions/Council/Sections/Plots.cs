using System.Globalization;
using Functions.Council.Charts;
using Functions.Treasury;

namespace Functions.Council.Sections;

/// <summary>A chain's last 30 days as drawings, each with its figures.</summary>
internal static class Plots
{
    public static Html Of(ChainGasAnswer chain, IReadOnlyList<DaySpendAnswer> daily) => Html.Of($"""
        <div class="plots">{Spend(chain, [.. daily.Where(day => day.ChainId == chain.ChainId)])}{Balances(chain, "council", "Council's wallet")}{Balances(chain, "signer", "Signers")}</div>
        """);

    private static Html Spend(ChainGasAnswer chain, DaySpendAnswer[] daily)
    {
        if (daily.Length == 0)
        {
            return Html.Empty;
        }

        string[] days = DaysOf(daily.Select(day => day.Day));
        string[] purposes = [.. daily.GroupBy(day => day.Purpose).OrderByDescending(group => group.Sum(day => Format.ToDouble(day.Fee)))
            .Select(group => group.Key)];
        var fees = daily.ToDictionary(day => (day.Day, day.Purpose), day => (Amount?)day.Fee);
        Series[] shown = [.. purposes.Take(Chart.Colours).Select(purpose =>
            new Series(Format.Plain(purpose), [.. days.Select(day => Value(fees.GetValueOrDefault((day, purpose))))]))];
        return Chart.Figure(
            $"spend-{chain.ChainId}", "Spent each day, in ether, by purpose",
            $"From {days[0]} to {days[^1]}. The table below has every figure.",
            Chart.Legend([.. shown.Select(series => series.Name)]), BarPlot.Draw([.. days.Select(Short)], shown),
            ByDay("Fees in ether", days, [.. purposes.Select(Format.Plain)], purposes, fees));
    }

    private static Html Balances(ChainGasAnswer chain, string role, string title)
    {
        DayBalanceAnswer[] readings = [.. chain.BalancesDaily.Where(day => day.Role == role)];
        if (readings.Length == 0)
        {
            return Html.Empty;
        }

        string[] days = DaysOf(readings.Select(day => day.Day));
        var balances = readings.ToDictionary(day => (day.Day, day.Account), day => day.Balance);

        // As many as there are colours; those that hold least are those to look at.
        string[] all = [.. readings.Select(day => day.Account).Distinct()
            .OrderBy(account => Value(balances.GetValueOrDefault((days[^1], account))) ?? 0)];
        Series[] lines = [.. all.Take(Chart.Colours).Select(account =>
            new Series(Format.Short(account), [.. days.Select(day => Value(balances.GetValueOrDefault((day, account))))]))];
        return Chart.Figure(
            $"{role}-{chain.ChainId}", $"{title}, in ether, at the end of each day",
            $"From {days[0]} to {days[^1]}. The table below has every figure.",
            Chart.Legend([.. lines.Select(line => line.Name)]), LinePlot.Draw([.. days.Select(Short)], lines, LowMark(chain, role)),
            ByDay("Balances in ether", days, [.. all.Select(Format.Short)], all, balances));
    }

    /// <summary>A row for each day and a column for each name. Only what is read: the exact amounts are in the JSON.</summary>
    private static Html ByDay(
        string caption, string[] days, string[] heads, string[] names, Dictionary<(string Day, string Name), Amount?> amounts) => Table.Of(
        caption, ["Day", .. heads.Select(head => $"#{head}")],
        [.. days.Select(day => Table.Row(
            Html.Of($"{day}"), [.. names.Select(name => Table.Figure(Format.Rounded(amounts.GetValueOrDefault((day, name)))))]))],
        "");

    /// <summary>Where signers get low, when it is the same for all: it may follow each one's own spend rate.</summary>
    private static (double Value, string Name)? LowMark(ChainGasAnswer chain, string role)
    {
        var marks = chain.Accounts.Where(account => account.Role == role && account.LowMark is not null)
            .Select(account => Format.ToDouble(account.LowMark!)).Distinct().ToArray();
        return marks.Length == 1 ? (marks[0], "low mark") : null;
    }

    private static double? Value(Amount? amount) => amount is null ? null : Format.ToDouble(amount);

    /// <summary>Every day from the first to the last, those without a figure too.</summary>
    private static string[] DaysOf(IEnumerable<string> days)
    {
        var known = days.Select(day => DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture)).ToArray();
        var (first, last) = (known.Min(), known.Max());
        return [.. Enumerable.Range(0, last.DayNumber - first.DayNumber + 1)
            .Select(i => first.AddDays(i).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))];
    }

    private static string Short(string day) =>
        DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture).ToString("d MMM", CultureInfo.InvariantCulture);
}
