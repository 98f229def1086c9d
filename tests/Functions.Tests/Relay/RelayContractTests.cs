using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Forwarders;

namespace Functions.Tests.Relay;

/// <summary>The HTTP contract's good side, seen from a frontend, with both dialects.</summary>
[Collection(RelayCollection.Name)]
public sealed class RelayContractTests(RelayFixture relay)
{
    private static readonly string[] States = ["accepted", "pending", "mined", "confirmed"];

    private readonly RelayWorld _world = relay.World;
    private readonly HttpClient _http = relay.Http;

    [Theory]
    [InlineData("OpenZeppelin")]
    [InlineData("Infinex")]
    public async Task A_request_is_accepted_carried_out_and_told_about(string dialect)
    {
        var (forwarder, user) = (_world.Of(dialect), new Wallet());
        var message = _world.Message(forwarder, user);
        var id = forwarder.Digest(message).ToString();
        var accepted = await Reply.PostAsync(
            _http, "api/relay", RelayBody.Of(forwarder, message, user.Sign(forwarder, message).ToString()));

        Assert.Equal((202, "application/json"), (accepted.Status, accepted.MediaType));
        Assert.Equal($"/api/relay/{id}", accepted.Location);
        Assert.Equal(id, accepted["id"]);
        Assert.Contains(accepted["state"], States);
        Assert.True(Hash32.TryParse(accepted["transactionHash"], out _));

        var done = await RelayWorld.WaitAsync(_http, id);
        AssertMembers(
            done.Json, "id", "state", "chainId", "forwarder", "from", "to", "nonce", "transactionHash", "blockNumber", "success", "reason",
            "feeWei", "createdAt", "updatedAt");
        Assert.Equal("confirmed", done["state"]);
        Assert.Equal(forwarder.Address.ToString(), done["forwarder"]); // Checksummed.
        Assert.Equal(user.Address.ToString(), done["from"]);
        Assert.Equal(_world.Target.ToString(), done["to"]);
        Assert.Equal(message.Nonce.ToString(), done.Json["nonce"]!.GetValue<string>()); // Decimal, as a string.
        Assert.Equal(accepted["transactionHash"], done["transactionHash"]);
        Assert.True(done.Json["success"]!.GetValue<bool>());
        Assert.Null(done["reason"]);
        await AssertOnChainAsync(done, user.Address, message.Nonce);
    }

    [Theory]
    [InlineData("OpenZeppelin")]
    [InlineData("Infinex")]
    public async Task The_same_request_again_gives_the_same_relay(string dialect)
    {
        var (user, sent) = (new Wallet(), await _world.CountRowsAsync("transactions"));
        var body = _world.Post(_world.Of(dialect), user);
        var first = await Reply.PostAsync(_http, "api/relay", body);
        var second = await Reply.PostAsync(_http, "api/relay", body);
        await RelayWorld.WaitAsync(_http, first["id"]!);
        var third = await Reply.PostAsync(_http, "api/relay", body);

        Assert.Equal((202, 200, 200), (first.Status, second.Status, third.Status));
        Assert.Equal("confirmed", third["state"]);
        Assert.All([second, third], again => Assert.Equal(
            (first["id"], first["transactionHash"]), (again["id"], again["transactionHash"])));
        Assert.Equal(sent + 1, await _world.CountRowsAsync("transactions"));
        Assert.Single(await _world.ExecutedAsync(user.Address));
    }

