using System.CommandLine;
using System.Globalization;
using Load;
using Spectre.Console;

var clients = new Option<int[]>("--clients")
{
    Description = "Clients at once, one run for each.",
    AllowMultipleArgumentsPerToken = true,
    DefaultValueFactory = _ => [16, 64, 256],
};
var seconds = new Option<int>("--seconds") { Description = "How long each of these runs posts.", DefaultValueFactory = _ => 10 };
var single = new Option<int>("--single") { Description = "Relays of the run with one client.", DefaultValueFactory = _ => 1_000 };
var memory = new Option<int>("--memory") { Description = "Relays between the two readings of memory.", DefaultValueFactory = _ => 10_000 };
var signers = new Option<int>("--signers") { Description = "Accounts that pay for gas.", DefaultValueFactory = _ => 32 };
var inFlight = new Option<int>("--in-flight") { Description = "Transactions of one signer under way at once.", DefaultValueFactory = _ => 128 };
var peers = new Option<bool>("--peers") { Description = "Also measures what the node itself takes, and a plain viem relay." };
var rows = new Option<int[]>("--rows")
{
    Description = "Fills the tables with so many relays and measures what one more costs then, one run for each: 1000 100000 1000000.",
    AllowMultipleArgumentsPerToken = true,
    DefaultValueFactory = _ => [],
};
var statements = new Option<bool>("--statements") { Description = "Shows what the database spent its time on (pg_stat_statements)." };
var app = new Option<FileInfo?>("--app") { Description = "A published app to measure; published anew when not given." };
var output = new Option<FileInfo?>("--output") { Description = "A Markdown file for the results, for example benchmarks/results.md." };
var note = new Option<string?>("--note") { Description = "What else ran on the machine, for the results." };
foreach (var number in new[] { seconds, single, memory, signers, inFlight })
{
    number.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) && value < 0)
        {
            result.AddError($"{result.Option.Name} must not be negative.");
        }
    });
}

var command = new RootCommand(
    "Measures the published function app on a real chain (anvil, a block a second) and PostgreSQL, all on this machine: "
    + "POST to answer and to mined, relays a second, CPU and memory. Every accepted relay is counted again on the chain.")
{
    clients, seconds, single, memory, signers, inFlight, rows, peers, statements, app, output, note,
};
command.SetAction(async (options, cancellation) =>
{
    try
    {
        return await new LoadDriver(new LoadOptions(
            options.GetRequiredValue(clients), TimeSpan.FromSeconds(options.GetValue(seconds)), options.GetValue(single),
            options.GetValue(memory), options.GetValue(signers), options.GetValue(inFlight), options.GetRequiredValue(rows),
            options.GetValue(peers), options.GetValue(statements),
            options.GetValue(app)?.FullName, options.GetValue(output)?.FullName, options.GetValue(note),
            "dotnet run -c Release --project benchmarks/Load -- " + string.Join(' ', WithoutNote(args)))).RunAsync(cancellation);
    }
    catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
    {
        AnsiConsole.MarkupLine("[grey]Stopped.[/]");
        return 1;
    }
    catch (Exception failure) when (failure is DevChain.DevChainException or LoadException or HttpRequestException or IOException)
    {
        AnsiConsole.MarkupLineInterpolated($"[red]{failure.Message}[/]");
        return 1;
    }
});
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });

// The note stands in the results by itself.
static IEnumerable<string> WithoutNote(string[] args)
{
    for (var i = 0; i < args.Length; i++)
    {
        if (args[i] == "--note")
        {
            i++;
        }
        else
        {
            yield return args[i];
        }
    }
}
