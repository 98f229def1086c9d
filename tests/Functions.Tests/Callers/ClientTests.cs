using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Functions.Callers;
using Functions.Tests.Admin;
using Functions.Tests.Bounds;
using Functions.Tests.Relay;

namespace Functions.Tests.Callers;

/// <summary>API clients and rates in the running app.</summary>
[Collection(AdminCollection.Name)]
public sealed class ClientTests(IsolatedStacks stacks)
{
    private const string Shop = "shops-key-of-these-tests-4f1c-9d2e";
    private const string Page = "pages-key-of-these-tests-4f1c-9d2e";
    private const string Elsewhere = "elsewheres-key-of-these-tests-4f1c";
    private const string Origin = "https://app.example";

    private static readonly Dictionary<string, string> Clients = new()
    {
        ["Clients__shop__Key"] = Shop,
        ["Clients__shop__RelaysPerMinute"] = "100000",
        ["Clients__page__Key"] = Page,
        ["Clients__page__DayWei"] = "1000000000000000000",
        ["Clients__page__Origins__0"] = Origin,
        ["Clients__elsewhere__Key"] = Elsewhere,
        ["Clients__elsewhere__Targets__0"] = "0x00000000000000000000000000000000000000aa",
        ["Chains__local__Policy__Targets__1__Address"] = "0x00000000000000000000000000000000000000aa",
        ["Chains__local__Policy__Targets__1__Functions__0"] = "increment()",
    };

    [Fact]
    public async Task A_key_makes_its_client_known_a_wrong_one_is_refused_and_none_is_anybodys()
    {
        await using var stack = await stacks.SettleAsync(Clients);
        var http = stack.Http;

        var shop = await PostAsync(Body(), Shop);
        Assert.Equal(202, shop.Status);
        Assert.Equal("shop", await stack.World.AskAsync("select client from relays where caller = 2"));
        Assert.Equal(202, (await PostAsync(Body(), key: null)).Status);
        Assert.Equal(1L, await stack.World.AskAsync("select count(*) from relays where caller = 0 and client is null"));

        foreach (var (body, path) in new[] { (Body(), "relay"), (Body(), "relay/simulate"), (new JsonObject { ["requests"] = new JsonArray(Body()) }, "relay/batch") })
        {
            (await PostAsync(body, Shop[..^1] + "x", path: path)).AssertProblem(401, "unknown_client");
            (await PostAsync(body, "", path: path)).AssertProblem(401, "unknown_client");
            (await PostAsync(body, Page, path: path)).AssertProblem(403, "origin_not_allowed");
            (await PostAsync(body, Page, "https://evil.example", path)).AssertProblem(403, "origin_not_allowed");
            Assert.InRange((await PostAsync(body, Page, Origin, path)).Status, 200, 207);
        }

        (await PostAsync(Body(), Elsewhere)).AssertProblem(403, "target_not_allowed");
        (await PostAsync(Body(), Elsewhere, path: "relay/simulate")).AssertProblem(403, "target_not_allowed");
        for (var i = 0; i < Functions.Operators.GuessLimiter.PerAddress; i++)
        {
            await PostAsync(Body(), "wrong");
        }

        (await PostAsync(Body(), "wrong")).AssertProblem(429, "too_many_requests");
        Assert.Equal(202, (await PostAsync(Body(), Shop)).Status);

        JsonObject Body() => stack.World.Post(stack.World.Infinex, new Wallet());

        Task<Reply> PostAsync(JsonNode body, string? key, string? origin = null, string path = "relay") => ClientTests.PostAsync(http, body, key, origin, path);
    }

    [Fact]
    public async Task Attempts_count_refused_and_simulated_ones_by_address_by_user_and_by_client()
    {
        await using var stack = await stacks.SettleAsync(new Dictionary<string, string>(Clients)
        {
            ["Admission__AttemptsPerMinutePerAddress"] = "6",
            ["Admission__AttemptsPerMinutePerUser"] = "2",
            ["Clients__page__RelaysPerMinute"] = "3",
        });
        var world = stack.World;
        using var first = RawCall.Client(stack.App.Url, "127.0.0.2");
        using var second = RawCall.Client(stack.App.Url, "127.0.0.3");
        using var third = RawCall.Client(stack.App.Url, "127.0.0.4");

        // Six of an address, whatever becomes of them: one is malformed, one simulated, three are a batch's.
        (await Reply.PostAsync(first, "api/relay", new JsonObject())).AssertProblem(400, "malformed_request");
        Assert.Equal(200, (await PostAsync(first, Body(new Wallet()), path: "relay/simulate")).Status);
        var batch = await PostAsync(first, new JsonObject { ["requests"] = new JsonArray([.. Enumerable.Range(0, 5).Select(_ => Body(new Wallet()))]) }, path: "relay/batch");
        Assert.Equal([202, 202, 202, 202, 429], batch.Json["outcomes"]!.AsArray().Select(outcome => (int)outcome!["status"]!));
        var over = await PostAsync(first, Body(new Wallet()));
        over.AssertProblem(429, "too_many_requests");
        Assert.InRange(over.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));

