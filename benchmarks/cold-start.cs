#:project ../tests/DevChain/DevChain.csproj
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
#:property NuGetLockFilePath=no.lock.json

// How long the published app takes from its process's start to its first 200, what a small read then takes, and its memory:
//   dotnet run benchmarks/cold-start.cs [-- ROUNDS]
// The app alone beside an empty ASP.NET Core app, and the isolated worker behind the stand-in of the Functions host beside an empty worker.
// All are published ReadyToRun for this machine and started in turn; a worker's time begins when the host starts it. The app has its
// real settings and a database that already holds the schema. Exit code 1 when a ratio of the medians is above the target.
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
var app = await PublishAsync(RepositoryRoot.Combine("src", "SelfHost"), Path.Combine(work, "SelfHost"));
var worker = await PublishAsync(RepositoryRoot.Combine("src", "Functions"), Path.Combine(work, "Functions"));
var host = await PublishAsync(RepositoryRoot.Combine("tests", "HostStandIn"), Path.Combine(work, "HostStandIn"));
var empty = await PublishAsync(MakeEmptyApp(Path.Combine(work, "source")), Path.Combine(work, "Empty"));
var emptyWorker = await PublishAsync(MakeEmptyWorker(Path.Combine(work, "source")), Path.Combine(work, "EmptyWorker"));
await using var postgres = await PostgresServer.StartAsync(progress: Console.WriteLine, cancellation: cancel.Token);
var settings = WriteSettings(folder, await postgres.CreateDatabaseAsync(cancel.Token));

Candidate[] candidates =
[
    Candidate.Alone("empty ASP.NET Core app", Path.Combine(empty, "Empty"), "/", "/", FreePort()),
    Candidate.Alone("function app, alone", Path.Combine(app, "SelfHost"), "/api/health", "/api/relay/0x" + new string('0', 64), FreePort()),
    Candidate.Worker("empty isolated worker", Path.Combine(host, "HostStandIn"), emptyWorker, "/api/health", "/api/health", FreePort(), []),
    Candidate.Worker("function app, isolated worker", Path.Combine(host, "HostStandIn"), worker, "/api/health", "/api/relay/0x" + new string('0', 64), FreePort(), settings),
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

Console.WriteLine($"\r{"start to first 200, ms",-32} {"median",8} {"min",8} {"p90",8} {"ratio",8}");
var worst = 0.0;
for (var i = 0; i < candidates.Length; i++)
{
    var taken = times[candidates[i]];
    taken.Sort();
    var ratio = Median(taken) / Median(times[candidates[i / 2 * 2]]);
    worst = Math.Max(worst, ratio);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{candidates[i].Name,-32} {Median(taken),8:F1} {taken[0],8:F1} {taken[taken.Count * 9 / 10],8:F1} {ratio,8:F2}"));
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"target: at most {Target:F1} times the empty one; {(worst <= Target ? "met" : "MISSED")}"));
Console.WriteLine($"\n{"1,000 small reads, one client",-32} {"p50 ms",8} {"p99 ms",8} {"MB then",8}");
foreach (var candidate in candidates)
{
    var (p50, p99, megabytes) = await ReadAsync(candidate);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{candidate.Name,-32} {p50,8:F2} {p99,8:F2} {megabytes,8:F0}"));
}

return worst <= Target ? 0 : 1;

