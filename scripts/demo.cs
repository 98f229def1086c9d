#:project ../tests/DevChain/DevChain.csproj
#:project ../src/SelfHost/SelfHost.csproj
#:package Spectre.Console
#:package System.CommandLine
#:property PublishAot=false

// The whole suite on a real chain, from one command: see --help.
using System.CommandLine;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.NetworkInformation;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using DevChain;
using DevChain.Processes;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Forwarders;
using Spectre.Console;

var once = new Option<bool>("--once") { Description = "Stop when the relays are confirmed: 0, or 1 with the reason." };
var apiPort = new Option<int>("--api-port") { Description = "The function app's port.", DefaultValueFactory = _ => 7071 };
var rpcPort = new Option<int>("--rpc-port") { Description = "The chain's JSON-RPC port.", DefaultValueFactory = _ => 8545 };
var keepers = new Option<bool>("--keepers") { Description = "Also give the app keepers, commit a perps order that nobody settles, and watch it settled." };
var withHistory = new Option<bool>("--with-history") { Description = "Also fill the sums and balances of a made-up month, for looking at the council's page." };
var info = new Option<FileInfo?>("--info")
{
    Description = "Write a JSON file for other programs once all is ready: api, rpc, chainId, forwarders, target, database.",
};
foreach (var port in new[] { apiPort, rpcPort })
{
    port.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out var value) || value is < 1 or > 65535))
        {
            result.AddError($"{result.Option.Name} must be a port from 1 to 65535.");
        }
    });
}

var command = new RootCommand(
    "Starts PostgreSQL and a chain, deploys both forwarders and a target, starts the function app, and lets two users "
    + "without ether sign a request each. Stays up until Ctrl-C, and leaves nothing running.") { once, keepers, withHistory, apiPort, rpcPort, info };
command.SetAction((options, cancellation) => new Demo(
    options.GetValue(once), options.GetValue(keepers), options.GetValue(withHistory), options.GetValue(apiPort), options.GetValue(rpcPort), options.GetValue(info)).RunAsync(cancellation));
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });

