using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DevChain;
using DevChain.Processes;
using Functions.Catalog;
using Functions.Health;
using Functions.Tests.Admin;
using Functions.Tests.DevChain;
using Functions.Tests.Relay;
using Microsoft.Azure.Functions.Worker;

namespace Functions.Tests.Hosting;

/// <summary>The published isolated worker behind the stand-in of the Azure Functions host.</summary>
[Trait("needs", "services")]
public sealed partial class WorkerTests(IsolatedStacks stacks) : IClassFixture<IsolatedStacks>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_published_lists_every_function_and_brings_the_top_folders_host_json()
    {
        var folder = await PublishedWorker.EnsureAsync(Cancellation);
        var listed = JsonNode.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "functions.metadata"), Cancellation))!.AsArray();
        var worker = JsonNode.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "worker.config.json"), Cancellation))!;

        Assert.Equal(
            FunctionCatalog.Read(typeof(HealthFunctions).Assembly).Select(function => function.Name).Order(),
            listed.Select(function => (string)function!["name"]!).Order());
        Assert.All(listed, function => Assert.Equal("dotnet-isolated", (string?)function!["language"]));
        Assert.Equal("dotnet-isolated", (string?)worker["description"]!["language"]);
        Assert.Equal(
            await File.ReadAllTextAsync(RepositoryRoot.Combine("host.json"), Cancellation),
            await File.ReadAllTextAsync(Path.Combine(folder, "host.json"), Cancellation));
        Assert.True(Directory.Exists(Path.Combine(folder, ".azurefunctions")));
        Assert.False(File.Exists(Path.Combine(folder, "local.settings.json")));
        var routes = listed.SelectMany(function => function!["bindings"]!.AsArray()).Select(binding => (string?)binding!["route"]).OfType<string>();
        Assert.DoesNotContain(routes, route => route.StartsWith("admin", StringComparison.OrdinalIgnoreCase)); // The host keeps it for itself.
    }

    [Fact]
    public void Each_route_lets_a_browser_ask_first_with_one_trigger()
    {
        // With none a preflight never reaches the worker; with two the worker's router does not know which one to take.
        var triggers = FunctionCatalog.Read(typeof(HealthFunctions).Assembly).OfType<HttpFunction>()
            .Select(function => (function.Route, Options: Methods(function).Count(method => method == "options")));

        Assert.All(triggers.GroupBy(trigger => trigger.Route), route => Assert.Equal(1, route.Sum(trigger => trigger.Options)));

        static string[] Methods(HttpFunction function) =>
            ((HttpTriggerAttribute)function.Trigger.GetCustomAttributes(typeof(HttpTriggerAttribute), false).Single()).Methods!;
    }

    [Theory]
    [InlineData("HEAD", "api/health", 404)]
    [InlineData("DELETE", "api/relay", 404)]
    [InlineData("GET", "api/nowhere", 404)]
    [InlineData("POST", "ConfirmTransactions", 404)]
    public async Task What_the_host_answers_by_itself_is_empty(string method, string path, int status)
    {
        await using var app = await StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await app.Http.SendAsync(request, Cancellation);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task A_timer_without_a_schedule_is_said_at_the_start_and_in_readiness()
    {
        await using var app = await StartAsync(("Schedules__SettleOrders", ""), ("Schedules__Confirm", "often"));
        var ready = await Reply.GetAsync(app.Http, "api/ready");
        ready.AssertProblem(503, "not_ready");
        var timers = ready.Json["checks"]!.AsArray().Single(check => (string)check!["name"]! == "timers")!;

        Assert.False((bool)timers["ready"]!);
        Assert.Contains("Timer SettleOrders does not run: the setting Schedules__SettleOrders", (string)timers["detail"]!, StringComparison.Ordinal);
        Assert.Contains("Schedules__Confirm is 'often', not six fields. It is usually '*/2 * * * * *'.", (string)timers["detail"]!, StringComparison.Ordinal);
        Assert.True(await SaysAsync(app, "worker Error: Functions.Timers.TimersReport[DoesNotRun] Timer SettleOrders does not run"), app.Output);
        Assert.True(await SaysAsync(app, "worker Error: Functions.Timers.TimersReport[DoesNotRun] Timer ConfirmTransactions does not run"), app.Output);
    }

    [Fact]
    public async Task A_failed_tick_is_told_to_the_host_and_the_worker_goes_on()
    {
        await using var app = await StartAsync();
        using var failed = await app.Http.PostAsync(new Uri("admin/functions/ConfirmTransactions", UriKind.Relative), null, Cancellation);

        Assert.StartsWith("Failure", await failed.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal); // No database is there.
        Assert.Equal(200, (await Reply.GetAsync(app.Http, "api/health")).Status);
    }

    [Fact]
    public async Task Refusals_carry_a_trace_and_are_not_logged()
    {
        await using var app = await StartAsync();
        var before = app.Output.Length;
        for (var i = 0; i < 5; i++)
        {
            var refused = await Reply.PostAsync(app.Http, "api/relay", new JsonObject());
            refused.AssertProblem(400, "malformed_request"); // With its trace.
        }

        using var large = new StringContent(new string(' ', 1_100_000), System.Text.Encoding.UTF8, "application/json");
        using var post = new HttpRequestMessage(HttpMethod.Post, "api/relay") { Content = large };
        (await Reply.SendAsync(app.Http, post)).AssertProblem(413, "payload_too_large");

        // The timers' failures come through the same log: when one of them is there, what was logged before them is too.
        await app.Http.PostAsync(new Uri("admin/functions/DeliverAlerts", UriKind.Relative), null, Cancellation);
        Assert.DoesNotContain("BadHttpRequestException", app.Output[before..], StringComparison.Ordinal);
        Assert.DoesNotContain("SubmitRelay", app.Output[before..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_and_statements_never_reach_the_log()
    {
        await using var stack = await stacks.SettleAsync(
            new Dictionary<string, string>(AdminClient.Settings) { ["Logging__LogLevel__Default"] = "Debug" }, program: await PublishedWorker.EnsureAsync(Cancellation));
        using var admin = new AdminClient(stack.App);
        Assert.Equal(200, (await admin.GetAsync("audit")).Status);
        Assert.Equal(200, (await admin.GetAsync("disagreements")).Status);
        (await Reply.GetAsync(stack.Http, $"api/admin/audit?code={AdminClient.Key}")).AssertProblem(401, "unauthorized");
        Assert.Equal(200, (await Reply.GetAsync(stack.Http, "api/ready")).Status);

        Assert.DoesNotContain(AdminClient.Key, stack.App.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Npgsql.Command", stack.App.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Chains__local__Policy__MaxGas", "abc", "Chains:local:Policy:MaxGas")]
    [InlineData("Functions__Keys__default", "change-me", "Functions:Keys:default: was renamed, write Operators:default:Key")]
    [InlineData("Database__ConnectionString", "@Microsoft.KeyVault(SecretUri=https://one.vault.azure.net/secrets/db/)", "Database:ConnectionString: is a Key Vault reference that was not resolved")]
    [InlineData("Database__ConnectionString", "Username=relayer;Database=relayer", "Database:ConnectionString: names no Host")]
    [InlineData("WEBSITE_INSTANCE_ID", "4f1c", "Environment: is Development, which is not for Azure")]
    [InlineData("Cors__Origins__0", "app.example/page", "Cors:Origins:0: 'app.example/page' is not an origin")]
    public async Task A_wrong_setting_ends_the_worker_with_its_name_and_no_stack(string key, string value, string said)
    {
        var command = PublishedWorker.BehindHost(
            await PublishedWorker.EnsureAsync(Cancellation), FreePort.Next(), new Dictionary<string, string>(SampleSettings.ForEnvironment()) { [key] = value });
        await using var host = await ChildProcess.StartAsync(command);
        await host.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromMinutes(2), Cancellation);

        Assert.Equal(1, host.ExitCode);
        Assert.Contains("the worker ended with code 1", host.Output, StringComparison.Ordinal);
        Assert.Contains(said, host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_worker_ends_with_a_host_that_is_killed()
    {
        await using var app = await StartAsync();
        var worker = WorkerOf(app);
        Assert.True(Running.Is(worker));
        var killed = Stopwatch.GetTimestamp();
        await app.KillAsync();

        Assert.True(await Running.IsGoneSoonAsync(worker, Cancellation));
        TestContext.Current.TestOutputHelper?.WriteLine($"gone after {Stopwatch.GetElapsedTime(killed)}");
        Assert.True(Functions.Isolated.ParentWatch.Period + Functions.Isolated.ParentWatch.Patience < TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_stop_ends_streams_in_order_and_their_clients_resume_where_they_were()
    {
        var settings = new Dictionary<string, string> { [$"Chains__{AppSettings.ChainName}__Confirmations"] = "1000000" };
        await using var stack = await stacks.SettleAsync(settings, program: await PublishedWorker.EnsureAsync(Cancellation));
        var posted = await Reply.PostAsync(stack.Http, "api/relay", stack.World.Post(stack.World.Infinex, new Wallet()));
        var path = new Uri($"api/relay/{posted["id"]}/events", UriKind.Relative);
        Assert.True(await RelayWorld.BecomesAsync(async () => (await Reply.GetAsync(stack.Http, $"api/relay/{posted["id"]}"))["state"] == "mined"));
        using var following = await stack.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var events = new StreamReader(await following.Content.ReadAsStreamAsync(Cancellation));
        Assert.Equal("event: relay", await events.ReadLineAsync(Cancellation));

        // The host waits 30 s at most and then cuts; the stream must end by itself before.
        Assert.True(await stack.App.StopAsync());
        var rest = await events.ReadToEndAsync(Cancellation);
        Assert.DoesNotContain("killed after its grace", stack.App.Output, StringComparison.Ordinal);
        var last = EventId().Match(rest).Groups[1].Value;

        await stack.App.StartAsync(Cancellation);
        using var resume = new HttpRequestMessage(HttpMethod.Get, path);
        resume.Headers.Add("Last-Event-ID", last);
        using var resumed = await stack.Http.SendAsync(resume, Cancellation);
        Assert.Equal("", await resumed.Content.ReadAsStringAsync(Cancellation)); // Nothing is told twice, and nothing was missed.
    }

    [Fact]
    public async Task Killed_at_any_instant_it_loses_nothing_and_does_nothing_twice()
    {
        await using var stack = await stacks.SettleAsync(program: await PublishedWorker.EnsureAsync(Cancellation));
        var (user, ids) = (new Wallet(), new List<string>());
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 6; i++)
            {
                ids.Add((await stack.PostUntilTakenAsync(stack.World.Post(stack.World.Infinex, user)))["id"]!);
            }

            // Once the worker alone, which its host starts again; then both.
            if (round == 0)
            {
                Unix.Signal(WorkerOf(stack.App), UnixSignal.Kill);
            }
            else
            {
                await stack.App.KillAsync();
                await stack.App.StartAsync(Cancellation);
            }
        }

        foreach (var id in ids)
        {
            Assert.True(await RelayWorld.BecomesAsync(async () => (await StateAsync(stack, id)) == "confirmed", 180), await StateAsync(stack, id));
        }

        await stack.AssertOnceAsync(user, ids.Count);
    }

    private static async Task<string?> StateAsync(IsolatedStack stack, string id)
    {
        try
        {
            var reply = await Reply.GetAsync(stack.Http, $"api/relay/{id}");
            return reply.Status == 200 ? reply["state"] : null;
        }
        catch (HttpRequestException)
        {
            return null; // Its host is starting it again.
        }
    }

    private static async Task<FunctionApp> StartAsync(params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(SampleSettings.ForEnvironment());
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return await FunctionApp.StartAsync(all, program: await PublishedWorker.EnsureAsync(Cancellation), cancellation: Cancellation);
    }

    private static int WorkerOf(FunctionApp app) =>
        int.Parse(WorkerStarted().Matches(app.Output)[^1].Groups[1].Value, CultureInfo.InvariantCulture);

    private static Task<bool> SaysAsync(FunctionApp app, string text) =>
        RelayWorld.BecomesAsync(() => Task.FromResult(app.Output.Contains(text, StringComparison.Ordinal)));

    [GeneratedRegex("host: worker ([0-9]+) started")]
    private static partial Regex WorkerStarted();

    [GeneratedRegex("\nid: ([0-9a-f]+)\n")]
    private static partial Regex EventId();
}
