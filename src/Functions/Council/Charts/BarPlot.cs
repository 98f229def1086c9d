using static Functions.Council.Charts.Chart;

namespace Functions.Council.Charts;

/// <summary>Stacked bars, one for each place. Pure.</summary>
internal static class BarPlot
{
    private const double Gap = 0.25;

    /// <summary>The inside of the svg.</summary>
    /// <param name="labels">One for each bar.</param>
    /// <param name="series">Stacked from the bottom in this order.</param>
    public static Html Draw(IReadOnlyList<string> labels, IReadOnlyList<Series> series)
    {
        var sums = labels.Select((_, place) => series.Sum(part => part.Values[place] ?? 0)).ToArray();
        var y = Axis.FromZero(sums.DefaultIfEmpty(0).Max(), 4, Bottom, Top);
        var slot = (Right - Left) / Math.Max(1, labels.Count);
        double X(int place) => Left + (slot * (place + 0.5));
        return Html.Of($"{Grid(y)}{Labels(labels, X)}{Html.Each(Enumerable.Range(0, labels.Count), place => Bar(place, series, X(place), slot, y))}");
    }

    private static Html Bar(int place, IReadOnlyList<Series> series, double middle, double slot, Axis y)
    {
        var (below, width) = (0.0, slot * (1 - Gap));
        return Html.Each(series.Select((part, i) => (part, i)), item =>
        {
            if (item.part.Values[place] is not { } value || value <= 0)
            {
                return Html.Empty;
            }

            var (bottom, top) = (y.At(below), y.At(below + value));
            below += value;
            return Html.Of($"""<rect class="s{item.i % Colours}" x="{N(middle - (width / 2))}" y="{N(top)}" width="{N(width)}" height="{N(bottom - top)}"/>""");
        });
    }
}
