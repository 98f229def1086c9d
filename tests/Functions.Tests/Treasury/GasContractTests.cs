using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Functions.Tests.Relay;
using Functions.Treasury;
using Relayer.Core.Ethereum;

namespace Functions.Tests.Treasury;

/// <summary>What the council is shown, seen from outside.</summary>
public abstract class GasContractTests(RelayFixture relay)
{
    private readonly HttpClient _http = relay.Http;

    [Fact]
    public async Task What_relays_cost_is_in_the_sums_to_the_wei_and_balances_say_at_which_block()
    {
        await RelayAsync();

        // Other tests relay at the same time: the sums are compared with the records of one moment.
        Assert.True(await RelayWorld.BecomesAsync(async () =>
            Number((await GetAsync("gas"))["spend"]!["month"]!["fee"]!) == await PaidAsync()));
        Assert.True(await RelayWorld.BecomesAsync(
            async () => (await GetAsync("gas"))["chains"]![0]!["accounts"]!.AsArray().Any(account => (string?)account!["role"] == "signer"), 90));

        var gas = await GetAsync("gas");
        var chain = gas["chains"]![0]!;
        Assert.Equal(31337, (long)chain["chainId"]!);
        Assert.Equal("single", (string?)chain["reading"]!["agreement"]);
        Assert.Equal((1, 1, true), ((int)chain["evidence"]!["operators"]!, (int)chain["evidence"]!["quorum"]!, (bool)chain["evidence"]!["oneProvidersWord"]!));
        Assert.True(Hash32.TryParse((string)chain["reading"]!["blockHash"]!, out _));
        Assert.NotEqual("0", (string?)chain["accounts"]![0]!["balance"]!["wei"]);
        Assert.Equal("relay", (string?)gas["spend"]!["byPurpose"]![0]!["purpose"]);
        Assert.Contains(gas["spend"]!["byTarget"]!.AsArray(), target => (string?)target!["target"] == relay.World.Target.ToString());
        Assert.False((bool)chain["topUps"]!["isConfigured"]!);

        var history = (await GetAsync("gas/history?limit=1"))["balances"]!.AsArray().Single()!;
        Assert.Equal("signer", (string?)history["role"]);
        Assert.Equal(["chainId,account,role,blockNumber,blockHash,blockTime,takenAt,agreement,balanceWei,balanceEther,nonce"], (await CsvAsync("gas/history?format=csv"))[..1]);
    }

