using System.Text;
using static Functions.Council.Charts.Chart;

namespace Functions.Council.Charts;

/// <summary>Lines over time. Pure.</summary>
internal static class LinePlot
{
    /// <summary>The inside of the svg: a line for each series, broken where a value is missing, and a dashed mark at a height that matters.</summary>
    /// <param name="labels">One for each place on the x axis.</param>
    /// <param name="series">The lines.</param>
    /// <param name="mark">A height to mark, with its name; or none.</param>
    public static Html Draw(IReadOnlyList<string> labels, IReadOnlyList<Series> series, (double Value, string Name)? mark = null)
    {
        var largest = series.SelectMany(line => line.Values).Max() ?? 0;
        var y = Axis.FromZero(Math.Max(largest, mark?.Value ?? 0), 4, Bottom, Top);
        double X(int place) => labels.Count == 1 ? (Left + Right) / 2 : Left + ((Right - Left) * place / (labels.Count - 1));
        return Html.Of($"{Grid(y)}{Labels(labels, X)}{Lines(series, X, y)}{Mark(mark, y)}");
    }

    private static Html Lines(IReadOnlyList<Series> series, Func<int, double> x, Axis y) =>
        Html.Each(series.Select((line, i) => (line, i)), item => Html.Of($"""<path class="line s{item.i % Colours}" d="{Path(item.line, x, y)}"/>"""));

    private static string Path(Series line, Func<int, double> x, Axis y)
    {
        var path = new StringBuilder();
        var isDown = false;
        for (var place = 0; place < line.Values.Count; place++)
        {
            if (line.Values[place] is not { } value)
            {
                isDown = false;
                continue;
            }

            path.Append(isDown ? 'L' : 'M').Append(N(x(place))).Append(' ').Append(N(y.At(value)));

            // A point alone has no length: a cap makes it a dot.
            if (!isDown)
            {
                path.Append("h0");
            }

            isDown = true;
        }

        return path.ToString();
    }

    private static Html Mark((double Value, string Name)? mark, Axis y) => mark is not { } at ? Html.Empty : Html.Of($"""
        <path class="mark" d="M{N(Left)} {N(y.At(at.Value))}H{N(Right)}"/><text class="end" x="{N(Right)}" y="{N(y.At(at.Value) - 5)}">{at.Name}</text>
        """);
}
