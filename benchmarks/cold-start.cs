#:project ../tests/DevChain/DevChain.csproj
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false

// How long the published app takes from exec to its first 200, next to an empty ASP.NET Core app published the same way:
//   dotnet run benchmarks/cold-start.cs [-- ROUNDS]
// Both are published ReadyToRun for this machine and started in turn. The app has its real settings and a database that
// already holds the schema. Exit code 1 when the ratio of the medians is above the target.
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using DevChain;

const double Target = 1.6;
const int WarmUps = 3;

var rounds = args is [var text] ? int.Parse(text, CultureInfo.InvariantCulture) : 30;
using var cancel = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    cancel.Cancel();
};

var work = RepositoryRoot.Combine("artifacts", "cold-start");
if (Directory.Exists(work))
{
    Directory.Delete(work, recursive: true);
}

var folder = Directory.CreateDirectory(Path.Combine(work, "run")).FullName;
Console.WriteLine("Publishing both apps…");
var app = await PublishAsync(RepositoryRoot.Combine("src", "Functions"), Path.Combine(work, "Functions"));
var empty = await PublishAsync(MakeEmptyApp(Path.Combine(work, "source")), Path.Combine(work, "Empty"));
await using var postgres = await PostgresServer.StartAsync(progress: Console.WriteLine, cancellation: cancel.Token);
WriteSettings(folder, await postgres.CreateDatabaseAsync(cancel.Token));

