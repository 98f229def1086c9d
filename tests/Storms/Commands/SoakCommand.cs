using System.CommandLine;
using Spectre.Console;
using Storms.Soak;
using Storms.Workloads;

namespace Storms.Commands;

/// <summary>The long, constant load.</summary>
internal static class SoakCommand
{
    public static Command Make(Option<int> seed)
    {
        var minutes = new Option<double>("--minutes") { Description = "How long it posts.", DefaultValueFactory = _ => 30 };
        var rate = new Option<int>("--rate") { Description = "Requests a second, about.", DefaultValueFactory = _ => 20 };
        var output = new Option<FileInfo?>("--output") { Description = "A Markdown file for the readings, for example benchmarks/results-soak.md." };
        var command = new Command("soak", "A constant load for long: whether memory, CPU and times stay flat, and the same invariants.") { minutes, rate, output, seed };
        StormCommands.RequireAbove(0, minutes);
        StormCommands.RequireAbove(0, rate);
        command.SetAction((options, cancellation) => StormCommands.GuardAsync(
            async () =>
            {
                await using var shared = await SharedStack.StartAsync(StormCommands.Say, cancellation);
                var run = new SoakOptions(
                    TimeSpan.FromMinutes(options.GetValue(minutes)), options.GetValue(rate), options.GetValue(seed),
                    FormattableString.Invariant(
                        $"dotnet run -c Release --project tests/Storms -- soak --minutes {options.GetValue(minutes)} --rate {options.GetValue(rate)} --seed {options.GetValue(seed)}"));
                var report = await AnsiConsole.Status().StartAsync(
                    "It soaks…", status => new SoakRun(shared, run, line => status.Status = line.EscapeMarkup()).RunAsync(cancellation));
                report.Show();
                if (options.GetValue(output) is { } file)
                {
                    await File.WriteAllTextAsync(file.FullName, report.ToMarkdown(), cancellation);
                    StormCommands.Say($"Written to {file.FullName}.");
                }

                return report.Holds ? 0 : 1;
            },
            cancellation));
        return command;
    }
}
