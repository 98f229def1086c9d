namespace Functions.Council.Charts;

/// <summary>A linear axis with round ticks, mapped onto a stretch of the drawing. Pure.</summary>
/// <param name="Min">The value at its start.</param>
/// <param name="Max">The value at its end; above <paramref name="Min"/>.</param>
/// <param name="Step">Between two ticks.</param>
/// <param name="From">Where the start is drawn.</param>
/// <param name="To">Where the end is drawn.</param>
internal readonly record struct Axis(double Min, double Max, double Step, double From, double To)
{
    /// <summary>An axis from zero that holds the largest value, with about <paramref name="ticks"/> ticks at 1, 2 or 5 times a power of ten.</summary>
    public static Axis FromZero(double largest, int ticks, double from, double to)
    {
        // Nothing spent is drawn on an axis too.
        var span = largest > 0 ? largest : 1;
        var rough = span / ticks;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * ((rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
        return new Axis(0, Math.Ceiling(span / step) * step, step, from, to);
    }

    /// <summary>Where a value is drawn.</summary>
    public double At(double value) => From + ((value - Min) / (Max - Min) * (To - From));

    /// <summary>The ticks, both ends included.</summary>
    public IEnumerable<double> Ticks()
    {
        var count = (int)Math.Round((Max - Min) / Step);
        for (var i = 0; i <= count; i++)
        {
            yield return Min + (i * Step);
        }
    }
}
