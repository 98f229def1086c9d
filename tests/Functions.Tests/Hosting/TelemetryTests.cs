using System.Collections.Concurrent;
using System.Text;
using DevChain;
using DevChain.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Functions.Tests.Hosting;

/// <summary>What a collector is sent by each host when it stops.</summary>
[Trait("needs", "services")]
public sealed class TelemetryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task Alone_it_sends_what_it_did_before_it_ends() => SendsAsync("alone", FunctionApp.BuiltProgram);

    [Fact]
    public async Task The_worker_sends_what_it_did_before_it_ends() =>
        await SendsAsync("isolated", await PublishedWorker.EnsureAsync(Cancellation));

    private static async Task SendsAsync(string host, string program)
    {
        await using var collector = await Collector.StartAsync();
        var settings = new Dictionary<string, string>(SampleSettings.ForEnvironment())
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "team=of-the-environment",
        };
        await using (var app = await FunctionApp.StartAsync(settings, program: program, cancellation: Cancellation))
        {
            await app.Http.GetStringAsync(new Uri("api/health?code=a-function-key", UriKind.Relative), Cancellation);
        }

        // The worker may end a moment after its host; traces also come in between.
        await Poll.UntilAsync(
            () => Task.FromResult(collector.Traces.Contains("Microsoft.AspNetCore", StringComparison.Ordinal) && collector.Metrics.Length > 0),
            TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(50), Cancellation);
        var (traces, metrics) = (collector.Traces, collector.Metrics);
        Assert.All([traces, metrics], sent => Assert.All(
            ["relayer", "relayer.host", host, "of-the-environment"], text => Assert.Contains(text, sent, StringComparison.Ordinal)));
        Assert.Contains("Microsoft.AspNetCore", traces, StringComparison.Ordinal);
        Assert.Contains("http.server.request.duration", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("a-function-key", traces, StringComparison.Ordinal);
    }

    /// <summary>Takes OTLP over HTTP; the texts in it can be read as they are.</summary>
    private sealed class Collector(WebApplication app) : IAsyncDisposable
    {
        private readonly ConcurrentQueue<(string Path, string Text)> _sent = new();

        public string Url => app.Urls.First();

        public string Traces => Sent("/v1/traces");

        public string Metrics => Sent("/v1/metrics");

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var collector = new Collector(app);
            app.Run(collector.TakeAsync);
            await app.StartAsync(Cancellation);
            return collector;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private string Sent(string path) => string.Concat(_sent.Where(one => one.Path == path).Select(one => one.Text));

        private async Task TakeAsync(HttpContext call)
        {
            using var body = new MemoryStream();
            await call.Request.Body.CopyToAsync(body, Cancellation);
            _sent.Enqueue((call.Request.Path, Encoding.UTF8.GetString(body.ToArray())));
        }
    }
}
