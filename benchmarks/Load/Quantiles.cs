namespace Load;

/// <summary>The middle and the far end of a set of times.</summary>
internal readonly record struct Quantiles(TimeSpan P50, TimeSpan P99)
{
    public static Quantiles Of(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Order().ToArray();
        return sorted.Length == 0 ? default : new Quantiles(At(0.50), At(0.99));

        TimeSpan At(double share) => sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
    }
}