    [Fact]
    public async Task The_same_request_is_known_however_it_is_written()
    {
        var user = new Wallet();
        var body = _world.Post(_world.Infinex, user);
        var other = body.DeepClone().AsObject();
        Rewrite(other, "forwarder", text => text.ToLowerInvariant());
        var request = other["request"]!.AsObject();
        Rewrite(request, "from", text => text.ToLowerInvariant());
        Rewrite(request, "to", text => "0x" + text[2..].ToUpperInvariant());
        Rewrite(request, "value", _ => "0x0");
        Rewrite(request, "gas", text => "0x" + long.Parse(text, CultureInfo.InvariantCulture).ToString("x", CultureInfo.InvariantCulture));
        Rewrite(request, "nonce", text => Hex.Encode(Calls.Word(UInt256.Parse(text))));
        Rewrite(request, "data", text => "0x" + text[2..].ToUpperInvariant());
        Rewrite(other, "signature", text => text[..^2] + (text.EndsWith("1b", StringComparison.Ordinal) ? "00" : "01"));

        var first = await Reply.PostAsync(_http, "api/relay", other);
        var second = await Reply.PostAsync(_http, "api/relay", body);

        Assert.Equal((202, 200), (first.Status, second.Status));
        Assert.Equal(first["id"], second["id"]);
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(_http, first["id"]!))["state"]);
    }

    [Fact]
    public async Task A_nonce_of_256_bits_comes_back_whole()
    {
        var user = new Wallet();
        var posted = await Reply.PostAsync(_http, "api/relay", _world.Post(_world.Infinex, user, UInt256.MaxValue));

        Assert.Equal(202, posted.Status);
        Assert.Equal(UInt256.MaxValue.ToString(), posted["nonce"]);
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(_http, posted["id"]!))["state"]);
        Assert.Equal(UInt256.MaxValue, Assert.Single(await _world.ExecutedAsync(user.Address)).Nonce);
    }

    [Fact]
    public async Task Waiting_answers_at_the_end_and_not_before_its_time()
    {
        var posted = await Reply.PostAsync(_http, "api/relay", _world.Post(_world.OpenZeppelin, new Wallet()));
        var started = TimeProvider.System.GetTimestamp();
        var done = await Reply.GetAsync(_http, $"api/relay/{posted["id"]}?wait=20");
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        var atOnce = await Reply.GetAsync(_http, $"api/relay/{posted["id"]!.ToUpperInvariant().Replace("0X", "0x", StringComparison.Ordinal)}");

        Assert.Equal("confirmed", done["state"]);
        Assert.True(elapsed < TimeSpan.FromSeconds(19.5), $"{elapsed}");
        Assert.Equal(done.Text, atOnce.Text);
    }

    [Fact]
    public async Task A_user_lists_relays_newest_first_page_by_page()
    {
        var user = new Wallet();
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Insert(0, (await Reply.PostAsync(_http, "api/relay", _world.Post(_world.Infinex, user)))["id"]!);
        }

        var pages = new List<string[]>();
        var cursor = "";
        do
        {
            var page = await Reply.GetAsync(
                _http, $"api/relay?chainId=31337&from={user.Address.ToString().ToLowerInvariant()}&limit=2{cursor}");
            Assert.Equal(200, page.Status);
            pages.Add([.. page.Json["relays"]!.AsArray().Select(item => (string)item!["id"]!)]);
            cursor = page["nextCursor"] is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);

        Assert.Equal([2, 2, 1], pages.Select(page => page.Length));
        Assert.Equal(ids, pages.SelectMany(page => page));
        var elsewhere = await Reply.GetAsync(_http, $"api/relay?chainId=1&from={user.Address}");
        Assert.Empty(elsewhere.Json["relays"]!.AsArray());
        Assert.Null(elsewhere["nextCursor"]);
    }

    [Fact]
    public async Task Events_tell_each_state_until_the_last()
    {
        var posted = await Reply.PostAsync(_http, "api/relay", _world.Post(_world.Infinex, new Wallet()));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/relay/{posted["id"]}/events");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        var stream = await Reply.SendAsync(_http, request); // Ends by itself.

        var events = stream.Text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        var states = events.Select(text => (string)JsonNode.Parse(text.Split('\n').Single(
            line => line.StartsWith("data: ", StringComparison.Ordinal))[6..])!["state"]!).ToArray();
        Assert.Equal((200, "text/event-stream"), (stream.Status, stream.MediaType));
        Assert.All(events, text => Assert.StartsWith("event: relay\n", text, StringComparison.Ordinal));
        Assert.Equal(states.OrderBy(state => Array.IndexOf(States, state)), states);
        Assert.Equal(states.Distinct(), states);
        Assert.Equal("confirmed", states[^1]);
    }

    [Fact]
    public async Task Events_of_a_finished_relay_are_its_last_state_alone()
    {
        var spent = await relay.SpendAsync();
        var id = (await Reply.GetAsync(_http, $"api/relay?from={spent.Spent.Address}&limit=1")).Json["relays"]![0]!["id"];
        var stream = await Reply.GetAsync(_http, $"api/relay/{id}/events");

        Assert.Single(stream.Text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("\"state\":\"confirmed\"", stream.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_chains_say_all_that_a_wallet_needs_to_sign()
    {
        var reply = await Reply.GetAsync(_http, "api/chains");
        var chain = Assert.Single(reply.Json["chains"]!.AsArray())!;
        var forwarders = chain["forwarders"]!.AsArray().ToDictionary(item => (string)item!["dialect"]!, item => item!);

        Assert.Equal(31337, (long)chain["chainId"]!);
        Assert.Equal(_world.Target.ToString(), (string?)chain["targets"]![0]!["address"]);
        foreach (var forwarder in new[] { _world.OpenZeppelin, _world.Infinex })
        {
            var told = forwarders[forwarder.Dialect];
            Assert.Equal(forwarder.Address.ToString(), (string?)told["address"]);
            Assert.Equal(forwarder.HasSequentialNonces ? "sequential" : "unordered", (string?)told["nonces"]);
            Assert.Equal("ForwardRequest", (string?)told["primaryType"]);
            Assert.Equal(forwarder.Domain.Name, (string?)told["domain"]!["name"]);
            Assert.Equal("1", (string?)told["domain"]!["version"]);
            Assert.Equal(31337, (long)told["domain"]!["chainId"]!);
            Assert.Equal(forwarder.Address.ToString(), (string?)told["domain"]!["verifyingContract"]);
            Assert.Equal(
                forwarder.Fields.Select(field => $"{field.Type} {field.Name}"),
                told["types"]!["ForwardRequest"]!.AsArray().Select(field => $"{field!["type"]} {field["name"]}"));
            Assert.Equal("2000000", (string?)told["limits"]!["maxGas"]);
            Assert.Equal(forwarder.HasDeadline, told["limits"]!["maxDeadlineSeconds"] is not null);
        }
    }

    [Fact]
    public async Task Sequential_nonces_count_what_is_under_way()
    {
        var (forwarder, user) = (_world.OpenZeppelin, new Wallet());
        var path = $"api/nonces/31337/{forwarder.Address.ToString().ToLowerInvariant()}/{user.Address.ToString().ToLowerInvariant()}";
        var told = new List<string?>();
        for (ulong nonce = 0; nonce < 3; nonce++)
        {
            var answer = await Reply.GetAsync(_http, path);
            told.Add(answer["nonce"]);
            Assert.Equal((forwarder.Address.ToString(), user.Address.ToString(), "sequential"), (answer["forwarder"], answer["from"], answer["nonces"]));
            Assert.Equal(202, (await Reply.PostAsync(_http, "api/relay", _world.Post(forwarder, user, nonce))).Status);
        }

        Assert.Equal(["0", "1", "2"], told);
    }

    [Fact]
    public async Task Unordered_nonces_are_fresh_each_time()
    {
        var path = $"api/nonces/31337/{_world.Infinex.Address}/{new Wallet().Address}";
        var nonces = new HashSet<UInt256>();
        for (var i = 0; i < 8; i++)
        {
            var answer = await Reply.GetAsync(_http, path);
            Assert.Equal("unordered", answer["nonces"]);
            nonces.Add(UInt256.Parse(answer["nonce"]));
        }

        Assert.Equal(8, nonces.Count);
        Assert.Contains(nonces, nonce => nonce.BitLength > 200);
    }

    [Theory]
    [InlineData("OpenZeppelin")]
    [InlineData("Infinex")]
    public async Task A_simulation_says_yes_and_stores_nothing(string dialect)
    {
        var (forwarder, user) = (_world.Of(dialect), new Wallet());
        var body = _world.Post(forwarder, user);
        var sent = await _world.CountRowsAsync("transactions");
        var simulated = await Reply.PostAsync(_http, "api/relay/simulate", body);

        Assert.Equal(200, simulated.Status);
        Assert.True(simulated.Json["ok"]!.GetValue<bool>());
        Assert.InRange(long.Parse(simulated.Json["gas"]!.GetValue<string>(), CultureInfo.InvariantCulture), 100_000, 400_000);
        Assert.Equal(0, await _world.CountRowsAsync("relays", user.Address));
        Assert.Equal(sent, await _world.CountRowsAsync("transactions"));
        Assert.Equal(202, (await Reply.PostAsync(_http, "api/relay", body)).Status);
    }

    [Fact]
    public async Task A_call_that_uses_up_all_its_gas_is_carried_out_whole()
    {
        foreach (var forwarder in new[] { _world.OpenZeppelin, _world.Infinex })
        {
            var user = new Wallet();
            var posted = await Reply.PostAsync(_http, "api/relay", _world.Post(forwarder, user, data: Calls.Burn(1_990_000), gas: 2_000_000));
            Assert.Equal(202, posted.Status);
            Assert.Equal("confirmed", (await RelayWorld.WaitAsync(_http, posted["id"]!))["state"]);
        }
    }

    [Fact]
    public async Task A_batch_takes_each_for_itself_and_one_users_in_order()
    {
        var (orderly, hasty, stranger) = (new Wallet(), new Wallet(), new Wallet());
        var spoilt = _world.Post(_world.Infinex, stranger);
        spoilt["request"]!["gas"] = "1";
        JsonNode?[] requests =
        [
            _world.Post(_world.OpenZeppelin, orderly, 0),
            _world.Post(_world.Infinex, hasty),
            _world.Post(_world.OpenZeppelin, orderly, 1),
            spoilt,
            null,
            _world.Post(_world.OpenZeppelin, orderly, 2),
            new JsonObject { ["chainId"] = "31337" },
            _world.Post(_world.OpenZeppelin, orderly, 9),
            _world.Post(_world.Infinex, hasty, data: Calls.Fail("not today")),
        ];
        var sameAgain = requests[1]!.DeepClone();
        var batch = await Reply.PostAsync(_http, "api/relay/batch", new JsonObject { ["requests"] = new JsonArray([.. requests, sameAgain]) });

        var outcomes = batch.Json["outcomes"]!.AsArray();
        Assert.Equal((207, "application/json"), (batch.Status, batch.MediaType));
        Assert.Equal(
            [
                (202, null), (202, null), (202, null), (401, "signature_mismatch"), (400, "malformed_request"), (202, null),
                (400, "malformed_request"), (409, "nonce_gap"), (422, "simulation_reverted"), (200, null),
            ],
            outcomes.Select(outcome => ((int)outcome!["status"]!, (string?)outcome["problem"]?["code"])));
        Assert.Equal("not today", (string?)outcomes[8]!["problem"]!["revertReason"]);
        Assert.Equal((string?)outcomes[1]!["relay"]!["id"], (string?)outcomes[9]!["relay"]!["id"]);
        foreach (var place in new[] { 0, 1, 2, 5 })
        {
            Assert.Equal("confirmed", (await RelayWorld.WaitAsync(_http, (string)outcomes[place]!["relay"]!["id"]!))["state"]);
        }

        Assert.Equal([UInt256.Zero, 1, 2], (await _world.ExecutedAsync(orderly.Address)).Select(executed => executed.Nonce));
        Assert.Equal(3UL, await _world.CountAsync(orderly.Address));
        Assert.Empty(await _world.ExecutedAsync(stranger.Address));
    }

    [Fact]
    public async Task A_batch_of_a_hundred_is_taken()
    {
        var requests = Enumerable.Range(0, 100).Select(_ => (JsonNode)_world.Post(_world.Infinex, new Wallet())).ToArray();
        var batch = await Reply.PostAsync(_http, "api/relay/batch", new JsonObject { ["requests"] = new JsonArray(requests) });
        var outcomes = batch.Json["outcomes"]!.AsArray();

        Assert.All(outcomes, outcome => Assert.Equal(202, (int)outcome!["status"]!));
        Assert.InRange(outcomes.Select(outcome => (string?)outcome!["relay"]!["transactionHash"]).Distinct().Count(), 2, 99);
        foreach (var outcome in outcomes)
        {
            Assert.Equal("confirmed", (await RelayWorld.WaitAsync(_http, (string)outcome!["relay"]!["id"]!))["state"]);
        }
    }

    [Fact]
    public async Task Readiness_and_the_description_are_there()
    {
        Assert.Equal(200, (await Reply.GetAsync(_http, "api/health")).Status);
        Assert.Equal("ready", (await Reply.GetAsync(_http, "api/ready"))["status"]);
        var paths = (await Reply.GetAsync(_http, "api/openapi.json")).Json["paths"]!.AsObject().Select(path => path.Key).ToArray();

        Assert.All(
            ["/relay", "/relay/batch", "/relay/simulate", "/relay/{id}", "/relay/{id}/events", "/chains", "/nonces/{chainId}/{forwarder}/{from}"],
            path => Assert.Contains(paths, told => told.EndsWith(path, StringComparison.Ordinal)));
    }

    private async Task AssertOnChainAsync(Reply done, Address user, UInt256 nonce)
    {
        var receipt = await relay.Stack.Node.Rpc.SendAsync(
            "eth_getTransactionReceipt", [done["transactionHash"]], TestContext.Current.CancellationToken);
        var paid = JsonRpc.ToInteger(receipt.GetProperty("gasUsed")) * JsonRpc.ToInteger(receipt.GetProperty("effectiveGasPrice"));
        Assert.Equal(JsonRpc.ToInteger(receipt.GetProperty("blockNumber")), (long)done.Json["blockNumber"]!);
        Assert.Equal(paid.ToString(CultureInfo.InvariantCulture), done.Json["feeWei"]!.GetValue<string>());
        Assert.Contains(Address.Parse(receipt.GetProperty("from").GetString()!), relay.Stack.Signers.Select(signer => signer.Address));
        Assert.Equal([new ExecutedRequest(user, nonce, true)], await _world.ExecutedAsync(user));
        Assert.Equal(1UL, await _world.CountAsync(user));
    }

    private static void AssertMembers(JsonNode json, params string[] names) =>
        Assert.Equal(names, json.AsObject().Select(member => member.Key));

    private static void Rewrite(JsonObject owner, string member, Func<string, string> change) =>
        owner[member] = change((string)owner[member]!);
}
