using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using HostStandIn.Protocol;

namespace HostStandIn;

/// <summary>The worker's process, and what it told of itself.</summary>
internal sealed class Worker(StandInOptions options, WorkerSessions sessions, int rpcPort)
{
    /// <summary>The grace that the host gives after WorkerTerminate.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private Process? _process;

    public WorkerSession Session { get; private set; } = null!;

    /// <summary>Where HTTP is forwarded to.</summary>
    public Uri HttpUri { get; private set; } = null!;

    public IReadOnlyList<Function> Functions { get; private set; } = [];

    public Task WaitForExitAsync() => _process!.WaitForExitAsync();

    /// <summary>Starts it as the host does, and has it tell and load its functions.</summary>
    /// <exception cref="IOException">It ended before.</exception>
    public async Task StartAsync()
    {
        var next = sessions.NextAsync();
        _process = Start();
        var ended = _process.WaitForExitAsync();
        if (await Task.WhenAny(next, ended) == ended)
        {
            throw new IOException($"the worker ended with code {_process.ExitCode}");
        }

        Session = await next;
        var told = await Session.AskAsync(new StreamingMessage
        {
            WorkerInitRequest = new WorkerInitRequest { HostVersion = "4.1037.0.0", WorkerDirectory = options.App, FunctionAppDirectory = options.App },
        });
        HttpUri = new Uri(told.WorkerInitResponse.Capabilities["HttpUri"]);
        var metadata = await Session.AskAsync(new StreamingMessage
        {
            FunctionsMetadataRequest = new FunctionsMetadataRequest { FunctionAppDirectory = options.App },
        });
        Functions = [.. metadata.FunctionMetadataResponse.FunctionMetadataResults.Select(Function.Of).OfType<Function>()];
        foreach (var function in Functions)
        {
            var loaded = await Session.AskAsync(new StreamingMessage
            {
                FunctionLoadRequest = new FunctionLoadRequest { FunctionId = function.Id, Metadata = function.Metadata },
            });
            if (loaded.FunctionLoadResponse.Result.Status != StatusResult.Types.Status.Success)
            {
                throw new IOException($"{function.Name} cannot be loaded: {loaded.FunctionLoadResponse.Result.Exception?.Message}");
            }
        }
    }

    /// <summary>Asks it to end, and kills it after the grace.</summary>
    public async Task StopAsync()
    {
        await Session.SendAsync(new StreamingMessage { WorkerTerminate = new WorkerTerminate { GracePeriod = Duration.FromTimeSpan(Grace) } });
        using var limit = new CancellationTokenSource(Grace);
        try
        {
            await _process!.WaitForExitAsync(limit.Token);
            Console.WriteLine($"host: the worker ended with code {_process.ExitCode}");
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("host: the worker is killed after its grace");
            _process!.Kill();
        }
    }

    private Process Start()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(options.App, "worker.config.json")));
        var description = file.RootElement.GetProperty("description");
        var (id, request) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        var port = rpcPort.ToString(CultureInfo.InvariantCulture);
        const string MessageLength = "134217728";
        string[] arguments =
        [
            Path.Combine(options.App, description.GetProperty("defaultWorkerPath").GetString()!),
            "--host", "127.0.0.1", "--port", port, "--workerId", id, "--requestId", request, "--grpcMaxMessageLength", MessageLength,
            "--functions-uri", $"http://127.0.0.1:{port}/", "--functions-worker-id", id, "--functions-request-id", request,
            "--functions-grpc-max-message-length", MessageLength,
        ];
        var start = new ProcessStartInfo(Program(description.GetProperty("defaultExecutablePath").GetString()!), arguments) { WorkingDirectory = options.App };
        start.Environment["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated";
        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = options.App;
        start.Environment["FUNCTIONS_WORKER_DIRECTORY"] = options.App;
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:1"; // The worker inherits the host's, and must not care.
        var process = Process.Start(start)!;
        Console.WriteLine($"host: worker {process.Id} started");
        return process;
    }

    /// <summary>The very dotnet that runs this program, so that no other version on the PATH comes in.</summary>
    private static string Program(string name) => name == "dotnet" ? Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? Environment.ProcessPath! : name;
}