// A relay that nobody knows: routing, the whole pipeline, one look into the database, a problem as the answer.
async Task<(double P50, double P99, double Megabytes)> ReadAsync(Candidate candidate)
{
    const int Warm = 300, Reads = 1000;
    await using var launched = await LaunchedAsync(candidate);
    using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri($"http://127.0.0.1:{candidate.Port}") };
    var taken = new List<double>();
    for (var i = -Warm; i < Reads; i++)
    {
        var started = Stopwatch.GetTimestamp();
        using var answer = await client.GetAsync(candidate.Read, cancel.Token);
        await answer.Content.ReadAsByteArrayAsync(cancel.Token);
        if (i >= 0)
        {
            taken.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
    }

    taken.Sort();
    var resident = File.ReadLines($"/proc/{launched.AppId}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
    return (taken[Reads / 2], taken[Reads * 99 / 100], double.Parse(resident.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024);
}

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

// The smallest app of the worker's own packages, as their template has it.
static string MakeEmptyWorker(string where)
{
    var source = Directory.CreateDirectory(Path.Combine(where, "EmptyWorker")).FullName;
    File.WriteAllText(
        Path.Combine(source, "EmptyWorker.csproj"),
        """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <OutputType>Exe</OutputType>
            <AzureFunctionsVersion>v4</AzureFunctionsVersion>
            <ImplicitUsings>enable</ImplicitUsings>
          </PropertyGroup>
          <ItemGroup>
            <FrameworkReference Include="Microsoft.AspNetCore.App" />
            <PackageReference Include="Microsoft.Azure.Functions.Worker" Version="[2.52.0]" />
            <PackageReference Include="Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore" Version="[2.1.1]" />
            <PackageReference Include="Microsoft.Azure.Functions.Worker.Sdk" Version="[2.1.0]" />
            <None Include="host.json" />
          </ItemGroup>
        </Project>
        """);
    File.WriteAllText(Path.Combine(source, "host.json"), """{ "version": "2.0" }""");
    File.WriteAllText(
        Path.Combine(source, "Program.cs"),
        """
        using Microsoft.AspNetCore.Http;
        using Microsoft.AspNetCore.Mvc;
        using Microsoft.Azure.Functions.Worker;
        using Microsoft.Azure.Functions.Worker.Builder;
        using Microsoft.Extensions.Hosting;

        var builder = FunctionsApplication.CreateBuilder(args);
        builder.ConfigureFunctionsWebApplication();
        builder.Build().Run();

        public sealed class Hello
        {
            [Function("Health")]
            public IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request) => new OkObjectResult("Hello World!");
        }
        """);
    return source;
}

static Dictionary<string, string> WriteSettings(string folder, string connectionString)
{
    var settings = JsonNode.Parse(File.ReadAllText(RepositoryRoot.Combine("local.settings.sample.json")))!;
    settings["Values"]!.AsObject().Remove("Port");
    settings["Values"]!["Database__ConnectionString"] = connectionString;
    File.WriteAllText(Path.Combine(folder, "local.settings.json"), settings.ToJsonString());
    return settings["Values"]!.AsObject().ToDictionary(setting => setting.Key, setting => (string)setting.Value!);
}

// The first start brings the schema; readiness names the database as ready once it is there.
async Task MigrateAsync(Candidate candidate)
{
    await using var launched = Launch(candidate);
    var answer = "";
    for (var attempt = 0; attempt < 100 && !answer.Contains("\"database\",\"ready\":true", StringComparison.Ordinal); attempt++)
    {
        await Task.Delay(100, cancel.Token);
        answer = await TryGetAsync(candidate.Port, "/api/ready") ?? "";
    }

    if (answer.Length == 0)
    {
        throw new InvalidOperationException("The app does not start.");
    }
}

async Task<double> StartAsync(Candidate candidate)
{
    await using var launched = await LaunchedAsync(candidate);
    return launched.Milliseconds;
}

// Started, and asked until the first 200.
async Task<Launched> LaunchedAsync(Candidate candidate)
{
    var launched = Launch(candidate);
    var patience = Stopwatch.GetTimestamp();
    while (true)
    {
        if (await TryGetAsync(candidate.Port, candidate.Path) is { Length: > 0 } answer)
        {
            launched.Answered();
            return answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal)
                ? launched
                : throw new InvalidOperationException($"{candidate.Name} answered {answer}");
        }

        if (launched.Process.HasExited || Stopwatch.GetElapsedTime(patience) > TimeSpan.FromSeconds(30))
        {
            throw new InvalidOperationException($"{candidate.Name} does not start.");
        }

        await Task.Delay(1, cancel.Token);
    }
}

Launched Launch(Candidate candidate)
{
    var info = new ProcessStartInfo(candidate.Program, candidate.Arguments)
    {
        WorkingDirectory = folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
    foreach (var (name, value) in candidate.Environment)
    {
        info.Environment[name] = value;
    }

    return new Launched(info);
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

internal sealed record Candidate(
    string Name, string Program, string[] Arguments, string Path, string Read, int Port, Dictionary<string, string> Environment)
{
    public static Candidate Alone(string name, string program, string path, string read, int port) =>
        new(name, program, [], path, read, port, new() { ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}" });

    public static Candidate Worker(string name, string host, string app, string path, string read, int port, Dictionary<string, string> settings) =>
        new(name, host, ["--app", app, "--port", $"{port}"], path, read, port, new(settings)
        {
            // The stand-in starts the worker with the dotnet that runs this.
            ["DOTNET_HOST_PATH"] = System.Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
        });
}

// A process, or the stand-in's worker once that says that it started it.
internal sealed class Launched : IAsyncDisposable
{
    private long _started = Stopwatch.GetTimestamp();

    public Launched(ProcessStartInfo info)
    {
        Process = Process.Start(info)!;
        AppId = Process.Id;
        Process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.Split(' ') is ["host:", "worker", var id, "started"])
            {
                _started = Stopwatch.GetTimestamp();
                AppId = int.Parse(id, CultureInfo.InvariantCulture);
            }
        };
        Process.BeginOutputReadLine();
        Process.BeginErrorReadLine();
    }

    public Process Process { get; }

    public int AppId { get; private set; }

    public double Milliseconds { get; private set; }

    public void Answered() => Milliseconds = Stopwatch.GetElapsedTime(_started).TotalMilliseconds;

    public async ValueTask DisposeAsync()
    {
        // The host first, which would start its worker again; but it is waited for last: an empty worker has no watch of its own, outlives
        // its host, and holds the output open.
        Process.Kill();
        if (AppId != Process.Id && Directory.Exists($"/proc/{AppId}"))
        {
            using var kill = Process.Start("kill", ["-9", $"{AppId}"]);
            await kill.WaitForExitAsync();
        }

        await Process.WaitForExitAsync();
        Process.Dispose();
    }
}
