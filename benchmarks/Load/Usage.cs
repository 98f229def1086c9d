using System.Globalization;

namespace Load;

/// <summary>CPU time that processes have used so far, their children's included, from <c>/proc</c>.</summary>
internal static class Usage
{
    // sysconf(_SC_CLK_TCK) is 100 on every Linux that .NET runs on.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    /// <summary>User and system time of a process, of the children it waited for, and of those that live.</summary>
    public static TimeSpan Cpu(int process)
    {
        var ticks = Read(process) is { } own ? own.Cpu + own.Reaped : 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id)
                && Read(id) is { } child && child.Parent == process)
            {
                ticks += child.Cpu;
            }
        }

        return ticks * Tick;
    }

    /// <summary>Bytes of memory that a process has in RAM.</summary>
    public static long ResidentBytes(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(6, line.Length - 9).Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    private static (int Parent, long Cpu, long Reaped)? Read(int process)
    {
        try
        {
            // After the name, which may hold spaces and brackets: state, parent, … utime (14), stime, cutime, cstime.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (int.Parse(fields[1], CultureInfo.InvariantCulture), Number(11) + Number(12), Number(13) + Number(14));

            long Number(int index) => long.Parse(fields[index], CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>CPU time of the three parts of the whole.</summary>
internal readonly record struct CpuTimes(TimeSpan App, TimeSpan Node, TimeSpan Database)
{
    public static CpuTimes Read(DevChain.DevStack stack) =>
        new(Usage.Cpu(stack.App.ProcessId), Usage.Cpu(stack.Node.ProcessId), Usage.Cpu(stack.Postgres.ProcessId));

    public CpuTimes Since(CpuTimes before) => new(App - before.App, Node - before.Node, Database - before.Database);
}
