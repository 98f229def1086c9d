using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DevChain;
using Microsoft.Extensions.Logging.Abstractions;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers.Client;
using Relayer.Core.Relay.Outcomes;

namespace Relayer.Core.Tests.Relay.Outcomes;

/// <summary>That a request was not carried out is said only once all of the time is looked at in which it could have been.</summary>
public sealed class CarrierSearchTests : IAsyncLifetime
{
    private const long Head = 1_000;
    private const int SecondsPerBlock = 12;

    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(56);

    private readonly List<(long From, long To)> _asked = [];
    private readonly MovableTime _time = new();
    private NodeStandIn _node = null!;
    private ChainClientFactory _chains = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Blocks that the node tells the logs of at once.</summary>
    private long Most { get; set; } = 10_000;

    public async ValueTask InitializeAsync()
    {
        _node = await NodeStandIn.StartAsync(Cancellation);
        _node.Answer = Answer;
        var chain = new ChainOptions { ChainId = _node.ChainId, RpcTimeout = TimeSpan.FromSeconds(5) };
        chain.Rpc.Add(_node.Url);
        _chains = new ChainClientFactory(new RelayerOptions { Chains = { ["test"] = chain } }, TimeProvider.System, NullLogger<ChainClientFactory>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        _chains.Dispose();
        await _node.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_look_that_reaches_back_to_the_requests_time_says_that_there_is_none()
    {
        Assert.IsType<CarrierLook.Nothing>(await LookAsync(new CarrierSearch(_chains, _time)));
        Assert.Single(_asked);
    }

    [Fact]
    public async Task One_that_does_not_reach_back_says_that_it_does_not_know_and_goes_on_where_it_ended()
    {
        // Two hours and the margin are 650 blocks: more than one look asks for.
        Most = 10;
        var search = new CarrierSearch(_chains, _time);
        var looks = new List<CarrierLook> { await LookAsync(search) };
        var before = _asked.Count;
        Assert.Equal(looks[0], await LookAsync(search)); // Nothing is asked while it rests.
        Assert.Equal(before, _asked.Count);
        while (looks[^1] is not CarrierLook.Nothing)
        {
            Assert.IsType<CarrierLook.Unknown>(looks[^1]);
            Assert.InRange(looks.Count, 1, 4);
            _time.Advance(TimeSpan.FromMinutes(1));
            looks.Add(await LookAsync(search));
        }

        var read = _asked.Where(range => range.To - range.From < Most).ToArray();
        Assert.True(read.Min(range => range.From) <= Head - 650, $"{read.Min(range => range.From)}");
        Assert.InRange(read.Length, 65, 65 + (8 * looks.Count)); // Only the newest blocks are looked at again.
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.IsType<CarrierLook.Nothing>(await LookAsync(search));
    }

    private Task<CarrierLook> LookAsync(CarrierSearch search) => search.FindAsync(
        new ChainId(_node.ChainId),
        confirmations: 0,
        new SignedRelay(
            Keccak256.Hash("a request"u8), Samples.OpenZeppelin.Address, Samples.User.Address, Samples.User.Address, Wei.Zero, 60_000, UInt256.Zero,
            ReadOnlyMemory<byte>.Empty, new byte[65], Now, IsBehind: false)
        {
            CreatedAt = Now - TimeSpan.FromHours(2),
        },
        Cancellation);

    private JsonNode? Answer(string method, JsonElement parameters)
    {
        switch (method)
        {
            case "eth_blockNumber":
                return NodeStandIn.Quantity(Head);
            case "eth_getBlockByNumber":
                return Block(parameters[0].GetString() is "latest" or null ? Head : Number(parameters[0]));
            case "eth_getLogs":
                var (from, to) = (Number(parameters[0].GetProperty("fromBlock")), Number(parameters[0].GetProperty("toBlock")));
                _asked.Add((from, to));
                return to - from + 1 > Most ? NodeStandIn.Error(-32602, $"range {to - from + 1} exceeds limit of {Most}") : new JsonArray();
            default:
                return NodeStandIn.Error(-32601, "the method does not exist");
        }
    }

    private static JsonObject Block(long height) => new()
    {
        ["number"] = NodeStandIn.Quantity(height),
        ["hash"] = HashOf(height),
        ["parentHash"] = HashOf(height - 1),
        ["timestamp"] = NodeStandIn.Quantity(Now.ToUnixTimeSeconds() - ((Head - height) * SecondsPerBlock)),
        ["baseFeePerGas"] = "0x1",
    };

    private static string HashOf(long height) =>
        Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(height.ToString(CultureInfo.InvariantCulture))).ToString();

    private static long Number(JsonElement quantity) => long.Parse(quantity.GetString()!.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
