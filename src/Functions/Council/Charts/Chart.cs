using System.Globalization;

namespace Functions.Council.Charts;

/// <summary>One line or one colour of a plot.</summary>
/// <param name="Name">For the legend and the table.</param>
/// <param name="Values">One for each place on the x axis; <see langword="null"/> where there is none.</param>
internal sealed record Series(string Name, IReadOnlyList<double?> Values);

/// <summary>What every plot has in common: size, axes, grid, legend.</summary>
/// <remarks>
/// Drawn in a box of fixed units that the style sheet stretches to its column. Colours are classes (<c>s0</c>, <c>s1</c>, …), so that one drawing
/// serves light, dark and print; no attribute needs an inline style, which the page's policy forbids.
/// </remarks>
internal static class Chart
{
    /// <summary>How many classes of colour the style sheet has.</summary>
    public const int Colours = 6;

    /// <summary>The box.</summary>
    public const double Width = 480;

    /// <summary>The box.</summary>
    public const double Height = 230;

    /// <summary>The edges of the plot in it.</summary>
    public const double Left = 66, Right = 472, Top = 14, Bottom = 196;

    /// <summary>A number of drawing units.</summary>
    public static string N(double value) => Math.Round(value, 1).ToString(CultureInfo.InvariantCulture);

    /// <summary>A plot with its title, its legend and its figures as a table that opens.</summary>
    /// <param name="id">Unique in the page.</param>
    /// <param name="title">What it shows, with the unit.</param>
    /// <param name="summary">What a reader who cannot see it should know.</param>
    /// <param name="legend">What the colours mean.</param>
    /// <param name="drawing">Inside of the svg.</param>
    /// <param name="table">The same figures.</param>
    public static Html Figure(string id, string title, string summary, Html legend, Html drawing, Html table) => Html.Of($"""
        <figure aria-labelledby="{id}-t"><figcaption id="{id}-t">{title}</figcaption>{legend}
        <svg viewBox="0 0 {N(Width)} {N(Height)}" role="img" aria-labelledby="{id}-t {id}-d"><desc id="{id}-d">{summary}</desc>{drawing}</svg>
        <details><summary>{title}: the figures</summary>{table}</details></figure>
        """);

    /// <summary>Which colour is which.</summary>
    public static Html Legend(IReadOnlyList<string> names) => names.Count < 2 ? Html.Empty : Html.Of($"""
        <ul class="legend">{Html.Each(names.Select((name, i) => (name, i)), item => Html.Of($"<li class=\"k{item.i % Colours}\">{item.name}</li>"))}</ul>
        """);

    /// <summary>Horizontal lines at the ticks of the y axis, and their values.</summary>
    public static Html Grid(Axis y) => Html.Each(y.Ticks(), tick => Html.Of($"""
        <path class="grid" d="M{N(Left)} {N(y.At(tick))}H{N(Right)}"/><text class="end" x="{N(Left - 6)}" y="{N(y.At(tick) + 4)}">{Tick(tick)}</text>
        """));

    /// <summary>Names under the x axis: the first, the last, and some between them that do not run into each other.</summary>
    public static Html Labels(IReadOnlyList<string> labels, Func<int, double> x)
    {
        const int Most = 4;
        if (labels.Count == 0)
        {
            return Html.Empty;
        }

        var count = Math.Min(Most, labels.Count);
        var places = Enumerable.Range(0, count).Select(i => count == 1 ? 0 : (int)Math.Round((labels.Count - 1) * (double)i / (count - 1)));
        return Html.Each(places.Distinct(), place => Html.Of($"""
            <text class="{Anchor(place, labels.Count)}" x="{N(x(place))}" y="{N(Bottom + 20)}">{labels[place]}</text>
            """));
    }

    private static string Anchor(int place, int count) => (place, count) switch
    {
        (_, 1) => "mid",
        (0, _) => "start",
        _ when place == count - 1 => "end",
        _ => "mid",
    };

    // Short enough for the margin, and without the noise of binary fractions.
    private static string Tick(double value) => value switch
    {
        0 => "0",
        >= 1e6 or < 1e-3 => value.ToString("0.##e0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.######", CultureInfo.InvariantCulture),
    };
}
