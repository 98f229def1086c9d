using System.Net.Sockets;
using DevChain.Processes;

namespace Functions.Tests.Hosting;

/// <summary>An executable of ours as a child process, called as a user calls it.</summary>
internal sealed class ServedApp : IAsyncDisposable
{
    public const string Sample = "SampleApp";
    public const string Real = "SelfHost";

    private readonly ChildProcess _process;
    private readonly TempFolder _folder;

    private ServedApp(ChildProcess process, TempFolder folder, int port)
    {
        _process = process;
        _folder = folder;
        Port = port;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port}"),
        };
    }

    public HttpClient Client { get; }

    public int Port { get; }

    public ChildProcess Process => _process;

    public string Output => _process.Output;

    public static string PathOf(string executable) => Path.Combine(AppContext.BaseDirectory, executable);

    /// <summary>As a user starts it.</summary>
    public static async Task<ServedApp> AloneAsync(
        string executable, IReadOnlyDictionary<string, string> settings, CancellationToken cancellation)
    {
        var port = FreePort.Next();
        var app = await StartAsync(executable, port, new Dictionary<string, string>(settings) { ["Port"] = $"{port}" });
        return await app.ReadyAsync("/api/health", cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<ServedApp> StartAsync(string executable, int port, Dictionary<string, string> settings)
    {
        var folder = TempFolder.Create("app");
        var command = new CommandLine(PathOf(executable)) { Environment = settings, WorkingDirectory = folder.Path };
        return new(await ChildProcess.StartAsync(command), folder, port);
    }

    private async Task<ServedApp> ReadyAsync(string path, CancellationToken cancellation)
    {
        var answered = await Poll.UntilAsync(
            async () =>
            {
                try
                {
                    using var answer = await Client.GetAsync(path, cancellation);
                    return true;
                }
                catch (HttpRequestException exception) when (exception.InnerException is SocketException && !_process.HasExited)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(30),
            TimeSpan.FromMilliseconds(25),
            cancellation);
        Assert.True(answered, $"no answer from {_process.Output}");
        return this;
    }
}
