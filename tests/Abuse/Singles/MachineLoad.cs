using System.Globalization;

namespace Abuse.Singles;

/// <summary>How busy the whole machine is, from <c>/proc/stat</c>: times measured on a saturated one say nothing about the app.</summary>
internal sealed class MachineLoad
{
    private readonly (long Busy, long All) _before = Read();

    /// <summary>Percent of all cores that did something since this was made.</summary>
    public int Percent()
    {
        var (busy, all) = Read();
        return (int)((busy - _before.Busy) * 100 / Math.Max(1, all - _before.All));
    }

    private static (long Busy, long All) Read()
    {
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
            .Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return (ticks.Sum() - ticks[3] - ticks[4], ticks.Sum());
    }
}
