using System.CommandLine;
using System.Globalization;
using Abuse.Attacks;
using Abuse.Singles;
using Abuse.World;
using Spectre.Console;
using Storms.Commands;

namespace Abuse.Commands;

/// <summary>Each attack alone.</summary>
internal static class AttacksCommand
{
    private const int Columns = 17;

    public static Command Make()
    {
        var seconds = new Option<double>("--seconds") { Description = "How long each attack lasts.", DefaultValueFactory = _ => 15 };
        var quiet = new Option<double>("--quiet") { Description = "Seconds that honest users are alone before.", DefaultValueFactory = _ => 8 };
        var sideBySide = new Option<int>("--attackers") { Description = "Attackers at once.", DefaultValueFactory = _ => 4 };
        var only = new Option<string[]>("--only") { Description = "Only these attacks.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        var app = new Option<string?>("--app") { Description = "A published app to attack, as it is deployed: a file that runs or a .dll. The one that is built here is compiled while it runs." };
        only.AcceptOnlyFromAmong([.. Attack.All.Select(attack => attack.Name)]);
        StormCommands.RequireAbove(0, seconds, quiet);
        StormCommands.RequireAbove(0, sideBySide);
        var command = new Command("attacks", "Each attack alone beside honest users and keepers: what it cost, and how they were served.") { seconds, quiet, sideBySide, only, app, AbuseCommands.Seed };
        command.SetAction((options, cancellation) => StormCommands.GuardAsync(
            async () =>
            {
                await using var stack = await AbuseStack.StartAsync(StormCommands.Say, cancellation);
                var how = new AttackOptions(
                    TimeSpan.FromSeconds(options.GetValue(seconds)), TimeSpan.FromSeconds(options.GetValue(quiet)), options.GetValue(sideBySide), options.GetValue(AbuseCommands.Seed),
                    options.GetValue(app));
                var reports = new List<AttackReport>();
                Attack[] attacks = [.. Attack.All.Where(attack => options.GetValue(only) is not { Length: > 0 } some || some.Contains(attack.Name))];
                foreach (var attack in attacks)
                {
                    StormCommands.Say($"{attack.Name}, {reports.Count + 1} of {attacks.Length}…");
                    reports.Add(await new AttackRun(stack, attack, how).RunAsync(cancellation));
                }

                Show(reports);
                return reports.All(report => report.Violations.Count == 0) ? 0 : 1;
            },
            cancellation));
        return command;
    }

    /// <summary>As it stands in the README; whoever reads only the end has all of it.</summary>
    private static void Show(IReadOnlyList<AttackReport> reports)
    {
        Write("attack", "bounded by", "cost, gwei", "fullest budget", "anonymous served", "of all", "known served", "admitted served", "p50, quiet", "anonymous", "known", "admitted", "upkeeps", "settled (committed)", "cores busy, waited for", "alive", "holds");
        AnsiConsole.Profile.Out.Writer.WriteLine($"|{string.Concat(Enumerable.Repeat("---|", Columns))}");
        foreach (var report in reports)
        {
            Write(
                report.Attack.Name, report.Attack.Bound, Number((long)(report.Cost / 1_000_000_000)), report.Fullest is { } share ? $"{share.Percent} %" : "-",
                Percent(report.Served), Percent(report.ServedInAll), Percent(report.KnownServed), Percent(report.AdmittedServed), Milliseconds(report.QuietP50),
                Milliseconds(report.AnonymousP50), Milliseconds(report.KnownP50), Milliseconds(report.AdmittedP50), Number((long)report.Kept.Upkeeps),
                $"{report.Kept.Settled} ({report.Kept.Committed})", $"{report.Busy.Cores} %, {report.Busy.Waited} %", report.IsAlive ? "yes" : "NO", report.Violations.Count == 0 ? "yes" : "NO");
        }

        foreach (var report in reports.Where(report => report.Violations.Count > 0))
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{report.Attack.Name}: {string.Join("; ", report.Violations)}[/]");
            AnsiConsole.MarkupLineInterpolated($"[grey]{string.Join(", ", report.Answers.OrderBy(answer => answer.Key).Select(answer => $"{answer.Value} x {answer.Key}"))}[/]");
        }
    }

    /// <summary>A row of Markdown, however wide the terminal is.</summary>
    private static void Write(params string[] cells) => AnsiConsole.Profile.Out.Writer.WriteLine($"| {string.Join(" | ", cells)} |");

    private static string Percent(int? part) => part is { } percent ? $"{percent} %" : "closed";

    private static string Milliseconds(TimeSpan time) => time == TimeSpan.Zero ? "-" : $"{Number((long)time.TotalMilliseconds)} ms";

    private static string Number(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);
}
