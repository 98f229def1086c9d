using System.Text.Json.Nodes;
using DevChain;
using DevChain.Processes;
using Functions.Catalog;

namespace Functions.Tests.Hosting;

public sealed class FunctionJsonTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_executable_writes_a_file_for_each_function_that_says_what_its_attributes_say()
    {
        using var folder = TempFolder.Create("function-json");
        await ChildProcess.RunAsync(
            new CommandLine(ServedApp.PathOf(ServedApp.Real), "--write-function-json", Path.Combine(folder.Path, "out")),
            cancellation: Cancellation);
        var files = Directory.GetFiles(Path.Combine(folder.Path, "out"), "function.json", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetFileName(Path.GetDirectoryName(file)!), file => JsonNode.Parse(File.ReadAllBytes(file))!);
        var functions = FunctionCatalog.Read(typeof(HealthFunctions).Assembly);

        Assert.Equal(functions.Select(function => function.Name).Order(), files.Keys.Order());
        foreach (var function in functions)
        {
            var expected = new JsonObject { ["bindings"] = Bindings(function) };
            Assert.True(JsonNode.DeepEquals(expected, files[function.Name]), files[function.Name].ToJsonString());
        }
    }

    [Fact]
    public void No_route_is_told_to_the_host_that_it_keeps_for_itself()
    {
        var functions = FunctionCatalog.Read(typeof(HealthFunctions).Assembly).OfType<HttpFunction>().ToArray();

        // As the host checks it: by the text, whatever the prefix.
        Assert.DoesNotContain(functions, function => function.HostRoute.Trim('/').StartsWith("admin", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(functions, function => function.HostRoute.Trim('/').StartsWith("runtime", StringComparison.OrdinalIgnoreCase));
        var pause = Assert.Single(functions, function => function.Name == "PauseSponsorship");
        Assert.Equal(("admin/sponsorship/pause", "{admin:regex(^admin$)}/sponsorship/pause"), (pause.Route, pause.HostRoute));
    }

    [Fact]
    public async Task A_timers_file_is_as_the_host_reads_it()
    {
        using var folder = TempFolder.Create("function-json");
        Functions.Hosting.FunctionJson.Write(folder.Path, typeof(SampleApp.TimerFunctions).Assembly);
        const string Expected = """
            {"bindings":[{"type":"timerTrigger","direction":"in","name":"tick","schedule":"0 0 0 1 1 *","runOnStartup":false,"useMonitor":false}]}
            """;
        var written = await File.ReadAllTextAsync(Path.Combine(folder.Path, "SlowTick", "function.json"), Cancellation);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Expected), JsonNode.Parse(written)), written);
    }

    [Fact]
    public async Task A_guarded_functions_file_is_as_the_host_reads_it()
    {
        using var folder = TempFolder.Create("function-json");
        Functions.Hosting.FunctionJson.Write(folder.Path, typeof(SampleApp.HttpFunctions).Assembly);
        const string Expected = """
            {"bindings":[
              {"type":"httpTrigger","direction":"in","name":"request","authLevel":"function","methods":["get"],"route":"guarded"},
              {"type":"http","direction":"out","name":"res"}]}
            """;
        var written = await File.ReadAllTextAsync(Path.Combine(folder.Path, "Guarded", "function.json"), Cancellation);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Expected), JsonNode.Parse(written)), written);
    }

    [Fact]
    public void Host_json_names_the_executable_and_the_prefix_that_the_app_serves()
    {
        var host = JsonNode.Parse(File.ReadAllBytes(RepositoryRoot.Combine("host.json")))!;
        var handler = host["customHandler"]!;

        Assert.Equal(ServedApp.Real, (string?)handler["description"]!["defaultExecutablePath"]);
        Assert.Equal(Functions.Hosting.FunctionEndpoints.RoutePrefix, (string?)host["extensions"]!["http"]!["routePrefix"]);
        Assert.True((bool?)handler["enableForwardingHttpRequest"]);
        Assert.True((bool?)handler["enableProxyingHttpRequest"]); // Server-sent events need it.
    }

    private static JsonArray Bindings(FunctionDescriptor function) => function switch
    {
        HttpFunction http =>
        [
            new JsonObject
            {
                ["type"] = "httpTrigger",
                ["direction"] = "in",
                ["name"] = http.Trigger.Name,
                ["authLevel"] = http.Level.ToString().ToLowerInvariant(),
                ["methods"] = new JsonArray([.. http.Methods.Select(method => JsonValue.Create(method.ToLowerInvariant()))]),
                ["route"] = http.HostRoute,
            },
            new JsonObject { ["type"] = "http", ["direction"] = "out", ["name"] = "res" },
        ],
        TimerFunction timer =>
        [
            new JsonObject
            {
                ["type"] = "timerTrigger",
                ["direction"] = "in",
                ["name"] = timer.Trigger.Name,
                ["schedule"] = timer.Schedule,
                ["runOnStartup"] = timer.RunOnStartup,
                ["useMonitor"] = timer.UseMonitor,
            },
        ],
        _ => throw new InvalidOperationException(),
    };
}