        // A server's key has a rate of its own; others at other addresses have theirs.
        Assert.Equal(202, (await PostAsync(first, Body(new Wallet()), Shop)).Status);

        // Two of a user, from wherever they come; what is not signed by the user is not the user's.
        var user = new Wallet();
        var forged = Body(user);
        forged["signature"] = Body(new Wallet())["signature"]!.DeepClone();
        (await PostAsync(second, forged)).AssertProblem(401, "signature_mismatch");
        (await PostAsync(second, forged)).AssertProblem(401, "signature_mismatch");
        Assert.Equal(200, (await PostAsync(second, Body(user), path: "relay/simulate")).Status);
        Assert.Equal(202, (await PostAsync(third, Body(user))).Status);
        var tooMany = await PostAsync(first, Body(user), Shop);
        tooMany.AssertProblem(429, "too_many_requests");
        Assert.Contains("this user", tooMany["detail"], StringComparison.Ordinal);

        // Three of a client whose page anybody can read, and its address counts too.
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(202, (await PostAsync(third, Body(new Wallet()), Page, Origin)).Status);
        }

        (await PostAsync(third, Body(new Wallet()), Page, Origin)).AssertProblem(429, "too_many_requests");

        JsonObject Body(Wallet wallet) => world.Post(world.Infinex, wallet);
    }

    [Fact]
    public async Task Nonces_are_read_as_often_as_requests_are_posted_and_in_a_count_of_their_own()
    {
        await using var stack = await stacks.SettleAsync(new Dictionary<string, string>(Clients) { ["Admission__AttemptsPerMinutePerAddress"] = "3" });
        using var first = RawCall.Client(stack.App.Url, "127.0.0.2");
        using var second = RawCall.Client(stack.App.Url, "127.0.0.3");
        var path = $"api/nonces/31337/{stack.World.OpenZeppelin.Address}/{new Wallet().Address}";

        // Three of an address, whatever becomes of them.
        (await ReadAsync(first, at: "api/nonces/31337/0x12/0x12")).AssertProblem(400, "malformed_request");
        Assert.Equal(200, (await ReadAsync(first)).Status);
        Assert.Equal(200, (await ReadAsync(first)).Status);
        var over = await ReadAsync(first);
        over.AssertProblem(429, "too_many_requests");
        Assert.InRange(over.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20));

        // Requests have their own, and so has whoever is elsewhere, and a client whose key a server keeps.
        Assert.Equal(202, (await PostAsync(first, stack.World.Post(stack.World.Infinex, new Wallet()))).Status);
        Assert.Equal(200, (await ReadAsync(first, Shop)).Status);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await ReadAsync(second, Page, Origin)).Status);
        }

        (await ReadAsync(second, Page, Origin)).AssertProblem(429, "too_many_requests");
        (await ReadAsync(second, Page)).AssertProblem(403, "origin_not_allowed");
        (await ReadAsync(second, "wrong")).AssertProblem(401, "unknown_client");

        Task<Reply> ReadAsync(HttpClient http, string? key = null, string? origin = null, string? at = null) => SendAsync(http, HttpMethod.Get, at ?? path, null, key, origin);
    }

    internal static Task<Reply> PostAsync(HttpClient http, JsonNode body, string? key = null, string? origin = null, string path = "relay") =>
        SendAsync(http, HttpMethod.Post, $"api/{path}", JsonContent.Create(body), key, origin);

    private static async Task<Reply> SendAsync(HttpClient http, HttpMethod method, string path, HttpContent? content, string? key, string? origin)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation(ClientGate.Header, key);
        }

        if (origin is not null)
        {
            request.Headers.TryAddWithoutValidation("Origin", origin);
        }

        return await Reply.SendAsync(http, request);
    }
}