Candidate[] candidates =
[
    new("empty ASP.NET Core app", Path.Combine(empty, "Empty"), "/", new() { ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{FreePort()}" }),
    new("function app, alone", Path.Combine(app, "Functions"), "/api/health", new() { ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{FreePort()}" }),
    new("function app, custom handler", Path.Combine(app, "Functions"), "/api/health", new() { ["FUNCTIONS_CUSTOMHANDLER_PORT"] = $"{FreePort()}" }),
];
await MigrateAsync(candidates[1]);
var times = candidates.ToDictionary(candidate => candidate, _ => new List<double>());
for (var round = -WarmUps; round < rounds; round++)
{
    Console.Write(round < 0 ? "\rwarming up   " : $"\rround {round + 1} of {rounds}   ");
    foreach (var candidate in candidates)
    {
        var milliseconds = await StartAsync(candidate);
        if (round >= 0)
        {
            times[candidate].Add(milliseconds);
        }
    }
}

var baseline = Median(times[candidates[0]]);
Console.WriteLine($"\r{"exec to first 200, ms",-30} {"median",8} {"min",8} {"p90",8} {"ratio",8}");
foreach (var (candidate, taken) in times)
{
    taken.Sort();
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{candidate.Name,-30} {Median(taken),8:F1} {taken[0],8:F1} {taken[taken.Count * 9 / 10],8:F1} {Median(taken) / baseline,8:F2}"));
}

var worst = candidates.Skip(1).Max(candidate => Median(times[candidate]) / baseline);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"target: at most {Target:F1}; {(worst <= Target ? "met" : "MISSED")}"));
return worst <= Target ? 0 : 1;

async Task<string> PublishAsync(string project, string output)
{
    await RunAsync(
        "dotnet", "publish", project, "--configuration", "Release", "--runtime", RuntimeInformation.RuntimeIdentifier,
        "--self-contained", "false", "-p:PublishReadyToRun=true", "--output", output, "--nologo", "--verbosity", "quiet");
    return output;
}

// What `dotnet new web` makes, outside the reach of this repository's own build settings.
static string MakeEmptyApp(string where)
{
    var source = Directory.CreateDirectory(Path.Combine(where, "Empty")).FullName;
    foreach (var name in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
    {
        File.WriteAllText(Path.Combine(where, name), "<Project />");
    }

    File.WriteAllText(
        Path.Combine(source, "Empty.csproj"),
        """
        <Project Sdk="Microsoft.NET.Sdk.Web">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
          </PropertyGroup>
        </Project>
        """);
    File.WriteAllText(
        Path.Combine(source, "Program.cs"),
        """
        var builder = WebApplication.CreateBuilder(args);
        var app = builder.Build();
        app.MapGet("/", () => "Hello World!");
        app.Run();
        """);
    return source;
}

static void WriteSettings(string folder, string connectionString)
{
    var settings = JsonNode.Parse(File.ReadAllText(RepositoryRoot.Combine("local.settings.sample.json")))!;
    settings["Values"]!.AsObject().Remove("Port");
    settings["Values"]!["Database:ConnectionString"] = connectionString;
    File.WriteAllText(Path.Combine(folder, "local.settings.json"), settings.ToJsonString());
}

// The first start brings the schema; readiness names the database as ready once it is there.
async Task MigrateAsync(Candidate candidate)
{
    using var process = Launch(candidate);
    var answer = "";
    for (var attempt = 0; attempt < 100 && !answer.Contains("\"database\",\"ready\":true", StringComparison.Ordinal); attempt++)
    {
        await Task.Delay(100, cancel.Token);
        answer = await TryGetAsync(candidate.Port, "/api/ready") ?? "";
    }

    await StopAsync(process);
    if (answer.Length == 0)
    {
        throw new InvalidOperationException("The app does not start.");
    }
}

async Task<double> StartAsync(Candidate candidate)
{
    var started = Stopwatch.GetTimestamp();
    using var process = Launch(candidate);
    try
    {
        while (true)
        {
            if (await TryGetAsync(candidate.Port, candidate.Path) is { } answer)
            {
                var taken = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                return answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal)
                    ? taken
                    : throw new InvalidOperationException($"{candidate.Name} answered {answer}");
            }

            if (process.HasExited || Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(30))
            {
                throw new InvalidOperationException($"{candidate.Name} does not start.");
            }

            await Task.Delay(1, cancel.Token);
        }
    }
    finally
    {
        await StopAsync(process);
    }
}

Process Launch(Candidate candidate)
{
    var info = new ProcessStartInfo(candidate.Program)
    {
        WorkingDirectory = folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
    foreach (var (name, value) in candidate.Environment)
    {
        info.Environment[name] = value;
    }

    var process = Process.Start(info)!;
    process.BeginOutputReadLine();
    process.BeginErrorReadLine();
    return process;
}

static async Task StopAsync(Process process)
{
    process.Kill();
    await process.WaitForExitAsync(CancellationToken.None);
}

// A bare socket: an HTTP client's own start would be part of the figure.
async Task<string?> TryGetAsync(int port, string path)
{
    using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    try
    {
        await socket.ConnectAsync(IPAddress.Loopback, port, cancel.Token);
    }
    catch (SocketException)
    {
        return null;
    }

    await using var stream = new NetworkStream(socket);
    var request = $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    await stream.WriteAsync(Encoding.ASCII.GetBytes(request), cancel.Token);
    using var reader = new StreamReader(stream, Encoding.UTF8);
    return await reader.ReadToEndAsync(cancel.Token);
}

static async Task RunAsync(string program, params string[] arguments)
{
    using var process = Process.Start(new ProcessStartInfo(program, arguments))!;
    await process.WaitForExitAsync();
    if (process.ExitCode != 0)
    {
        throw new InvalidOperationException($"{program} {arguments[0]} ended with code {process.ExitCode}.");
    }
}

static int FreePort()
{
    using var listener = new TcpListener(IPAddress.Loopback, 0);
    listener.Start();
    return ((IPEndPoint)listener.LocalEndpoint).Port;
}

static double Median(List<double> values)
{
    double[] sorted = [.. values.Order()];
    return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}

internal sealed record Candidate(string Name, string Program, string Path, Dictionary<string, string> Environment)
{
    public int Port => Environment.TryGetValue("ASPNETCORE_URLS", out var url)
        ? new Uri(url).Port
        : int.Parse(Environment["FUNCTIONS_CUSTOMHANDLER_PORT"], CultureInfo.InvariantCulture);
}
