using System.Globalization;

namespace Abuse.Singles;

/// <summary>How busy the whole machine is, sample by sample, from <c>/proc</c>: times measured on a saturated one say nothing about the app.</summary>
internal sealed class MachineLoad
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);

    private readonly List<Sample> _samples = [Read()];

    /// <summary>Takes samples until it is stopped.</summary>
    public async Task WatchAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await Task.Delay(Every, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _samples.Add(Read());
        }
    }

    /// <summary>Up to a moment, or in all.</summary>
    public Busyness Until(long? at = null)
    {
        var (first, last) = (_samples[0], at is null ? _samples[^1] : _samples.Find(sample => sample.At >= at) ?? _samples[^1]);
        return new(
            Percent(last.Busy - first.Busy, last.All - first.All),
            Percent(last.WaitedMicroseconds - first.WaitedMicroseconds, (long)TimeProvider.System.GetElapsedTime(first.At, last.At).TotalMicroseconds));
    }

    private static int Percent(long part, long whole) => (int)(part * 100 / Math.Max(1, whole));

    private static Sample Read()
    {
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
            .Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return new Sample(TimeProvider.System.GetTimestamp(), ticks.Sum() - ticks[3] - ticks[4], ticks.Sum(), ReadWaited());
    }

    /// <summary>"some ... total=MICROSECONDS": for so long something that was ready to run had no core. Without it (an older kernel) nobody is excused by it.</summary>
    private static long ReadWaited()
    {
        const string Pressure = "/proc/pressure/cpu";
        return File.Exists(Pressure) ? long.Parse(File.ReadLines(Pressure).First().Split("total=")[1], CultureInfo.InvariantCulture) : 0;
    }

    private sealed record Sample(long At, long Busy, long All, long WaitedMicroseconds);
}

/// <summary>How busy a machine was.</summary>
/// <param name="Cores">Percent of all cores that did something.</param>
/// <param name="Waited">Percent of the time in which something that was ready to run waited for a core.</param>
internal readonly record struct Busyness(int Cores, int Waited)
{
    private const int Taken = 90;

    /// <summary>The median of all moments is one in which no core was free.</summary>
    private const int Half = 50;

    /// <summary>Above it times are the machine's, not the app's.</summary>
    public bool IsSaturated => Cores >= Taken || Waited >= Half;
}
