using System.CommandLine;
using Spectre.Console;

namespace Abuse.Commands;

/// <summary>Attacks on the running app.</summary>
internal static class AbuseCommands
{
    internal static readonly Option<int> Seed = new("--seed") { Description = "What randomness begins with.", DefaultValueFactory = _ => 1 };

    public static Task<int> RunAsync(string[] args)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = 190; // Nobody looks through a window of eighty columns there.
        }

        var root = new RootCommand(
            "Abuse: attacks on the app as a process on a real chain (anvil) and PostgreSQL, with small budgets and everything else as it is when nothing "
            + "is configured, honest users beside. What the chain took is added up again to the wei. The exit code is 1 when anything does not hold.")
        {
            MixesCommand.Make(), AttacksCommand.Make(),
        };
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
    }
}
