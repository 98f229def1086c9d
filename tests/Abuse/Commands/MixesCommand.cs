using System.CommandLine;
using System.Globalization;
using Abuse.Mixes;
using Abuse.World;
using Spectre.Console;
using Storms.Commands;

namespace Abuse.Commands;

/// <summary>Many random mixes of attacks.</summary>
internal static class MixesCommand
{
    public static Command Make()
    {
        var seeds = new Option<int>("--seeds") { Description = "How many mixes, each with the next seed.", DefaultValueFactory = _ => 20 };
        var seconds = new Option<double>("--seconds") { Description = "How long each is attacked.", DefaultValueFactory = _ => 5 };
        var sideBySide = new Option<int>("--side-by-side") { Description = "So many at a time.", DefaultValueFactory = _ => 4 };
        StormCommands.RequireAbove(0, seeds, sideBySide);
        StormCommands.RequireAbove(0, seconds);
        var command = new Command("mixes", "Random mixes of attacks with kills, fee spikes and reorganisations; the costs against the budgets, exactly.")
        {
            seeds, seconds, sideBySide, AbuseCommands.Seed,
        };
        command.SetAction((options, cancellation) => StormCommands.GuardAsync(
            async () =>
            {
                await using var stack = await AbuseStack.StartAsync(StormCommands.Say, cancellation);
                var summary = await MixStorm.RunAsync(
                    stack, options.GetValue(AbuseCommands.Seed), options.GetValue(seeds), TimeSpan.FromSeconds(options.GetValue(seconds)), options.GetValue(sideBySide), Show, cancellation);
                Show(summary);
                return summary.Violated == 0 ? 0 : 1;
            },
            cancellation));
        return command;
    }

    private static void Show(string report, bool holds) => AnsiConsole.MarkupLineInterpolated($"[{(holds ? "green" : "red")}]{report}[/]"); // Only strings are escaped.

    private static void Show(MixSummary summary)
    {
        var table = new Table().AddColumns("seeds", "violated", "accepted", "failed on chain", "beyond a budget", "replaced", "kills", "fee spikes", "reorgs", "most of a budget spent");
        string[] cells =
        [
            .. new[] { summary.Seeds, summary.Violated, summary.Accepted, summary.Failed, summary.RefusedForBudget, summary.Replacements, summary.Kills, summary.Spikes, summary.Reorgs }
                .Select(number => number.ToString(CultureInfo.InvariantCulture)),
            $"{summary.MostSpent} %",
        ];
        AnsiConsole.Write(table.AddRow(cells));
    }
}
