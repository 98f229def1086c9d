using System.Globalization;

namespace Storms.Soak;

/// <summary>Whether the last quarter of the readings is like the second. Pure.</summary>
/// <remarks>The first quarter warms up: code is compiled, pools fill. Medians, so that one reading beside a busy neighbour does not decide.</remarks>
internal static class SoakVerdict
{
    /// <summary>What is not flat; empty when everything is.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<SoakSample> samples)
    {
        var quarter = samples.Count / 4;
        if (quarter == 0)
        {
            return ["too few readings for a verdict"];
        }

        var (early, late) = (samples.Skip(quarter).Take(quarter).ToArray(), samples.TakeLast(quarter).ToArray());
        return
        [
            .. Compare("live on the heap (MB)", sample => sample.Memory.Heap / 1048576.0, factor: 1.2, slack: 4),
            .. Compare("in RAM (MB)", sample => sample.Memory.Resident / 1048576.0, factor: 1.2, slack: 16),
            .. Compare("CPU for each relay (ms)", sample => sample.CpuPerRelay.TotalMilliseconds, factor: 1.2, slack: 0.2),
            .. Compare("POST to answer, p50 (ms)", sample => sample.Answer.P50.TotalMilliseconds, factor: 1.5, slack: 3),
        ];

        IEnumerable<string> Compare(string name, Func<SoakSample, double> read, double factor, double slack)
        {
            var (before, after) = (Median(early.Select(read)), Median(late.Select(read)));
            if (after > (before * factor) + slack)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{name}: {before:0.0} early, {after:0.0} late");
            }
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
