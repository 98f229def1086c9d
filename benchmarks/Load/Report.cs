using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Spectre.Console;

namespace Load;

/// <summary>One client beside the bare node.</summary>
internal sealed record SingleResult(Quantiles Answer, Quantiles Bare, Quantiles Mined)
{
    public double Ratio => Answer.P50 / Bare.P50;
}

/// <summary>A number of clients at once.</summary>
internal sealed record LevelResult(
    int Clients, int Accepted, TimeSpan Posting, TimeSpan ToLastMined, Quantiles Answer, Quantiles Mined, CpuTimes Cpu,
    int Deferred, int Errors, string? FirstError, int Lost, int Duplicates, int Reverted)
{
    public double AcceptedPerSecond => Accepted / Posting.TotalSeconds;

    public double MinedPerSecond => (Accepted - Lost) / ToLastMined.TotalSeconds;

    public int Faults => Errors + Lost + Duplicates + Reverted;
}

/// <summary>Memory before and after a number of relays.</summary>
internal sealed record MemoryResult(MemoryReading Before, MemoryReading After, LevelResult Level);

/// <summary>What a relay costs when so many are on record.</summary>
internal sealed record RowsResult(int Rows, SingleResult Single, LevelResult Level);

/// <summary>Something else on the same node, for comparison.</summary>
internal sealed record PeerResult(string Name, int Clients, int Sent, double SentPerSecond, double MinedPerSecond, Quantiles Answer, string Cpu);

/// <summary>All that was measured, for eyes and for the repository.</summary>
internal sealed record Report(
    SingleResult? Single, IReadOnlyList<LevelResult> Levels, MemoryResult? Memory, IReadOnlyList<RowsResult> Filled,
    IReadOnlyList<PeerResult> Peers)
{
    private const int WidestTable = 210;

    /// <summary>Everything that must not happen at any load.</summary>
    public int Faults => Levels.Sum(level => level.Faults) + Filled.Sum(filled => filled.Level.Faults) + (Memory?.Level.Faults ?? 0);

    public void Show()
    {
        // Not a terminal: as wide as the widest table, rather than 80 columns.
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, WidestTable);
        foreach (var (title, columns, rows) in Tables())
        {
            var table = new Table { Title = new TableTitle(title) }.Border(TableBorder.Rounded);
            table.AddColumns([.. columns.Select(column => new TableColumn(column.EscapeMarkup()).RightAligned())]);
            foreach (var row in rows)
            {
                table.AddRow([.. row.Select(cell => cell.EscapeMarkup())]);
            }

            AnsiConsole.Write(table);
        }

        foreach (var level in Levels.Where(level => level.FirstError is not null))
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{level.Clients} clients, first error: {level.FirstError}[/]");
        }
    }

    public string ToMarkdown(LoadOptions options)
    {
        var text = new StringBuilder();
        text.AppendLine("# Load: the published app on a real chain and PostgreSQL").AppendLine();
        text.AppendLine($"Measured on {TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm} UTC with").AppendLine();
        text.AppendLine($"    {options.Command}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"on {Machine()}. App, anvil (a block a second), PostgreSQL (fsync on) and this driver share the machine; "
            + $"{options.Signers} signers with at most {options.InFlight} transactions each under way. Every accepted relay was looked for on the chain again.");
        if (options.Note is { } note)
        {
            text.AppendLine().AppendLine(note);
        }

        foreach (var (title, columns, rows) in Tables())
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {title}").AppendLine();
            Row(columns);
            Row(columns.Select(_ => "---:"));
            foreach (var row in rows)
            {
                Row(row);
            }
        }

        return text.ToString();

        void Row(IEnumerable<string> cells) => text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |");
    }

    private IEnumerable<(string Title, string[] Columns, IEnumerable<string[]> Rows)> Tables()
    {
        if (Single is not null)
        {
            yield return (
                "POST to answer, one client, beside the bare node",
                ["", "p50 ms", "p99 ms"],
                [
                    ["POST /api/relay to answer", Ms(Single.Answer.P50), Ms(Single.Answer.P99)],
                    ["eth_sendRawTransaction of the same call", Ms(Single.Bare.P50), Ms(Single.Bare.P99)],
                    ["ratio", Number(Single.Ratio), ""],
                    ["POST /api/relay to mined", Ms(Single.Mined.P50), Ms(Single.Mined.P99)],
                ]);
        }

        if (Levels.Count > 0)
        {
            yield return ("Many clients", LevelColumns, Levels.Select(Cells));
        }

        if (Memory is not null)
        {
            yield return (
                $"Memory before and after {Memory.Level.Accepted} relays (16 clients)",
                ["", "before", "after"],
                [
                    ["in RAM, MB", Megabytes(Memory.Before.Resident), Megabytes(Memory.After.Resident)],
                    ["live on the GC heap, MB", Megabytes(Memory.Before.Heap), Megabytes(Memory.After.Heap)],
                ]);
            yield return ("The same relays", LevelColumns, [Cells(Memory.Level)]);
        }

        if (Filled.Count > 0)
        {
            yield return (
                "With many relays on record (one client; 16 clients)",
                ["relays on record", "answer p50 ms, one client", .. LevelColumns],
                Filled.Select(filled => (string[])[Text(filled.Rows), Ms(filled.Single.Answer.P50), .. Cells(filled.Level)]));
        }

        if (Peers.Count > 0)
        {
            yield return (
                "For comparison, on the same node",
                ["", "clients", "sent", "sent/s", "mined/s", "answer p50 ms", "p99 ms", "CPU ms each"],
                Peers.Select(peer => new[]
                {
                    peer.Name, Text(peer.Clients), Text(peer.Sent), Number(peer.SentPerSecond), Number(peer.MinedPerSecond),
                    Ms(peer.Answer.P50), Ms(peer.Answer.P99), peer.Cpu,
                }));
        }
    }

    private static readonly string[] LevelColumns =
    [
        "clients", "accepted", "accepted/s", "mined/s", "answer p50 ms", "p99 ms", "mined p50 ms", "p99 ms",
        "CPU ms/relay: app", "node", "database", "deferred", "errors", "lost", "twice", "reverted",
    ];

    private static string[] Cells(LevelResult level) =>
    [
        Text(level.Clients), Text(level.Accepted), Number(level.AcceptedPerSecond), Number(level.MinedPerSecond),
        Ms(level.Answer.P50), Ms(level.Answer.P99), Ms(level.Mined.P50), Ms(level.Mined.P99),
        Each(level.Cpu.App, level), Each(level.Cpu.Node, level), Each(level.Cpu.Database, level),
        Text(level.Deferred), Text(level.Errors), Text(level.Lost), Text(level.Duplicates), Text(level.Reverted),
    ];

    private static string Each(TimeSpan cpu, LevelResult level) =>
        (cpu.TotalMilliseconds / Math.Max(1, level.Accepted)).ToString("0.00", CultureInfo.InvariantCulture);

    private static string Ms(TimeSpan time) => time.TotalMilliseconds.ToString(time.TotalMilliseconds < 100 ? "0.00" : "0", CultureInfo.InvariantCulture);

    private static string Number(double number) => number.ToString(number < 100 ? "0.00" : "0", CultureInfo.InvariantCulture);

    private static string Megabytes(long bytes) => (bytes / 1048576.0).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Machine() =>
        $"{Environment.ProcessorCount} cores ({RuntimeInformation.OSArchitecture}, {Vendor()}), {RuntimeInformation.FrameworkDescription}";

    private static string Vendor() =>
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("model name", StringComparison.Ordinal)).Split(':', 2)[1].Trim()
            : "unknown model";
}
