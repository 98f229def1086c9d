using System.Security.Cryptography;
using System.Text.Json.Nodes;
using DevChain;
using Functions.Tests.Relay;
using Relayer.Core.Ethereum;

namespace Functions.Tests.Admin;

/// <summary>Accounts handed in over HTTP.</summary>
[Collection(AdminCollection.Name)]
public sealed class AdminAccountTests(IsolatedStacks stacks)
{
    private const string Path = "chains/31337/accounts";
    private const string Count = "select count(*) from keeper_planned_accounts";

    [Fact]
    public async Task Accounts_are_taken_in_once_all_or_none_and_the_audit_says_who_and_why()
    {
        await using var stack = await stacks.SettleAsync(AdminClient.Settings);
        using var admin = new AdminClient(stack.App);
        JsonObject[] accounts = [Account(), Account(), Account()];

        var added = await admin.PostAsync(Path, Body("new users", accounts[0], accounts[1]));
        Assert.Equal((200, "2", "0"), (added.Status, added["added"], added["known"]));
        var again = await admin.PostAsync(Path, Body("twice", accounts[1], accounts[0], accounts[0]));
        Assert.Equal((200, "0", "2"), (again.Status, again["added"], again["known"]));
        var changed = (JsonObject)accounts[0].DeepClone();
        changed["number"] = "8";
        (await admin.PostAsync(Path, Body("otherwise", accounts[2], changed))).AssertProblem(409, "account_differs");

        Assert.Equal("2", (await stack.World.AskAsync(Count))?.ToString());
        Assert.Equal(
            [
                ("accounts.add", "2 accounts on chain 31337", "otherwise", "account_differs"),
                ("accounts.add", "2 accounts on chain 31337", "twice", "unchanged"),
                ("accounts.add", "2 accounts on chain 31337", "new users", "done"),
            ],
            await admin.AuditAsync(10));

        var page = await admin.GetAsync($"{Path}?limit=1");
        var rest = await admin.GetAsync($"{Path}?limit=1&cursor={page["nextCursor"]}");
        var listed = new[] { page, rest }.Select(one => Assert.Single(one.Json["accounts"]!.AsArray())!.ToJsonString()).Order(StringComparer.Ordinal);
        Assert.Equal(accounts.Take(2).Select(account => account.ToJsonString()).Order(StringComparer.Ordinal), listed);
        Assert.Null(rest["nextCursor"]);
    }

    [Fact]
    public async Task What_is_no_account_is_refused_and_without_a_key_nothing_is_taken()
    {
        await using var stack = await stacks.SettleAsync(AdminClient.Settings);
        using var admin = new AdminClient(stack.App);
        using var nobody = new AdminClient(stack.App, key: null);
        (await nobody.PostAsync(Path, Body("mine", Account()))).AssertProblem(401, "unauthorized");
        (await admin.PostAsync("chains/7/accounts", Body("elsewhere", Account()))).AssertProblem(404, "unknown_chain");
        (await admin.GetAsync("chains/7/accounts")).AssertProblem(404, "unknown_chain");
        JsonNode[] bodies =
        [
            new JsonArray(), new JsonObject { ["reason"] = "no accounts" }, Body("none"), Body(" ", Account()), Body("two\nlines", Account()),
            Body("short", With("salt", "0x12")), Body("odd", With("account", "0x12")), Body("zero", With("account", "0x" + new string('0', 40))),
            Body("negative", With("number", "-1")), Body("two", With("addresses", new JsonArray("0x" + new string('0', 40)))),
            Body("null", With("addresses", null)), Body("more", With("more", "x")),
            Body("many", [.. Enumerable.Range(0, 501).Select(_ => Account())]), new JsonObject { ["reason"] = "null", ["accounts"] = new JsonArray((JsonNode?)null) },
        ];
        foreach (var body in bodies)
        {
            (await admin.PostAsync(Path, body)).AssertProblem(400, "malformed_request");
        }

        foreach (var query in new[] { "limit=0", "limit=201", "cursor=x" })
        {
            (await admin.GetAsync($"{Path}?{query}")).AssertProblem(400, "malformed_request");
        }

        Assert.Equal("0", (await stack.World.AskAsync(Count))?.ToString());
    }

