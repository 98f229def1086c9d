using static Functions.Council.Charts.Chart;

namespace Functions.Council.Charts;

/// <summary>A small bar: how full something is, with a notch where it gets low. Pure.</summary>
internal static class Meter
{
    private const double Length = 120, Thickness = 10;

    /// <summary>Decoration beside the figures, so nothing is said of it to a screen reader.</summary>
    /// <param name="value">From 0 to <paramref name="full"/>; what is beyond is drawn as full.</param>
    /// <param name="low">Where it gets low.</param>
    /// <param name="full">The whole.</param>
    public static Html Draw(double value, double low, double full)
    {
        var scale = full > 0 ? Length / full : 0;
        var filled = Math.Clamp(value * scale, 0, Length);
        var notch = Math.Clamp(low * scale, 0, Length);
        return Html.Of($"""
            <svg class="meter" viewBox="0 0 {N(Length)} {N(Thickness)}" aria-hidden="true"><rect class="track" width="{N(Length)}" height="{N(Thickness)}" rx="3"/><rect class="{(value < low ? "low" : "fill")}" width="{N(filled)}" height="{N(Thickness)}" rx="3"/><path class="notch" d="M{N(notch)} 0V{N(Thickness)}"/></svg>
            """);
    }
}
