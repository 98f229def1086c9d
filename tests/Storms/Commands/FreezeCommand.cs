using System.CommandLine;
using Storms.Upgrade;
using Storms.Workloads;

namespace Storms.Commands;

/// <summary>Makes what the suite's test of an upgrade starts from.</summary>
internal static class FreezeCommand
{
    public static Command Make()
    {
        var from = new Option<string>("--from") { Description = "The commit of the older release.", DefaultValueFactory = _ => "ab5946b" };
        var output = new Option<DirectoryInfo>("--output") { Description = "The folder.", Required = true };
        var command = new Command(
            "freeze", "Has an older release work, kills it in the middle of relays, top-ups and keepers' work, and keeps its rows and its chain in a folder.")
        {
            from, output,
        };
        command.SetAction((options, cancellation) => StormCommands.GuardAsync(
            async () =>
            {
                var old = await OldRelease.BuildAsync(options.GetValue(from)!, StormCommands.Say, cancellation);
                await using var shared = await SharedStack.StartAsync(StormCommands.Say, cancellation);
                using var freezer = new Freezer(shared, old, StormCommands.Say);
                await freezer.FreezeAsync(options.GetValue(output)!.FullName, cancellation);
                return 0;
            },
            cancellation));
        return command;
    }

    public static Command MakeThaw()
    {
        var folder = new Argument<DirectoryInfo>("folder") { Description = "What freeze wrote." };
        var command = new Command("thaw", "Has this release go on with what an older one left in the middle of its work, and audits it.") { folder };
        command.SetAction((options, cancellation) => StormCommands.GuardAsync(
            async () =>
            {
                var report = await Thaw.RunAsync(options.GetValue(folder)!.FullName, StormCommands.Say, cancellation);
                StormCommands.Say(report.ToString());
                if (!report.Holds)
                {
                    Console.WriteLine(report.Output);
                }

                return report.Holds ? 0 : 1;
            },
            cancellation));
        return command;
    }
}
