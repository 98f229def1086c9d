using System.CommandLine;
using Storms.Upgrade;

namespace Storms.Commands;

/// <summary>Two releases on one database.</summary>
internal static class UpgradeCommand
{
    public static Command Make(Option<int> seed)
    {
        var from = new Option<string>("--from") { Description = "The commit of the older release; its app is built in artifacts/upgrade.", DefaultValueFactory = _ => "ab5946b" };
        var seconds = new Option<int>("--seconds") { Description = "How long each of the five stages lasts.", DefaultValueFactory = _ => 8 };
        StormCommands.RequireAbove(0, seconds);
        var command = new Command(
            "upgrade",
            "An older release and this one on one database under load, with every keeper and top-ups: the new one comes, the old one starts beside it "
            + "again, the first old one goes, the way back is gone and the upgrade again; once in order (SIGTERM), once by SIGKILL.")
        {
            from, seconds, seed,
        };
        return StormCommands.Make(
            command,
            (options, storm) => new[] { false, true }.Select(isKilled => new Func<CancellationToken, Task<StormReport>>(async token =>
            {
                var old = await OldRelease.BuildAsync(options.GetValue(from)!, storm.Say, token);
                return await UpgradeStorm.RunAsync(
                    storm.Stack, old, isKilled, TimeSpan.FromSeconds(options.GetValue(seconds)), options.GetValue(seed), storm.Say, token);
            })),
            sideBySide: 1);
    }
}