    [Fact]
    public async Task Spend_is_given_by_what_is_asked_for_page_by_page_as_json_and_as_a_table()
    {
        var user = await RelayAsync();
        await RelayAsync();
        Assert.True(await RelayWorld.BecomesAsync(async () =>
            (await GetAsync($"gas/spend?groupBy=user&limit=1000"))["rows"]!.AsArray().Any(row => (string?)row!["user"] == user)));

        var cursor = "";
        var users = new List<string>();
        do
        {
            var page = await GetAsync($"gas/spend?groupBy=user,target&limit=2{cursor}");
            users.AddRange(page["rows"]!.AsArray().Select(row => (string)row!["user"]!));
            Assert.All(page["rows"]!.AsArray(), row => Assert.Equal((JsonNode?)null, row!["transactions"]));
            cursor = (string?)page["nextCursor"] is { } next ? $"&cursor={next}" : null;
        }
        while (cursor is not null && users.Count < 40);
        Assert.Equal(users.Count, users.Distinct().Count());

        var table = await CsvAsync("gas/spend?groupBy=purpose&format=csv");
        Assert.Equal("chainId,day,purpose,target,selector,user,feeWei,feeEther,actions,transactions", table[0]);
        Assert.StartsWith("31337,,relay,,,,", Assert.Single(table[1..], line => line.Contains("relay", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal("chainId", (await CsvAsync("gas/top-ups?format=csv"))[0].Split(',')[1]);
    }

    [Fact]
    public async Task The_next_page_of_a_table_is_linked_relative_to_itself_and_without_the_callers_key()
    {
        await RelayAsync();
        await RelayAsync();
        Assert.True(await RelayWorld.BecomesAsync(async () => (await CsvAsync("gas/spend?groupBy=user&limit=1000&format=csv")).Length > 2));

        var first = new Uri(_http.BaseAddress!, "api/gas/spend?groupBy=user&limit=1&format=csv&code=key");
        using var answer = await _http.GetAsync(first, TestContext.Current.CancellationToken);
        var link = Assert.Single(answer.Headers.GetValues("Link"));
        Assert.Matches("^<\\?groupBy=user&limit=1&format=csv&cursor=[A-Za-z0-9_-]+>; rel=\"next\"$", link);

        var next = await CsvAsync(new Uri(first, link[1..link.IndexOf('>', StringComparison.Ordinal)]).PathAndQuery["/api/".Length..]);
        var line = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split("\r\n")[1];
        Assert.Equal(2, next.Length);
        Assert.NotEqual(line, next[1]);
    }

    [Theory]
    [InlineData("gas/spend?groupBy=weather")]
    [InlineData("gas/spend?from=yesterday")]
    [InlineData("gas/spend?from=2026-02-01&to=2026-01-01")]
    [InlineData("gas/spend?from=2026-01-01&to=2026-03-01&groupBy=user")]
    [InlineData("gas/spend?from=2020-01-01&to=2026-01-01")]
    [InlineData("gas/spend?cursor=AAAA")]
    [InlineData("gas/spend?cursor=%00")]
    [InlineData("gas/spend?cursor=MzEzMzcsMjAyNi0wMS0wMSwwMCwsLA")]
    [InlineData("gas/spend?limit=0")]
    [InlineData("gas/spend?limit=1001")]
    [InlineData("gas/spend?format=xml")]
    [InlineData("gas/spend?chainId=-1")]
    [InlineData("gas/top-ups?from=soon")]
    [InlineData("gas/top-ups?cursor=MTIz!")]
    [InlineData("gas/history?account=0x12")]
    [InlineData("gas/history?cursor=MTIz")]
    public async Task What_cannot_be_answered_is_refused(string path) =>
        (await Reply.GetAsync(_http, $"api/{path}")).AssertProblem(400, "malformed_request");

    [Theory]
    [InlineData(null, "")]
    [InlineData("plain", "plain")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"so\"", "\"say \"\"so\"\"\"")]
    [InlineData("two\r\nlines", "\"two\r\nlines\"")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+49", "'+49")]
    [InlineData("-1", "'-1")]
    [InlineData("@cmd", "'@cmd")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("=a,\"b\"", "\"'=a,\"\"b\"\"\"")]
    public void A_field_is_quoted_as_the_standard_says_and_never_a_formula(string? value, string written) =>
        Assert.Equal(written, Csv.Field(value));

    [Theory]
    [InlineData("0", "0")]
    [InlineData("1", "0.000000000000000001")]
    [InlineData("1000000000000000000", "1")]
    [InlineData("123450000000000000000", "123.45")]
    public void Ether_is_exact(string wei, string ether) => Assert.Equal(ether, Amount.EtherOf(new Wei(UInt256.Parse(wei))));

    [Fact]
    public async Task The_contract_tells_of_both_forms()
    {
        var content = (await GetAsync("openapi.json"))["paths"]!["/api/gas/spend"]!["get"]!["responses"]!["200"]!["content"]!;

        Assert.NotNull(content["application/json"]!["schema"]);
        Assert.NotNull(content["text/csv"]);
    }

    private static BigInteger Number(JsonNode amount) => BigInteger.Parse((string)amount["wei"]!, CultureInfo.InvariantCulture);

    private async Task<string> RelayAsync()
    {
        var user = new Wallet();
        var posted = await Reply.PostAsync(_http, "api/relay", relay.World.Post(relay.World.OpenZeppelin, user));
        await RelayWorld.WaitAsync(_http, posted["id"]!);
        return user.Address.ToString();
    }

    private async Task<BigInteger> PaidAsync() =>
        (BigInteger)(decimal)(await relay.World.AskAsync("select coalesce(sum(fee), 0) from transactions where state >= 4"))!;

    private async Task<JsonNode> GetAsync(string path) => (await Reply.GetAsync(_http, $"api/{path}")).Json;

    private async Task<string[]> CsvAsync(string path)
    {
        var reply = await Reply.GetAsync(_http, $"api/{path}");
        Assert.Equal((200, "text/csv"), (reply.Status, reply.MediaType));
        return reply.Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }
}