    // In the bodies % is an account, and @ an address.
    [Fact]
    public async Task Whatever_the_body_is_the_answer_is_a_problem_that_says_what_is_wrong()
    {
        await using var stack = await stacks.SettleAsync(AdminClient.Settings);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = stack.App.Url };
        http.DefaultRequestHeaders.Add("x-functions-key", AdminClient.Key);
        const string Zero = "0x0000000000000000000000000000000000000000";
        string[] bodies =
        [
            "", " ", "null", "0", "true", "\"x\"", "[", "{", "{}{}", "{\"reason\":\"a\"", """{"reason":"a","accounts":null}""", """{"reason":null,"accounts":[%]}""",
            """{"reason":"a","accounts":{}}""", """{"reason":"a","accounts":"%"}""", """{"reason":"a","accounts":[[]]}""", """{"reason":"a","accounts":[1]}""",
            """{"reason":"a","reason":"b","accounts":[%]}""", """{"REASON":"a","accounts":[%]}""", """{"reason":"a","accounts":[%],}""",
            """{"reason":"\ud800","accounts":[%]}""", """{"reason":"\u0000","accounts":[%]}""", """{"reason":["a"],"accounts":[%]}""",
            $$"""{"reason":"{{new string('a', 501)}}","accounts":[%]}""", $$"""{"reason":"a","accounts":{{new string('[', 200)}}{{new string(']', 200)}}}""",
            Entry("\"salt\":null"), Entry("\"salt\":5"), Entry("\"salt\":\"\ud83d\""), Entry("\"salt\":\"0x" + new string('g', 64) + "\""),
            Entry("\"salt\":\"0x" + new string('5', 66) + "\""), Entry("\"account\":null"), Entry("\"account\":\"\""),
            Entry("\"account\":\"0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\""), Entry("\"account\":\"@ \""),
            Entry("\"number\":7"), Entry("\"number\":null"), Entry("\"number\":\"\""), Entry("\"number\":\"1e3\""), Entry("\"number\":\"1.5\""),
            Entry("\"number\":\"115792089237316195423570985008687907853269984665640564039457584007913129639936\""), Entry("\"number\":\"\u0667\""),
            Entry($"\"addresses\":[\"{Zero}\",\"{Zero}\",null]"), Entry("\"addresses\":[null,null,null]"), Entry("\"addresses\":[1,2,3]"),
            Entry($"\"addresses\":[\"{Zero}\",\"{Zero}\",\"{Zero}\",\"{Zero}\"]"), Entry("\"addresses\":{}"), Entry("\"addresses\":[[],[],[]]"),
        ];
        foreach (var body in bodies)
        {
            await RefusesAsync(http, $"api/admin/{Path}", body.Replace("%", Account().ToJsonString(), StringComparison.Ordinal), "application/json", 400, body);
        }

        var good = Body("good", Account()).ToJsonString();
        await RefusesAsync(http, $"api/admin/{Path}", good, "text/plain", 415, "a text");
        await RefusesAsync(http, $"api/admin/{Path}", new string(' ', 1_100_000) + good, "application/json", 413, "a megabyte");
        foreach (var (chain, status) in new[] { ("abc", 400), ("1.5", 400), ("99999999999999999999", 400), ("31337x", 400), ("-1", 404), ("0", 404) })
        {
            await RefusesAsync(http, $"api/admin/chains/{chain}/accounts", good, "application/json", status, chain);
        }

