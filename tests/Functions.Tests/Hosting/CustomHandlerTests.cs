using System.Net;
using System.Net.Http.Json;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using DevChain.Processes;
using Functions.Tests.DevChain;

namespace Functions.Tests.Hosting;

/// <summary>Plays the Azure Functions host over HTTP against the real process.</summary>
public sealed class CustomHandlerTests
{
    private const string Invocation = "6f8a3c1e-52d7-4e0b-9a53-7f1f5a0c1d2e";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_readiness_probe_is_answered_at_once_and_http_arrives_at_its_own_path()
    {
        await using var app = await ServedApp.BehindHostAsync(ServedApp.Sample, cancellation: Cancellation);
        using var probe = await app.Client.GetAsync("/", Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/echo/a%20b/42?shout=true")
        {
            Content = new StringContent("{\"x\":\"y\"}", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-Azure-Functions-InvocationId", Invocation);
        request.Headers.Add("X-Azure-Functions-HostVersion", "4.1037.0");
        using var answer = await app.Client.SendAsync(request, Cancellation);
        var echoed = await answer.Content.ReadFromJsonAsync<JsonObject>(Cancellation);

        Assert.Equal(HttpStatusCode.OK, probe.StatusCode);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("a b", (string?)echoed!["id"]);
        Assert.Equal(42, (long?)echoed["number"]);
        Assert.Equal("{\"X\":\"Y\"}", (string?)echoed["body"]);
    }

    [Fact]
    public async Task A_wrapped_timer_call_runs_the_tick_and_is_answered_with_json()
    {
        await using var app = await ServedApp.BehindHostAsync(ServedApp.Sample, cancellation: Cancellation);
        const string Status = """{"Last":"2026-11-21T03:29:08+00:00","Next":"2026-11-21T03:29:10Z","LastUpdated":"2026-11-21T03:29:08Z"}""";
        using var answer = await TickAsync(app, "Tick", Wrapped("timer", Status, isPastDue: true));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(
            """{"Outputs":{},"Logs":[],"ReturnValue":null}""", await answer.Content.ReadAsStringAsync(Cancellation));
        Assert.True(await SaysAsync(app, "ticked late=True last=2026-11-21T03:29:08.0000000Z"));
        Assert.Contains(Invocation, app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tick_without_a_status_under_another_binding_name_runs_too()
    {
        await using var app = await ServedApp.BehindHostAsync(ServedApp.Sample, cancellation: Cancellation);
        using var answer = await TickAsync(app, "SlowTick", Wrapped("tick", "null", isPastDue: false));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("slow tick finished", app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_tick_is_a_500_with_json_that_tells_no_details()
    {
        await using var app = await ServedApp.BehindHostAsync(ServedApp.Sample, cancellation: Cancellation);
        using var answer = await TickAsync(app, "BrokenTick", Wrapped("timer", "null", isPastDue: false));

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(
            """{"Outputs":{},"Logs":["BrokenTick failed: InvalidOperationException"],"ReturnValue":null}""",
            await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"Data\":{\"other\":{}}}")]
    [InlineData("{\"Data\":{\"timer\":{\"IsPastDue\":\"no\"}}}")]
    [InlineData("{\"Data\":{\"timer\":{\"ScheduleStatus\":{\"Last\":\"never\"}}}}")]
    public async Task What_is_no_timer_call_is_refused(string body)
    {
        await using var app = await ServedApp.BehindHostAsync(ServedApp.Sample, cancellation: Cancellation);
        using var answer = await TickAsync(app, "Tick", body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Keys_are_the_hosts_business_so_nobody_else_can_reach_the_handler()
    {
        await using var app = await ServedApp.BehindHostAsync(
            ServedApp.Sample, new Dictionary<string, string> { ["ASPNETCORE_URLS"] = "http://0.0.0.0:0" }, Cancellation);
        Assert.Equal("in", await app.Client.GetStringAsync("/api/admin-only", Cancellation));

        var listeners = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners();
        Assert.Equal([IPAddress.Loopback], listeners.Where(one => one.Port == app.Port).Select(one => one.Address));
    }

    [Fact]
    public async Task Keys_and_queries_never_reach_the_log()
    {
        var settings = new Dictionary<string, string> { ["Logging__LogLevel__Default"] = "Trace" };
        await using var app = await ServedApp.BehindHostAsync(ServedApp.Sample, settings, Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/throw/bug?code=hidden-query");
        request.Headers.Add("x-functions-key", "hidden-header");
        using var answer = await app.Client.SendAsync(request, Cancellation);

        Assert.True(await SaysAsync(app, "secret-detail"), "the exception itself is logged");
        Assert.DoesNotContain("hidden-query", app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden-header", app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_termination_finishes_what_is_under_way_and_takes_nothing_new()
    {
        await using var app = await ServedApp.BehindHostAsync(ServedApp.Sample, cancellation: Cancellation);
        var slow = app.Client.GetStringAsync("/api/slow/2000", Cancellation);
        var tick = TickAsync(app, "SlowTick", Wrapped("tick", "null", isPastDue: false));
        Assert.True(await SaysAsync(app, "slow request begun") && await SaysAsync(app, "slow tick begun"), app.Output);
        app.Process.Signal(UnixSignal.Terminate);

        Assert.True(await Poll.UntilAsync(() => RefusesAsync(app.Port), TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(50), Cancellation));
        Assert.Equal("done", await slow);
        using var ticked = await tick;
        Assert.Equal(HttpStatusCode.OK, ticked.StatusCode);
        await app.Process.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(40), Cancellation);
        Assert.Equal(0, app.Process.ExitCode);
    }

    [Fact]
    public async Task The_handler_does_not_outlive_a_killed_host()
    {
        // A shell stands in for the host: it starts the handler and is killed without a chance to say goodbye.
        var port = FreePort.Next();
        var command = new CommandLine("sh", "-c", $"'{ServedApp.PathOf(ServedApp.Sample)}' & echo handler $!; wait")
        {
            Environment = new Dictionary<string, string> { ["FUNCTIONS_CUSTOMHANDLER_PORT"] = $"{port}" },
        };
        await using var host = await ChildProcess.StartAsync(command);
        using var client = new HttpClient(new SocketsHttpHandler());
        Assert.True(await Poll.UntilAsync(
            () => Task.FromResult(!Running.IsFree(port)), TimeSpan.FromSeconds(60), TimeSpan.FromMilliseconds(25), Cancellation));
        var line = host.Output.Split('\n').First(text => text.StartsWith("handler ", StringComparison.Ordinal));
        var handler = int.Parse(line["handler ".Length..], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(Running.Is(handler));
        await host.KillAsync();

        Assert.True(await Running.IsGoneSoonAsync(handler, Cancellation));
    }

    [Fact]
    public async Task The_real_app_serves_its_functions_behind_the_host()
    {
        await using var app = await ServedApp.BehindHostAsync(ServedApp.Real, SampleSettings.ForEnvironment(), Cancellation);
        var health = await app.Client.GetFromJsonAsync<JsonObject>("/api/health", Cancellation);
        using var unready = await app.Client.GetAsync("/api/ready", Cancellation);
        var problem = await unready.Content.ReadFromJsonAsync<JsonObject>(Cancellation);

        Assert.Equal("ok", (string?)health!["status"]);
        Assert.NotNull(health["version"]);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, unready.StatusCode);
        Assert.Equal("not_ready", (string?)problem!["code"]);
        Assert.Contains(problem["checks"]!.AsArray(), check => (string?)check!["name"] == "database" && !(bool)check["ready"]!);
    }

    private static async Task<bool> RefusesAsync(int port)
    {
        using var late = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await late.ConnectAsync(IPAddress.Loopback, port, Cancellation);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static string Wrapped(string binding, string status, bool isPastDue) =>
        $$$"""
        {"Data":{"{{{binding}}}":{"Schedule":{"AdjustForDST":true},"ScheduleStatus":{{{status}}},"IsPastDue":{{{(isPastDue ? "true" : "false")}}} } },
         "Metadata":{"sys":{"MethodName":"x","UtcNow":"2026-11-21T03:29:10.0801589Z","RandGuid":"ee946895-0000-0000-0000-000000000000"} } }
        """;

    private static async Task<HttpResponseMessage> TickAsync(ServedApp app, string function, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/{function}")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-Azure-Functions-InvocationId", Invocation);
        return await app.Client.SendAsync(request, Cancellation);
    }

    private static Task<bool> SaysAsync(ServedApp app, string text) => Poll.UntilAsync(
        () => Task.FromResult(app.Output.Contains(text, StringComparison.Ordinal)),
        TimeSpan.FromSeconds(60),
        TimeSpan.FromMilliseconds(20),
        Cancellation);
}
