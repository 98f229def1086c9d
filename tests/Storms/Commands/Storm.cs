using Spectre.Console;
using Storms.Workloads;

namespace Storms.Commands;

/// <summary>Runs storms, a few side by side, and says how they end.</summary>
internal sealed class Storm(SharedStack shared, Action<string> say)
{
    public SharedStack Stack => shared;

    public Action<string> Say => say;

    public static async Task<int> RunAsync(
        SharedStack shared, Func<Storm, IEnumerable<Func<CancellationToken, Task<StormReport>>>> storms, int sideBySide, CancellationToken cancellation)
    {
        var violated = 0;
        await AnsiConsole.Status().StartAsync("The storm begins…", async status =>
        {
            var storm = new Storm(shared, line => status.Status = line.EscapeMarkup());
            await Parallel.ForEachAsync(
                storms(storm),
                new ParallelOptions { MaxDegreeOfParallelism = sideBySide, CancellationToken = cancellation },
                async (run, token) =>
                {
                    var report = await run(token);
                    Interlocked.Add(ref violated, report.Holds ? 0 : 1);
                    AnsiConsole.MarkupLineInterpolated($"[{(report.Holds ? "green" : "red")}]{report.ToString()}[/]"); // Only strings are escaped.
                    if (!report.Holds)
                    {
                        var file = Path.Combine(Path.GetTempPath(), $"storm-{Guid.NewGuid():N}.log");
                        await File.WriteAllTextAsync(file, $"{report}\n\n{report.Output}", token);
                        AnsiConsole.MarkupLineInterpolated($"[red]The instances' output: {file}[/]");
                    }
                });
        });
        return violated == 0 ? 0 : 1;
    }
}
