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
                return summary.Holds ? 0 : 1;
            },
            cancellation));
        return command;
    }

    private static void Show(MixProgress progress)
    {
        AnsiConsole.MarkupLineInterpolated($"[{(progress.Holds ? "green" : "red")}]{progress.Report}[/]"); // Only strings are escaped.
        var soFar = progress.SoFar;
        StormCommands.Say(string.Create(
            CultureInfo.InvariantCulture, $"{soFar.Seeds} of {progress.Seeds}: {soFar.Held} held, {soFar.Violated} violated, {soFar.Invalid} invalid; about {progress.Left:h\\:mm\\:ss} left"));
    }

    private static void Show(MixSummary summary)
    {
        var depths = summary.Reorgs.GroupBy(depth => depth).OrderBy(group => group.Key).Select(group => $"{group.Count()} of {group.Key}");
        foreach (var (name, value) in new (string, string)[]
        {
            ("seeds", $"{summary.Seeds}: {summary.Held} held, {summary.Violated} violated, {summary.Invalid} invalid"),
            ("accepted", $"{summary.Accepted}, {summary.Admitted} of them of the honest whom the contract admits; {summary.Failed} failed on chain"),
            ("refused for want of room in a budget", $"{summary.RefusedForBudget}"),
            ("replacements, kills, fee spikes", $"{summary.Replacements}, {summary.Kills}, {summary.Spikes}"),
            ("blocks taken back", $"{summary.Reorgs.Count} times: {string.Join(", ", depths)}; the deepest {summary.Reorgs.DefaultIfEmpty().Max()}, {Market.Confirmations} confirmations"),
            ("most of a budget spent", $"{summary.MostSpent} %"),
        })
        {
            AnsiConsole.MarkupLineInterpolated($"[bold]{name}[/] {value}");
        }
    }
}