        Assert.Equal("0", (await stack.World.AskAsync(Count))?.ToString());
    }

    [Fact]
    public async Task Two_instances_that_are_told_the_same_at_once_take_it_in_once_and_otherwise_one_of_them_refuses()
    {
        await using var stack = await stacks.SettleAsync(AdminClient.Settings);
        await using var other = await stack.StartAnotherAppAsync();
        using var first = new AdminClient(stack.App);
        using var second = new AdminClient(other);
        for (var round = 0; round < 6; round++)
        {
            JsonObject[] accounts = [.. Enumerable.Range(0, 20).Select(_ => Account())];
            var same = await Task.WhenAll(
                first.PostAsync(Path, Body("same", accounts)), second.PostAsync(Path, Body("same", [.. accounts.Reverse()])));
            Assert.Equal([200, 200], same.Select(reply => reply.Status));
            Assert.Equal(20, same.Sum(reply => (int)reply.Json["added"]!));

            JsonObject[] fresh = [.. Enumerable.Range(0, 20).Select(_ => Account())];
            JsonObject[] changed = [.. fresh.Reverse().Select(account => (JsonObject)account.DeepClone())];
            Array.ForEach(changed, account => account["number"] = "8");
            var apart = await Task.WhenAll(first.PostAsync(Path, Body("one", fresh)), second.PostAsync(Path, Body("another", changed)));
            Assert.Equal([200, 409], apart.Select(reply => reply.Status).Order());
            apart.Single(reply => reply.Status == 409).AssertProblem(409, "account_differs");
        }

        Assert.Equal("240", (await stack.World.AskAsync(Count))?.ToString());
    }

    [Fact]
    public async Task What_is_handed_in_and_holds_dollars_is_deployed_bridged_and_redeemed_by_the_apps_own_timers()
    {
        var node = stacks.Stack.Node;
        await using var circle = await CircleStandIn.StartAsync(node, TestContext.Current.CancellationToken);
        var contracts = await DevAccounts.DeployAsync(node, circle.Attester.Address, version: 2);
        await using var stack = await stacks.SettleAsync(new Dictionary<string, string>(AdminClient.Settings.Concat(Keepers(contracts, circle, node.ChainId))));
        using var admin = new AdminClient(stack.App);
        var (salt, first, second) = (new Hash32(RandomNumberGenerator.GetBytes(Hash32.Size)), DevKey.Create().Address, DevKey.Create().Address);
        var account = await contracts.PredictAsync(salt, 7, first, second, default);
        await contracts.MintAsync(account, 40);
        var body = Body("a user", new JsonObject
        {
            ["account"] = account.ToString(),
            ["salt"] = salt.ToString(),
            ["number"] = "7",
            ["addresses"] = new JsonArray(first.ToString(), second.ToString(), default(Address).ToString()),
        });
        Assert.Equal("1", (await admin.PostAsync(Path, body))["added"]);

        Assert.True(await RelayWorld.BecomesAsync(async () => await contracts.ArrivedAsync(account) == 40 * DevAccounts.Dollar));
        foreach (var keeper in new[] { "deployment", "bridging", "redemption" })
        {
            Assert.True(await RelayWorld.BecomesAsync(async () => Decisions(await Reply.GetAsync(stack.Http, $"api/keepers/{keeper}/decisions"))
                is ["won", "sent", "found"]));
        }

        static string[] Decisions(Reply reply) => [.. reply.Json["decisions"]!.AsArray().Select(decision => (string)decision!["decision"]!)];
    }

    private static Dictionary<string, string> Keepers(DevAccounts contracts, CircleStandIn circle, long chainId)
    {
        const string Keepers = "Chains__local__Keepers__";
        const string Source = Keepers + "Redemption__Sources__here__";
        var settings = new Dictionary<string, string>
        {
            ["Circle__Url"] = circle.Url.ToString(),
            ["Schedules__DeployAccounts"] = "* * * * * *",
            ["Schedules__BridgeAccounts"] = "* * * * * *",
            ["Schedules__RedeemMessages"] = "* * * * * *",
            [Keepers + "Deployment__Factory"] = contracts.Factory.Address.ToString(),
            [Keepers + "Deployment__Usdc"] = contracts.Usdc.Address.ToString(),
            [Keepers + "Bridging__Usdc"] = contracts.Usdc.Address.ToString(),
            [Keepers + "Redemption__Domain"] = Text(DevAccounts.Destination),
            [Source + "ChainId"] = Text((ulong)chainId),
            [Source + "Domain"] = Text(DevAccounts.Source),
            [Source + "Transmitter"] = contracts.Transmitter.Address.ToString(),
            [Source + "Messenger"] = contracts.Messenger.Address.ToString(),
            [Source + "Receiver"] = contracts.Receiver.Address.ToString(),
        };
        foreach (var keeper in new[] { "Deployment", "Bridging", "Redemption" })
        {
            settings[$"{Keepers}{keeper}__Grace"] = "00:00:00";
            settings[$"{Keepers}{keeper}__MaxLossPerActionWei"] = settings[$"{Keepers}{keeper}__MaxLossPerDayWei"] = "1000000000000000000";
        }

        return settings;

        static string Text(ulong number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static JsonObject Account() => new()
    {
        ["account"] = DevKey.Create().Address.ToString(),
        ["salt"] = "0x" + new string('5', 64),
        ["number"] = "7",
        ["addresses"] = new JsonArray(
            DevKey.Create().Address.ToString(), DevKey.Create().Address.ToString(), "0x" + new string('0', 40)),
    };

    private static JsonObject With(string member, JsonNode? value)
    {
        var account = Account();
        account[member] = value;
        return account;
    }

    /// <summary>A body whose one account has a member as it is written here.</summary>
    private static string Entry(string member)
    {
        var account = Account();
        account.Remove(member[1..member.IndexOf(':', StringComparison.Ordinal)].Trim('"'));
        var others = account.ToJsonString()[1..];
        return $$"""{"reason":"a","accounts":[{{{member.Replace("@", DevKey.Create().Address.ToString(), StringComparison.Ordinal)}},{{others}}]}""";
    }

    private static async Task RefusesAsync(HttpClient http, string path, string body, string type, int status, string what)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, type);
        using var answer = await http.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)answer.StatusCode == status, $"{what}: {(int)answer.StatusCode} {text}");
        Assert.True(answer.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{what}: {text}");
        var code = (string?)JsonNode.Parse(text)!["code"];
        Assert.True(!string.IsNullOrEmpty(code) && (status != 400 || code == "malformed_request"), $"{what}: {text}");
    }

    private static JsonObject Body(string reason, params JsonObject[] accounts) =>
        new() { ["reason"] = reason, ["accounts"] = new JsonArray([.. accounts.Select(account => account.DeepClone())]) };
}
