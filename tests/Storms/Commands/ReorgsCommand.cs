using System.CommandLine;

namespace Storms.Commands;

/// <summary>Blocks that are taken back.</summary>
internal static class ReorgsCommand
{
    public static Command Make(Option<int> seed)
    {
        var confirmations = new Option<int[]>("--confirmations")
        {
            Description = "A relayer with each of them, all on one chain.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [1, 6, 12],
        };
        var depths = new Option<int[]>("--depths")
        {
            Description = "How many blocks are taken back, time after time.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. Enumerable.Range(1, 12)],
        };
        var seconds = new Option<double>("--within") { Description = "Seconds for which an end that was told may be wrong, where more was taken back than waited for.", DefaultValueFactory = _ => 30 };
        StormCommands.RequireAbove(0, seconds);
        return StormCommands.Make(
            new Command("reorgs", "Blocks taken back under load, also deeper than a relayer waits for.") { confirmations, depths, seconds, seed },
            (options, storm) => [token => ReorgStorm.RunAsync(
                options.GetValue(confirmations)!, options.GetValue(depths)!, TimeSpan.FromSeconds(options.GetValue(seconds)), options.GetValue(seed), storm.Say, token)],
            sideBySide: 1);
    }
}
