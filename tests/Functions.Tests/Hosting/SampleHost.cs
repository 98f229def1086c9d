using SelfHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Relayer.Core.Configuration;
using Relayer.Core.Keys;
using SampleApp;

namespace Functions.Tests.Hosting;

/// <summary>The sample functions behind the real host in this process, where time and services can be replaced.</summary>
internal sealed class SampleHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SampleHost(WebApplication app)
    {
        _app = app;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Client { get; }

    public static async Task<SampleHost> StartAsync(
        Action<IServiceCollection>? services = null, params IEnumerable<string> settings)
    {
        string[] args =
        [
            "--contentRoot", AppContext.BaseDirectory,
            "--urls", "http://127.0.0.1:0",
            "--Schedules:Tick=0 0 0 1 1 *",
            "--Schedules:Broken=0 0 0 1 1 *",
            "--Logging:LogLevel:Default=None",
            .. settings.Select(setting => "--" + setting),
        ];
        var builder = FunctionsHost.CreateBuilder(args);
        builder.Services.AddSingleton(RelayerOptions.Bind(builder.Configuration)).AddKeys();
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseFunctionsPipeline();
        app.MapFunctions(typeof(HttpFunctions).Assembly);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new SampleHost(app);
    }

    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
