using System.Globalization;
using System.Text.Json.Nodes;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Forwarders;

namespace Functions.Tests.Relay;

/// <summary>The HTTP contract's good side, seen from a frontend, with both dialects: a request is taken, known again and carried out.</summary>
public abstract class RelayContractTests(RelayFixture relay)
{
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
            _http, "api/relay", RelayPost.Of(forwarder, message, user.Sign(forwarder, message).ToString()));

        Assert.Equal((202, "application/json"), (accepted.Status, accepted.MediaType));
        Assert.Equal($"/api/relay/{id}", accepted.Location);
        Assert.Equal(id, accepted["id"]);
        Assert.Contains(accepted["state"], RelayWorld.States);
        Assert.True(Hash32.TryParse(accepted["transactionHash"], out _));

        var done = await RelayWorld.WaitAsync(_http, id);
        AssertMembers(
            done.Json, "id", "state", "chainId", "forwarder", "from", "to", "nonce", "transactionHash", "blockNumber", "success", "reason",
            "feeWei", "createdAt", "updatedAt", "carriedBy");
        Assert.Equal("confirmed", done["state"]);
        Assert.Null(done["carriedBy"]); // By the relayer itself.
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

    [Theory]
    [InlineData("OpenZeppelin")]
    [InlineData("Infinex")]
    public async Task No_relay_goes_back_to_an_earlier_state_than_was_told(string dialect)
    {
        // What was told is written a moment later: one look might miss that moment.
        for (var round = 0; round < 10; round++)
        {
            var user = new Wallet();
            var body = _world.Post(_world.Of(dialect), user);
            var posted = await Reply.PostAsync(_http, "api/relay", body);
            var looked = await Reply.GetAsync(_http, $"api/relay/{posted["id"]}");
            var again = await Reply.PostAsync(_http, "api/relay", body);
            var listed = await Reply.GetAsync(_http, $"api/relay?from={user.Address}");

            var told = new[] { posted["state"], looked["state"], again["state"], (string?)listed.Json["relays"]![0]!["state"] };
            Assert.Equal(told.Order(Comparer<string?>.Create((one, other) => Array.IndexOf(RelayWorld.States, one) - Array.IndexOf(RelayWorld.States, other))), told);
        }
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