internal sealed class Demo(bool once, bool keepers, bool withHistory, int apiPort, int rpcPort, FileInfo? info)
{
    private const string OperatorKey = "demo-operator-for-this-machine-alone";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task<int> RunAsync(CancellationToken ctrlC)
    {
        // Ctrl-C is the usual end; a killed "dotnet run" does not take the program under it along.
        using var watch = new ParentWatch(ctrlC);
        var cancellation = watch.Token;
        if (Console.IsOutputRedirected)
        {
            // In a file or a pipe nothing wraps a hash, and nothing shows colours.
            AnsiConsole.Profile.Width = 160;
            AnsiConsole.Profile.Capabilities.Ansi = false;
            AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
        }

        try
        {
            if (info is { Exists: false } && Directory.Exists(info.FullName))
            {
                throw new DevChainException($"{info.FullName} is a folder: --info wants a file.");
            }

            // A file of an earlier run would send other programs to ports that nobody answers on.
            info?.Delete();
            if (apiPort == rpcPort)
            {
                throw new DevChainException($"The function app and the chain cannot both have port {apiPort}: choose with --api-port N and --rpc-port N.");
            }

            RequirePort(apiPort, "the function app", "--api-port");
            RequirePort(rpcPort, "the chain", "--rpc-port");
            var council = DevKey.Create();
            await using var stack = await DevStack.StartAsync(
                new DevStackOptions
                {
                    ApiPort = apiPort,
                    Settings = new Dictionary<string, string>
                    {
                        [$"Chains__{AppSettings.ChainName}__Council__Key"] = council.PrivateKey,
                        [$"Chains__{AppSettings.ChainName}__Council__Address"] = council.Address.ToString(),
                        ["Operators__demo__Key"] = OperatorKey,
                        ["Operators__demo__Role"] = "treasury",

                        // Where the made-up month filled its signers from and to.
                        [$"Chains__{AppSettings.ChainName}__TopUps__LowMarkWei"] = withHistory ? "850000000000000000" : "50000000000000000",
                        [$"Chains__{AppSettings.ChainName}__TopUps__TargetWei"] = withHistory ? "1200000000000000000" : "200000000000000000",
                    },
                    SignerEther = withHistory ? MonthOfUse.SignerEther : 1000,
                    Anvil = new AnvilOptions { Port = rpcPort, BlockTime = TimeSpan.FromSeconds(1), MixedMining = true },
                    Progress = Say,
                },
                cancellation);
            await stack.Node.SetBalanceAsync(
                council.Address.ToString(), (withHistory ? MonthOfUse.CouncilEther : 1000) * BigInteger.Pow(10, 18), cancellation);
            if (withHistory)
            {
                Say("Filling a month that never was…");
                await MonthOfUse.FillAsync(stack, council.Address, cancellation);
            }

            if (!keepers)
            {
                await WriteInfoAsync(stack, cancellation);
            }

            await RelayAsync(stack, cancellation);
            ShowUrls(stack);
            await using var hermes = keepers ? await HermesStandIn.StartAsync(cancellation) : null;
            if (hermes is not null)
            {
                await SettleAsync(stack, hermes, cancellation);
            }

            if (!once)
            {
                AnsiConsole.MarkupLine("[grey]Ctrl-C stops everything.[/]");
                await Task.Delay(Timeout.Infinite, cancellation);
            }

            return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Say(once ? "Stopped before the relays were confirmed." : "Stopped.");
            return once ? 1 : 0;
        }
        catch (Exception failure) when (failure is DevChainException or HttpRequestException or IOException)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{failure.Message}[/]");
            return 1;
        }
    }

    /// <summary>A port that is taken is found before anything is started.</summary>
    private static void RequirePort(int port, string user, string option)
    {
        if (IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(listener => listener.Port == port))
        {
            throw new DevChainException($"Port {port}, for {user}, is taken: choose another with {option} N.");
        }
    }

    private static void Say(string line) => AnsiConsole.MarkupLineInterpolated($"[grey]·[/] {line}");

    private async Task WriteInfoAsync(DevStack stack, CancellationToken cancellation)
    {
        if (info is null)
        {
            return;
        }

        var json = new JsonObject
        {
            ["api"] = stack.App.Url.ToString().TrimEnd('/'),
            ["rpc"] = stack.Node.Url.ToString().TrimEnd('/'),
            ["chainId"] = stack.Node.ChainId,
            ["forwarders"] = new JsonObject
            {
                ["openzeppelin"] = stack.Contracts.OpenZeppelin.ToString(),
                ["infinex"] = stack.Contracts.Infinex.ToString(),
            },
            ["target"] = stack.Contracts.Target.ToString(),
            ["database"] = stack.ConnectionString,
        };

        // Whoever waits for the file finds it whole.
        var draft = info.FullName + ".draft";
        await File.WriteAllTextAsync(draft, json.ToJsonString(new JsonSerializerOptions { WriteIndented = true }), cancellation);
        File.Move(draft, info.FullName, overwrite: true);
    }

    private static async Task RelayAsync(DevStack stack, CancellationToken cancellation)
    {
        Say("Two users without ether sign a request each…");
        Forwarder[] forwarders =
        [
            Create("OpenZeppelin", stack, stack.Contracts.OpenZeppelin, Deployment.OpenZeppelinName),
            Create("Infinex", stack, stack.Contracts.Infinex, Deployment.InfinexName),
        ];
        var relays = await Task.WhenAll(forwarders.Select(forwarder => new CountingUser(stack, forwarder, Say).RelayAsync(cancellation)));
        ShowRelays(relays);
    }

    /// <summary>An order that nobody settles: the app, which has the keepers configured from now on, does.</summary>
    private async Task SettleAsync(DevStack stack, HermesStandIn hermes, CancellationToken cancellation)
    {
        Say("Deploying a perps market with its oracle, and starting the app again with keepers…");
        hermes.Prices[DevPerps.Feed] = _ => 2000_00000000;
        var perps = await DevPerps.DeployAsync(stack.Node);
        await stack.RestartAppAsync(perps.Settings(hermes, graceSeconds: 5), cancellation);

        // Only now: whoever attached before would have lost the app in the restart.
        await WriteInfoAsync(stack, cancellation);
        await perps.FundAsync(17, 1_000);
        await perps.CommitAsync(17, 2, 2_100);
        Say("Account 17 committed to buy 2 at no more than 2,100 dollars; the community has 5 seconds.");
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < Patience)
        {
            var answer = await stack.App.Http.GetFromJsonAsync<JsonNode>("api/keepers/settlement/decisions", cancellation);
            var decisions = answer!["decisions"]!.AsArray();
            if (decisions.Any(decision => (string?)decision!["decision"] == "won"))
            {
                var table = new Table().Border(TableBorder.Rounded).AddColumns("at", "decision", "reason", "detail", "transaction");
                table.Title = new TableTitle((string?)decisions[0]!["subject"] ?? "");
                foreach (var decision in decisions.Reverse())
                {
                    table.AddRow(
                        $"{(DateTimeOffset)decision!["at"]!:HH:mm:ss.fff}", (string)decision["decision"]!, (string)decision["reason"]!,
                        (string?)decision["detail"] ?? "", ((string?)decision["transactionHash"])?[..18] ?? "");
                }

                AnsiConsole.Write(table);
                AnsiConsole.MarkupLineInterpolated($"[green]Account 17 holds {await perps.SizeAsync(17) / BigInteger.Pow(10, 18)}: settled.[/]");
                ShowKeeperUrls(stack);
                return;
            }

            await Task.Delay(500, cancellation);
        }

        throw new DevChainException($"The order is not settled after {Patience.TotalSeconds:0} seconds.");
    }

    private static Forwarder Create(string dialect, DevStack stack, Address address, string name) =>
        Forwarder.TryCreate(dialect, new ChainId(stack.Node.ChainId), address, name, Deployment.DomainVersion, out var forwarder)
            ? forwarder
            : throw new DevChainException($"no dialect {dialect}");

    private static void ShowRelays(CountedRelay[] relays)
    {
        foreach (var relay in relays)
        {
            var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumns("", "");
            table.Title = new TableTitle($"{relay.Dialect}: confirmed");
            table.AddRow("signed by", $"{relay.User} (holds {relay.UserWei} wei)");
            table.AddRow("transaction", relay.Hash);
            table.AddRow("paid by", relay.Payer.ToString());
            table.AddRow("fee", $"{relay.Fee} wei ({Ether($"{relay.Fee}")} ether)");
            table.AddRow("counts(user)", relay.Count.ToString(CultureInfo.InvariantCulture));
            AnsiConsole.Write(table);
        }
    }

    private static string Ether(string wei)
    {
        var digits = wei.PadLeft(19, '0');
        return $"{digits[..^18]}.{digits[^18..]}".TrimEnd('0').TrimEnd('.');
    }

    private void ShowUrls(DevStack stack)
    {
        var api = stack.App.Url.ToString().TrimEnd('/');
        AnsiConsole.MarkupLine("[green]Both relays are confirmed.[/]");
        ShowAll(
        [
            ("api", $"{api}/api/chains"), ("council", $"{api}/api/council"), ("contract", $"{api}/api/openapi.json"), ("ready", $"{api}/api/ready"),
            ("rpc", stack.Node.Url.ToString().TrimEnd('/')), ("target", stack.Contracts.Target.ToString()), ("info", info?.FullName ?? ""),
            ("operator", $"curl -H 'x-functions-key: {OperatorKey}' {api}/api/admin/pauses"),
        ]);
    }

    private static void ShowKeeperUrls(DevStack stack)
    {
        var api = stack.App.Url.ToString().TrimEnd('/');
        ShowAll(
        [
            ("keepers", $"{api}/api/keepers"), ("runs", $"{api}/api/keepers/settlement/runs"),
            ("why", $"{api}/api/keepers/settlement/decisions"), ("council", $"{api}/api/council#keepers"),
        ]);
    }

    private static void ShowAll(IEnumerable<(string Name, string Value)> lines)
    {
        foreach (var (name, value) in lines.Where(line => line.Value.Length > 0))
        {
            AnsiConsole.WriteLine($"{name,10}  {value}");
        }
    }
}
