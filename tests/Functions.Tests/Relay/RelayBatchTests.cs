using System.Globalization;
using System.Text.Json.Nodes;
using Relayer.Core.Ethereum;

namespace Functions.Tests.Relay;

/// <summary>Several requests in one post, each decided for itself.</summary>
public abstract class RelayBatchTests(RelayFixture relay)
{
    private readonly RelayWorld _world = relay.World;
    private readonly HttpClient _http = relay.Http;

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
    public async Task A_batch_of_one_users_sequential_requests_is_taken_however_they_stand()
    {
        var user = new Wallet();
        ulong[] nonces = [2, 0, 3, 1];
        var requests = new JsonArray([.. nonces.Select(nonce => (JsonNode)_world.Post(_world.OpenZeppelin, user, nonce))]);
        var batch = await Reply.PostAsync(_http, "api/relay/batch", new JsonObject { ["requests"] = requests });

        var outcomes = batch.Json["outcomes"]!.AsArray();
        Assert.All(outcomes, outcome => Assert.Equal(202, (int)outcome!["status"]!));
        Assert.Equal(nonces, outcomes.Select(outcome => ulong.Parse((string)outcome!["relay"]!["nonce"]!, CultureInfo.InvariantCulture)));
        foreach (var outcome in outcomes)
        {
            Assert.Equal("confirmed", (await RelayWorld.WaitAsync(_http, (string)outcome!["relay"]!["id"]!))["state"]);
        }
    }

    [Fact]
    public async Task A_batch_of_one_users_unordered_requests_is_taken_as_it_stands()
    {
        var user = new Wallet();
        ulong[] nonces = [30, 10, 40, 20];
        var requests = new JsonArray([.. nonces.Select(nonce => (JsonNode)_world.Post(_world.Infinex, user, nonce))]);
        var batch = await Reply.PostAsync(_http, "api/relay/batch", new JsonObject { ["requests"] = requests });
        var listed = await Reply.GetAsync(_http, $"api/relay?from={user.Address}");

        Assert.All(batch.Json["outcomes"]!.AsArray(), outcome => Assert.Equal(202, (int)outcome!["status"]!));
        Assert.Equal(
            nonces.Select(nonce => nonce.ToString(CultureInfo.InvariantCulture)),
            listed.Json["relays"]!.AsArray().Select(one => (string?)one!["nonce"]).Reverse());
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
}
