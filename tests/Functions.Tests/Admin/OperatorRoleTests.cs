using DevChain;
using Functions.Catalog;
using Functions.Health;
using Functions.Tests.Relay;
using Relayer.Core.Configuration;

namespace Functions.Tests.Admin;

/// <summary>Operators' keys and roles at the whole app: alone, and as the published worker behind the Functions host's stand-in.</summary>
[Collection(AdminCollection.Name)]
public sealed class OperatorRoleTests(IsolatedStacks stacks)
{
    private const string Wrong = "wrong-7f3b9c2e4d1a8605-of-somewhere-else";

    // Distinct for each role, and long enough.
    private static string KeyOf(OperatorRole role) => $"{OperatorRoles.NameOf(role)}-key-of-these-tests-7f3b9c2e4d1a";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_role_opens_what_it_may_and_the_audit_names_the_operator(bool isHosted)
    {
        await using var stack = await StartAsync(isHosted);
        using var look = new AdminClient(stack.App, KeyOf(OperatorRole.Look));
        using var operate = new AdminClient(stack.App, KeyOf(OperatorRole.Operate));
        using var treasury = new AdminClient(stack.App, KeyOf(OperatorRole.Treasury));

        Assert.Equal(200, (await look.GetAsync("pauses")).Status);
        (await look.PostAsync("sponsorship/pause")).AssertProblem(403, "forbidden");
        Assert.Equal("true", (await operate.PostAsync("sponsorship/pause"))["paused"]);
        Assert.Equal("true", (await operate.PostAsync("top-ups/pause"))["paused"]);
        foreach (var path in new[] { "top-ups/resume", "incidents/1/clear", "chains/31337/accounts" })
        {
            var refused = await operate.PostAsync(path);
            refused.AssertProblem(403, "forbidden");
            Assert.Equal("This needs the role treasury; yours is operate.", refused["detail"]);
        }

        Assert.Equal("false", (await treasury.PostAsync("top-ups/resume"))["paused"]);
        (await treasury.PostAsync("incidents/1/clear")).AssertProblem(404, "unknown_incident");
        Assert.Equal("false", (await operate.PostAsync("sponsorship/resume"))["paused"]);

        var audit = (await look.GetAsync("audit")).Json["entries"]!.AsArray();
        Assert.Equal(
            ["operate sponsorship.resume", "treasury incident.clear", "treasury top_ups.resume", "operate top_ups.pause", "operate sponsorship.pause"],
            audit.Select(entry => $"{entry!["who"]} {entry["action"]}"));
        Assert.Contains("Operator operate was refused /api/admin/top-ups/resume, which wants the role treasury", stack.App.Output, StringComparison.Ordinal);
        AssertNoKeyIsLogged(stack);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_door_wants_a_key_guessing_is_throttled_and_a_right_key_passes_all_the_same(bool isHosted)
    {
        await using var stack = await StartAsync(isHosted);
        using var nobody = new AdminClient(stack.App, key: null);
        using var stranger = new AdminClient(stack.App, Wrong);
        using var look = new AdminClient(stack.App, KeyOf(OperatorRole.Look));
        foreach (var door in FunctionCatalog.Read(typeof(HealthFunctions).Assembly).OfType<HttpFunction>().Where(function => function.Role is not null))
        {
            var path = door.Route["admin/".Length..].Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
            (door.Methods is ["GET"] ? await nobody.GetAsync(path) : await nobody.PostAsync(path)).AssertProblem(401, "unauthorized");
        }

        for (var i = 0; i < Operators.GuessLimiter.PerAddress; i++)
        {
            (await stranger.PostAsync("sponsorship/pause")).AssertProblem(401, "unauthorized");
        }

        var throttled = await stranger.PostAsync("sponsorship/pause");
        throttled.AssertProblem(429, "too_many_requests");
        Assert.InRange(throttled.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.Empty((await look.GetAsync("pauses")).Json["pauses"]!.AsArray());
        Assert.Contains("Operators' routes were called without a right key (missing) from 127.0.0.1", stack.App.Output, StringComparison.Ordinal);
        AssertNoKeyIsLogged(stack);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_browser_may_ask_first_without_a_key_and_then_shows_one_as_a_bearer(bool isHosted)
    {
        await using var stack = await StartAsync(isHosted);
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "api/admin/pauses");
        preflight.Headers.Add("Origin", "https://operators.example");
        preflight.Headers.Add("Access-Control-Request-Method", "GET");
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization");
        using var allowed = await stack.Http.SendAsync(preflight, TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/admin/pauses");
        request.Headers.Authorization = new("Bearer", KeyOf(OperatorRole.Look));

        Assert.Equal(204, (int)allowed.StatusCode);
        Assert.Contains("Authorization", string.Join(',', allowed.Headers.GetValues("Access-Control-Allow-Headers")), StringComparison.Ordinal);
        Assert.Equal(200, (await Reply.SendAsync(stack.Http, request)).Status);
        (await Reply.GetAsync(stack.Http, $"api/admin/pauses?code={KeyOf(OperatorRole.Look)}")).AssertProblem(401, "unauthorized");
        AssertNoKeyIsLogged(stack);
    }

    private static void AssertNoKeyIsLogged(IsolatedStack stack) => Assert.All(
        Enum.GetValues<OperatorRole>().Select(KeyOf).Append(Wrong), key => Assert.DoesNotContain(key, stack.App.Output, StringComparison.Ordinal));

    private async Task<IsolatedStack> StartAsync(bool isHosted) => await stacks.SettleAsync(
        Enum.GetValues<OperatorRole>().SelectMany(role => new[]
        {
            ($"Operators__{OperatorRoles.NameOf(role)}__Role", OperatorRoles.NameOf(role)), ($"Operators__{OperatorRoles.NameOf(role)}__Key", KeyOf(role)),
        }).ToDictionary(setting => setting.Item1, setting => setting.Item2),
        program: isHosted ? await PublishedWorker.EnsureAsync(TestContext.Current.CancellationToken) : null);
}
