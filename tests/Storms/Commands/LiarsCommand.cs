using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Storms.Liars;
using Storms.Workloads;

namespace Storms.Commands;

/// <summary>Nodes that lie about one method at a time.</summary>
internal static class LiarsCommand
{
    public static Command Make(Option<int> seed)
    {
        var methods = new Option<string[]>("--methods") { Description = "Only these methods.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        var faults = new Option<Lie[]>("--faults") { Description = "Only these lies.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        var setups = new Option<LiarSetup[]>("--setups") { Description = "Only these numbers of providers.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        var seconds = new Option<double>("--seconds") { Description = "How long each lie lasts, at least.", DefaultValueFactory = _ => LiarLimits.Usual.Lasting.TotalSeconds };
        var sideBySide = new Option<int>("--side-by-side") { Description = "Relayers at once.", DefaultValueFactory = _ => 6 };
        var output = new Option<FileInfo?>("--output") { Description = "A Markdown file for the tables." };
        methods.AcceptOnlyFromAmong([.. RpcMethod.All.Select(method => method.Name)]);
        StormCommands.RequireAbove(0, seconds);
        StormCommands.RequireAbove(0, sideBySide);
        var command = new Command(
            "liars",
            "Each method of a node with each way to lie about it, with one provider, the preferred of two, the preferred of three, and all of three: nothing is told as ended "
            + "that has not, nothing happens twice, the books are exact, users are served while the honest are a quorum, and all is right soon after the node is.")
        {
            methods, faults, setups, seconds, sideBySide, output, seed,
        };
        command.SetAction((options, cancellation) => StormCommands.GuardAsync(
            async () =>
            {
                var (someMethods, someLies, someSetups) = (options.GetValue(methods)!, options.GetValue(faults)!, options.GetValue(setups)!);
                Combination[] combinations =
                [
                    .. Combination.All.Where(one => (someMethods.Length == 0 || someMethods.Contains(one.Method.Name))
                        && (someLies.Length == 0 || someLies.Contains(one.Lie)) && (someSetups.Length == 0 || someSetups.Contains(one.Setup))),
                ];
                var limits = LiarLimits.Usual with { Lasting = TimeSpan.FromSeconds(options.GetValue(seconds)) };
                await using var shared = await SharedStack.StartAsync(StormCommands.Say, cancellation);
                var started = TimeProvider.System.GetTimestamp();
                var results = await new LiarStorm(shared, limits, options.GetValue(seed), StormCommands.Say)
                    .RunAsync(combinations, options.GetValue(sideBySide), cancellation);
                await ShowAsync(results, started, options.GetValue(output), limits, cancellation);
                return results.Any(result => result.Verdict == LiarVerdict.Violated) ? 1 : 0;
            },
            cancellation));
        return command;
    }

    private static async Task ShowAsync(
        IReadOnlyList<LiarResult> results, long started, FileInfo? output, LiarLimits limits, CancellationToken cancellation)
    {
        foreach (var violated in results.Where(result => result.Verdict == LiarVerdict.Violated))
        {
            var file = Path.Combine(Path.GetTempPath(), $"liar-{Guid.NewGuid():N}.log");
            await File.WriteAllTextAsync(file, $"{violated}\n\n{violated.Output}", cancellation);
            AnsiConsole.MarkupLineInterpolated($"[red]{violated}\n    its output: {file}[/]");
        }

        var table = new LiarTable(results, limits);
        StormCommands.Say(string.Create(CultureInfo.InvariantCulture, $"{table.Summary} {TimeProvider.System.GetElapsedTime(started).TotalMinutes:0} minutes."));
        if (output is not null)
        {
            await File.WriteAllTextAsync(output.FullName, table.ToMarkdown(), cancellation);
            StormCommands.Say($"Written to {output.FullName}.");
        }
    }
}
