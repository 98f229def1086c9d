using System.Globalization;
using System.Xml.Linq;
using Functions.Council;
using Functions.Council.Charts;

namespace Functions.Tests.Council;

public sealed class ChartTests
{
    [Theory]
    [InlineData(0, 1, 0.5)]
    [InlineData(1, 1, 0.5)]
    [InlineData(0.0073, 0.008, 0.002)]
    [InlineData(42, 60, 20)]
    [InlineData(1234567, 1500000, 500000)]
    public void An_axis_has_round_ticks_and_holds_the_largest_value(double largest, double max, double step)
    {
        var axis = Axis.FromZero(largest, 4, 100, 0);
        Assert.Equal((max, step), (axis.Max, axis.Step), (a, b) => Math.Abs(a.Item1 - b.Item1) < 1e-9 && Math.Abs(a.Item2 - b.Item2) < 1e-9);
        Assert.Equal((100, 0), (axis.At(0), axis.At(axis.Max)));
        Assert.Equal(0, axis.Ticks().First());
        Assert.Equal(axis.Max, axis.Ticks().Last(), 9);
    }

    [Fact]
    public void Bars_are_stacked_to_their_sum()
    {
        var drawing = Parse(BarPlot.Draw(["a", "b"], [new("one", [1, null]), new("two", [3, 4])]));
        var bars = drawing.Elements("rect").Select(bar => (Class: (string)bar.Attribute("class")!, Top: D(bar, "y"), Height: D(bar, "height"))).ToArray();
        Assert.Equal(["s0", "s1", "s1"], bars.Select(bar => bar.Class));
        Assert.Equal(bars[2].Height, bars[0].Height + bars[1].Height, 0.11);
        Assert.Equal(bars[2].Top, bars[1].Top, 0.11);
    }

    [Fact]
    public void A_line_is_broken_where_a_value_is_missing_and_one_alone_is_a_dot()
    {
        var drawing = Parse(LinePlot.Draw(["a", "b", "c"], [new("one", [1, null, 2])], (1.5, "low mark")));
        var path = (string)drawing.Elements("path").Single(element => (string)element.Attribute("class")! == "line s0").Attribute("d")!;
        Assert.Equal(2, path.Split('M').Length - 1);
        Assert.DoesNotContain('L', path);
        Assert.Contains(drawing.Elements("text"), text => text.Value == "low mark");
    }

    [Fact]
    public void Nothing_at_all_is_drawn_too()
    {
        Parse(LinePlot.Draw([], [new("one", [])]));
        Parse(BarPlot.Draw([], []));
        Parse(Meter.Draw(0, 0, 0));
    }

    [Fact]
    public void Labels_at_the_edges_stay_inside()
    {
        var labels = Parse(BarPlot.Draw([.. Enumerable.Range(1, 30).Select(day => $"day {day}")], [])).Elements("text")
            .Where(text => text.Value.StartsWith("day", StringComparison.Ordinal)).ToArray();
        Assert.Equal(["day 1", "day 11", "day 20", "day 30"], labels.Select(label => label.Value));
        Assert.Equal(["start", "mid", "mid", "end"], labels.Select(label => (string)label.Attribute("class")!));
    }

    private static XElement Parse(Html drawing) => XElement.Parse($"<svg>{drawing}</svg>");

    private static double D(XElement element, string name) => double.Parse((string)element.Attribute(name)!, CultureInfo.InvariantCulture);
}
