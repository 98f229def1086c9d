using System.Text.Json.Nodes;
using DevChain;
using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Providers.Client;

namespace Relayer.Core.Tests.Providers;

/// <summary>What operators' receipts amount to once a transaction ends: each answers over its own socket.</summary>
public sealed class AgreedReadingTests : IAsyncLifetime
{
    private const string Receipt = "eth_getTransactionReceipt";
    private static readonly ChainId Chain = new(31337);
    private static readonly Hash32 Hash = Keccak256.Hash("a transaction"u8);
    private static readonly Hash32 Block = Keccak256.Hash("its block"u8);
    private static readonly Hash32 Other = Keccak256.Hash("another block"u8);
    private readonly List<NodeStandIn> _nodes = [];
    private readonly List<ChainClientFactory> _clients = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    // One letter a URL is its operator; what it says stands behind it: a status 1, b status 0, o the receipt of another block, c another block there, - nothing.
    [Theory]
    [InlineData("A:a B:a C:b", "a", "receipt")]
    [InlineData("A:b B:a C:a", "a", "receipt")]
    [InlineData("A:b B:a C:-", null, "receipt")]
    [InlineData("A:a B:a C:-", "a", "")]
    [InlineData("A:a B:- C:-", null, "")]
    [InlineData("A:a B:b", null, "receipt")]
    [InlineData("A:a B:-", "a", "")]
    [InlineData("A:b B:b A:b C:a D:a E:a", "a", "receipt")]
    [InlineData("A:b A:b B:a C:a", "a", "receipt")]
    [InlineData("A:b A:b A:b B:a C:-", null, "receipt")]
    [InlineData("A:o B:a C:a", "a", "place")]
    [InlineData("A:o B:a", "a", "place")]
    [InlineData("A:c B:a C:a", "a", "block place")]
    [InlineData("A:c B:a", null, "block place")]
    public async Task A_receipt_is_what_enough_operators_say_of_the_canonical_block(string said, string? believed, string disagreements)
    {
        var client = await ConnectAsync([.. said.Split(' ').Select(one => (one[..1], one[2]))]);

        var agreed = await client.ReadAgreedAsync([10], [First()], Cancellation);

        Assert.Equal(believed, agreed.ReceiptOf(Hash) is { } receipt ? receipt.Receipt.Succeeded ? "a" : "b" : null);
        Assert.Equal(disagreements, string.Join(' ', agreed.Disagreements.Select(one => one.What.ToString().ToLowerInvariant())));
        Assert.All(agreed.Disagreements, one => Assert.Equal(believed is not null, one.Statements.Any(statement => statement.IsBelieved)));
    }

    [Theory]
    [InlineData("A:a", 0)]
    [InlineData("A:a A:b", 0)] // The same operator once more is nobody else.
    [InlineData("A:a B:a", 1)]
    [InlineData("A:a B:a C:a", 1)]
    public async Task Receipts_are_asked_for_again_only_where_another_operator_can_confirm_them(string said, int asked)
    {
        var client = await ConnectAsync([.. said.Split(' ').Select(one => (one[..1], one[2]))]);

        var agreed = await client.ReadAgreedAsync([10], [First()], Cancellation);

        Assert.True(agreed.ReceiptOf(Hash)?.Receipt.Succeeded);
        Assert.All(_nodes, node => Assert.Equal(asked, node.Bodies.Sum(body => body.Split(Receipt).Length - 1)));
    }

    [Theory]
    [InlineData("gasUsed", "0x5209")]
    [InlineData("effectiveGasPrice", "0x8")]
    [InlineData("l1Fee", "0x1")]
    [InlineData("status", "0x0")]
    [InlineData("logs", null)]
    public async Task Everything_that_money_or_an_outcome_depends_on_is_compared(string member, string? value)
    {
        var client = await ConnectAsync([("A", 'a'), ("B", 'a')]);
        var other = ReceiptOf(Block, 1);
        other[member] = value is null ? new JsonArray() : JsonValue.Create(value);
        var honest = _nodes[1].Answer;
        _nodes[1].Answer = (method, parameters) => method == Receipt ? other.DeepClone() : honest(method, parameters);

        var agreed = await client.ReadAgreedAsync([10], [First()], Cancellation);

        Assert.Null(agreed.ReceiptOf(Hash));
        var one = Assert.Single(agreed.Disagreements);
        Assert.True(one.IsFlagrant);
        Assert.Equal(["A", "B"], one.Statements.Select(statement => statement.Operator));
    }

    private static TransactionReceipt First() => new(
        Hash, 10, Block, true, 21_000, new Wei(7), Wei.Zero, [new(Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"), [Hash], new byte[] { 1 })]);

    private static JsonObject ReceiptOf(Hash32 block, int status) => new()
    {
        ["transactionHash"] = $"{Hash}",
        ["blockNumber"] = "0xa",
        ["blockHash"] = $"{block}",
        ["status"] = $"0x{status}",
        ["gasUsed"] = "0x5208",
        ["effectiveGasPrice"] = "0x7",
        ["logs"] = new JsonArray(Event()),
    };

    private static JsonObject Event() => new()
    {
        ["address"] = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
        ["topics"] = new JsonArray($"{Hash}"),
        ["data"] = "0x01",
    };

    private async Task<IChainClient> ConnectAsync(params (string Operator, char Says)[] providers)
    {
        var urls = new List<RpcOptions>();
        foreach (var (name, says) in providers)
        {
            var node = await NodeStandIn.StartAsync(Cancellation);
            node.Head = 20;
            node.Answer = (method, _) => method switch
            {
                "eth_getBlockByNumber" => new JsonObject { ["number"] = "0xa", ["hash"] = $"{(says == 'c' ? Other : Block)}", ["timestamp"] = "0x1" },
                Receipt => says == '-' ? null : ReceiptOf(says is 'o' or 'c' ? Other : Block, says == 'b' ? 0 : 1),
                _ => NodeStandIn.Quantity(node.Head),
            };
            _nodes.Add(node);
            urls.Add(new() { Url = node.Url, Operator = name });
        }

        var clients = new ChainClientFactory(
            new RelayerOptions { Chains = { ["test"] = new() { ChainId = Chain.Value, RpcTimeout = TimeSpan.FromSeconds(20), Rpc = urls } } },
            new MovableTime(), new LoggerFactory().CreateLogger<ChainClientFactory>());
        _clients.Add(clients);
        var client = clients.Get(Chain);
        await client.ObserveProvidersAsync(Cancellation);
        return client;
    }
}
