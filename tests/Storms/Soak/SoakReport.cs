using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Spectre.Console;
using Storms.Audit;

namespace Storms.Soak;

/// <summary>All that was read, for eyes and for the repository.</summary>
internal sealed record SoakReport(SoakOptions Options, IReadOnlyList<SoakSample> Samples, IReadOnlyList<string> Drifts, Findings Findings)
{
    private const int Width = 140;

    private static readonly string[] Columns =
        ["after", "relays", "answer p50 ms", "p99 ms", "CPU ms/relay", "in RAM MB", "live MB", "tables MB", "bytes/relay"];

    public bool Holds => Drifts.Count == 0 && Findings.Violations.Count == 0;

    private string Verdict => string.Join(
        "; ",
        [
            Drifts.Count == 0 ? "Memory, CPU and times are flat" : $"NOT flat: {string.Join(", ", Drifts)}",
            Findings.Violations.Count == 0 ? "every invariant holds" : $"VIOLATED: {string.Join(", ", Findings.Violations)}",
        ]);

    public void Show()
    {
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, Width);
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumns([.. Columns.Select(column => new TableColumn(column).RightAligned())]);
        foreach (var sample in Samples)
        {
            table.AddRow(Cells(sample));
        }

        AnsiConsole.Write(table);
        AnsiConsole.MarkupLineInterpolated($"{Findings}");
        AnsiConsole.MarkupLineInterpolated($"[{(Holds ? "green" : "red")}]{Verdict}.[/]");
    }

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine("# Soak: one instance under a constant load").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Measured on {TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm} UTC with").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"    {Options.Command}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"on {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}. App, anvil (two blocks a second), PostgreSQL and the users share the machine.");
        text.AppendLine(CultureInfo.InvariantCulture, $"\"Live\" is the heap after a full collection. {Verdict}. {Findings}.").AppendLine();
        Row(Columns);
        Row(Columns.Select(_ => "---:"));
        foreach (var sample in Samples)
        {
            Row(Cells(sample));
        }

        return text.ToString();

        void Row(IEnumerable<string> cells) => text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |");
    }

    private static string[] Cells(SoakSample sample) =>
    [
        sample.At.ToString(@"hh\:mm\:ss", CultureInfo.InvariantCulture),
        sample.Accepted.ToString(CultureInfo.InvariantCulture),
        Number(sample.Answer.P50.TotalMilliseconds),
        Number(sample.Answer.P99.TotalMilliseconds),
        Number(sample.CpuPerRelay.TotalMilliseconds),
        Number(sample.Memory.Resident / 1048576.0),
        Number(sample.Memory.Heap / 1048576.0),
        Number(sample.TableBytes / 1048576.0),
        sample.BytesPerRelay.ToString(CultureInfo.InvariantCulture),
    ];

    private static string Number(double number) => number.ToString("0.0", CultureInfo.InvariantCulture);
}
