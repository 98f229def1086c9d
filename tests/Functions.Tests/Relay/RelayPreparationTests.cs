using Relayer.Core.Ethereum;

namespace Functions.Tests.Relay;

/// <summary>What a frontend asks before it has a request signed: chains, nonces, whether the app is ready.</summary>
public abstract class RelayPreparationTests(RelayFixture relay)
{
    private readonly RelayWorld _world = relay.World;
    private readonly HttpClient _http = relay.Http;

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
}
