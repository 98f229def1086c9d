using System.Globalization;
using System.Net;
using DevChain.Processes;

namespace DevChain;

/// <summary>The function app, built, as a child process.</summary>
/// <remarks>Gone after disposal, and killed by the system when this process dies in whatever way (Linux).</remarks>
public sealed class FunctionApp : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly string _program;
    private readonly Action<string>? _onLine;
    private ChildProcess? _process;
    private string _pastOutput = "";

    private FunctionApp(IReadOnlyDictionary<string, string> settings, int port, string program, Action<string>? onLine)
    {
        _settings = settings;
        _program = program;
        _onLine = onLine;
        Port = port;
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Url };
    }

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Where it answers.</summary>
    public Uri Url => new($"http://127.0.0.1:{Port}");

    /// <summary>A client whose addresses are relative to <see cref="Url"/>.</summary>
    public HttpClient Http { get; }

    /// <summary>The app's process id.</summary>
    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("the app is stopped");

    /// <summary>True while the process runs.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>The last lines it wrote, those before a restart included.</summary>
    public string Output => string.Join('\n', _pastOutput, _process?.Output ?? "").Trim('\n');

    /// <summary>The app as built beside this library, in the same configuration.</summary>
    public static string BuiltProgram => RepositoryRoot.Combine("src", "SelfHost", "bin", Configuration, "net10.0", "SelfHost.dll");

    /// <summary>Starts the app and waits until <c>/api/health</c> says 200.</summary>
    /// <param name="settings">Environment variables, such as <c>Database__ConnectionString</c>.</param>
    /// <param name="port">A TCP port; null finds a free one.</param>
    /// <param name="program">
    /// A .dll for <c>dotnet</c>, an executable, or the folder of a published worker, which is then started by the stand-in of the Functions host;
    /// null is <see cref="BuiltProgram"/>.
    /// </param>
    /// <param name="onLine">Gets every line the app writes.</param>
    /// <param name="cancellation">Stops waiting, and the app.</param>
    /// <exception cref="DevChainException">It is not built or does not start; the message carries what it wrote.</exception>
    public static async Task<FunctionApp> StartAsync(
        IReadOnlyDictionary<string, string> settings,
        int? port = null,
        string? program = null,
        Action<string>? onLine = null,
        CancellationToken cancellation = default)
    {
        var app = new FunctionApp(settings, port ?? FreePort.Next(), program ?? BuiltProgram, onLine);
        try
        {
            await app.StartAsync(cancellation);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the stopped app again, with the same settings at the same port.</summary>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        if (!Path.Exists(_program))
        {
            throw new DevChainException($"{_program} is not built: run `dotnet build src/SelfHost`");
        }

        if (!FreePort.IsFree(Port))
        {
            throw new DevChainException($"port {Port}, meant for the function app, is taken");
        }

        await ForgetAsync();
        _process = await ChildProcess.StartAsync(Command(), _onLine);
        if (!await Poll.UntilAsync(() => AnswersAsync("api/health", cancellation), StartPatience, Pause, cancellation))
        {
            throw new DevChainException($"the function app is not healthy at {Url}:\n{_process.Output}");
        }
    }

    /// <summary>Waits until <c>/api/ready</c> says 200: the database has its schema, and every chain answers.</summary>
    /// <exception cref="DevChainException">It does not become ready; the message carries what it wrote.</exception>
    public async Task WaitUntilReadyAsync(CancellationToken cancellation = default)
    {
        if (!await Poll.UntilAsync(() => AnswersAsync("api/ready", cancellation), StartPatience, Pause, cancellation))
        {
            throw new DevChainException($"the function app is not ready at {Url}:\n{Output}");
        }
    }

    /// <summary>Asks the app to stop (SIGTERM) and waits until it has finished what is under way.</summary>
    /// <returns>True when it ended by itself in time; otherwise it was killed.</returns>
    public async Task<bool> StopAsync()
    {
        var ended = _process is not { } process || await process.StopAsync(UnixSignal.Terminate, StopPatience);
        await ForgetAsync();
        return ended;
    }

    /// <summary>Kills the app in the middle of whatever it does (SIGKILL).</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            await process.KillAsync();
        }

        await ForgetAsync();
    }

    /// <summary>Ends the app, in order if it listens.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Http.Dispose();
    }

#if DEBUG
    internal const string Configuration = "Debug";
#else
    internal const string Configuration = "Release";
#endif

    private CommandLine Command()
    {
        if (Directory.Exists(_program))
        {
            return PublishedWorker.BehindHost(_program, Port, _settings);
        }

        string[] words = _program.EndsWith(".dll", StringComparison.Ordinal) ? [Dotnet, _program] : [_program];
        return new(words[0], words[1..])
        {
            Environment = new Dictionary<string, string>(_settings) { ["Port"] = Port.ToString(CultureInfo.InvariantCulture) },
            WorkingDirectory = Path.GetDirectoryName(_program),
        };
    }

    // The host that runs this program, so that no other version on the PATH comes in.
    internal static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? ProgramPath.Find("dotnet")
        ?? throw new DevChainException("dotnet is not on the PATH");

    private async Task<bool> AnswersAsync(string path, CancellationToken cancellation)
    {
        if (!IsRunning)
        {
            await _process!.WaitForExitAsync(cancellation);
            throw new DevChainException($"the function app ended with code {_process.ExitCode}:\n{_process.Output}");
        }

        try
        {
            using var answer = await Http.GetAsync(new Uri(path, UriKind.Relative), cancellation);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task ForgetAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            _pastOutput = string.Join('\n', _pastOutput, process.Output);
            await process.DisposeAsync();
        }
    }
}
