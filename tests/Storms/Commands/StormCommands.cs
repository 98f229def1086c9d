using System.CommandLine;
using Spectre.Console;
using Storms.Faults;
using Storms.Keepers;
using Storms.Workloads;

namespace Storms.Commands;

/// <summary>The storms of the test suite, with counts and seeds of one's own.</summary>
internal static class StormCommands
{
    private static readonly Option<int> Seed = new("--seed") { Description = "What randomness begins with; the same seed is the same storm.", DefaultValueFactory = _ => 1 };

    public static Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand(
            "Storms: the app as processes on a real chain (anvil) and PostgreSQL, under load and faults. Afterwards every accepted request must be "
            + "on chain once, no nonce open, and the ledger's fees equal to the chain's to the wei. The exit code is 1 when anything does not hold.")
        {
            Kill(), Points(), Keepers(), Node(), Database(), Failover(), Restore(), ReorgsCommand.Make(Seed), LiarsCommand.Make(Seed), UpgradeCommand.Make(Seed), FreezeCommand.Make(), FreezeCommand.MakeThaw(), SoakCommand.Make(Seed),
        };
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
    }

    private static Command Kill()
    {
        var kills = new Option<int>("--kills") { Description = "How many instances are killed.", DefaultValueFactory = _ => 100 };
        var instances = new Option<int>("--instances") { Description = "Instances on the one database.", DefaultValueFactory = _ => 4 };
        var faulty = new Option<bool>("--faulty") { Description = "With a node under them that fails at random as well." };
        RequireAbove(0, kills, instances);
        return Make(
            new Command("kill", "Kills (SIGKILL) and restarts instances at random moments.") { kills, instances, faulty, Seed },
            (options, storm) => [token => KillStorm.RandomAsync(
                storm.Stack, options.GetValue(instances), options.GetValue(kills), options.GetValue(faulty), options.GetValue(Seed), storm.Say, token)]);
    }

    private static Command Points()
    {
        var rounds = new Option<int>("--rounds") { Description = "The n-th round dies at the n-th time that a point is reached.", DefaultValueFactory = _ => 3 };
        var at = new Option<string[]>("--at") { Description = "Only these points.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        RequireAbove(0, rounds);
        at.AcceptOnlyFromAmong([.. KillStorm.Lanes.SelectMany(lane => lane)]);
        return Make(
            new Command("points", "Kills an instance at every named place of the pipeline.") { rounds, at, Seed },
            (options, storm) => (options.GetValue(at) is { Length: > 0 } some ? [some] : KillStorm.Lanes).Select(points =>
                new Func<CancellationToken, Task<StormReport>>(token => KillStorm.AtPointsAsync(
                    storm.Stack, points, options.GetValue(rounds), options.GetValue(Seed), storm.Say, token))));
    }

    private static Command Keepers()
    {
        var count = new Option<int>("--count") { Description = "How many instances are killed at random, beside the named places.", DefaultValueFactory = _ => 60 };
        var rounds = new Option<int>("--rounds") { Description = "The n-th round dies at the n-th time that a point is reached; 0 for random kills only.", DefaultValueFactory = _ => 2 };
        var instances = new Option<int>("--instances") { Description = "Instances on the one database.", DefaultValueFactory = _ => 3 };
        var at = new Option<string[]>("--at") { Description = "Only these points.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        RequireAbove(0, instances);
        RequireAbove(-1, count, rounds);
        at.AcceptOnlyFromAmong([.. KeeperStorm.Points]);
        return Make(
            new Command("keepers", "Kills instances with every keeper, at every named place and at random, and audits work, budgets and money.")
            {
                count, rounds, instances, at, Seed,
            },
            (options, storm) => [token => KeeperStorm.RunAsync(
                storm.Stack, options.GetValue(instances), options.GetValue(rounds) == 0 ? [] : options.GetValue(at) is { Length: > 0 } some ? some : KeeperStorm.Points,
                options.GetValue(rounds), options.GetValue(count), options.GetValue(Seed), storm.Say, token)]);
    }

    private static Command Node()
    {
        var seeds = new Option<int>("--seeds") { Description = "How many storms, each with the next seed.", DefaultValueFactory = _ => 20 };
        var fault = new Option<Fault>("--fault") { Description = "Only this fault; all of them at random when not given." };
        var each = new Option<bool>("--each") { Description = "First each fault by itself." };
        var seconds = new Option<int>("--seconds") { Description = "How long the faults last.", DefaultValueFactory = _ => 8 };
        RequireAbove(0, seeds, seconds);
        return Make(
            new Command("node", "A node that fails by a seeded schedule.") { seeds, fault, each, seconds, Seed },
            (options, storm) => (options.GetValue(each) ? FaultSchedule.Kinds.Select(kind => (Fault: kind, Seed: options.GetValue(Seed))) : [])
                .Concat(Enumerable.Range(options.GetValue(Seed), options.GetValue(seeds)).Select(seed => (Fault: options.GetValue(fault), Seed: seed)))
                .Select(item => new Func<CancellationToken, Task<StormReport>>(token => NodeStorm.RunAsync(
                    storm.Stack, item.Fault == Fault.None ? FaultSchedule.All(item.Seed) : FaultSchedule.Of(item.Fault, item.Seed),
                    TimeSpan.FromSeconds(options.GetValue(seconds)), token))));
    }

    private static Command Database()
    {
        var restarts = new Option<int>("--restarts") { Description = "How often the server crashes or stops under load." };
        var disk = new Option<int>("--disk") { Description = "How often the disk is full." };
        var noMount = new Option<bool>("--no-mount") { Description = "Has the server say that the disk is full, as where nothing can be mounted." };
        var connections = new Option<bool>("--connections") { Description = "Too few connections, in the pool and at the server." };
        return Make(
            new Command("database", "A database that goes, fills up, or has too few connections.") { restarts, disk, noMount, connections, Seed },
            (options, storm) => new (bool IsWanted, Func<CancellationToken, Task<StormReport>> Run)[]
            {
                (options.GetValue(restarts) > 0, token => DatabaseStorm.RestartAsync(
                    storm.Stack, options.GetValue(restarts), options.GetValue(Seed), storm.Say, token)),
                (options.GetValue(disk) > 0, token => DatabaseStorm.DiskFullAsync(
                    storm.Stack, options.GetValue(disk), !options.GetValue(noMount), options.GetValue(Seed), token)),
                (options.GetValue(connections), token => DatabaseStorm.FewConnectionsAsync(storm.Stack, false, options.GetValue(Seed), token)),
                (options.GetValue(connections), token => DatabaseStorm.FewConnectionsAsync(storm.Stack, true, options.GetValue(Seed), token)),
            }.Where(storm => storm.IsWanted).Select(storm => storm.Run),
            sideBySide: 1);
    }

    private static Command Restore()
    {
        var requests = new Option<int>("--requests") { Description = "How many are posted before the backup, after it, and how many wait in the pool.", DefaultValueFactory = _ => 20 };
        RequireAbove(0, requests);
        return Make(
            new Command("restore", "Records restored from an older backup, with transactions mined and in the pool that they do not know.") { requests, Seed },
            (options, storm) => [token => RestoreStorm.RunAsync(options.GetValue(requests), options.GetValue(Seed), storm.Say, token)],
            sideBySide: 1);
    }

    private static Command Failover()
    {
        var failovers = new Option<int>("--failovers") { Description = "How often the primary dies and the standby is promoted.", DefaultValueFactory = _ => 5 };
        var seconds = new Option<double>("--within") { Description = "Seconds after a promotion for which users may be refused.", DefaultValueFactory = _ => 1 };
        RequireAbove(0, failovers);
        return Make(
            new Command("failover", "A database server that dies, and its streaming replica that is promoted, under load.") { failovers, seconds, Seed },
            (options, storm) => [token => FailoverStorm.RunAsync(
                storm.Stack, options.GetValue(failovers), TimeSpan.FromSeconds(options.GetValue(seconds)), options.GetValue(Seed), storm.Say, token)],
            sideBySide: 1);
    }

    internal static Command Make(
        Command command, Func<ParseResult, Storm, IEnumerable<Func<CancellationToken, Task<StormReport>>>> storms, int sideBySide = 4)
    {
        command.SetAction((options, cancellation) => GuardAsync(
            async () =>
            {
                await using var shared = await SharedStack.StartAsync(Say, cancellation);
                return await Storm.RunAsync(shared, storm => storms(options, storm), sideBySide, cancellation);
            },
            cancellation));
        return command;
    }

    /// <summary>A line about what goes on.</summary>
    internal static void Say(string line) => AnsiConsole.MarkupLineInterpolated($"[grey]{line}[/]");

    /// <summary>Says in a line what went wrong outside of the storm.</summary>
    internal static async Task<int> GuardAsync(Func<Task<int>> run, CancellationToken cancellation)
    {
        try
        {
            return await run();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Say("Stopped.");
        }
        catch (Exception failure) when (failure is DevChain.DevChainException or Load.LoadException or IOException)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{failure.Message}[/]");
        }

        return 1;
    }

    internal static void RequireAbove<T>(T least, params Option<T>[] options)
        where T : IComparable<T>
    {
        foreach (var option in options)
        {
            option.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<T>() is { } value && value.CompareTo(least) <= 0)
                {
                    result.AddError($"{result.Option.Name} must be above {least}.");
                }
            });
        }
    }
}
