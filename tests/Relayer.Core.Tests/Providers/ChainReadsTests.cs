using System.Text.Json.Nodes;
using DevChain;
using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Tests.Providers;

/// <summary>Events and blocks from nodes that lag, refuse or make things up.</summary>
public sealed class ChainReadsTests : IAsyncLifetime
{
    private static readonly ChainId Chain = new(31337);
    private static readonly Address Contract = Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
    private static readonly Hash32 Topic = Keccak256.Hash("Happened()"u8);
    private readonly CapturedLogs _logs = new();
    private readonly List<ChainClients> _clients = [];
    private NodeStandIn _first = null!;
    private NodeStandIn _second = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _first = await NodeStandIn.StartAsync(Cancellation);
        _second = await NodeStandIn.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(clients => clients.Dispose());
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Fact]
    public async Task No_logs_from_a_lagging_node_are_not_believed_and_no_blame()
    {
        (_first.Answer, _second.Answer) = (At(9, []), At(10, [Log(7)]));
        var client = Connect(_first.Url, _second.Url);

        var found = Assert.IsType<LogsOutcome.Found>(await client.ReadLogsAsync(Filter(5, 10), Cancellation));

        Assert.Equal(10, found.Head);
        Assert.Equal(new MinedLog(found.Logs[0].Event, 7, Topic, Topic, 0), Assert.Single(found.Logs));
        Assert.DoesNotContain("2001", _logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_every_node_is_before_the_ranges_end_there_is_no_answer_rather_than_an_empty_one()
    {
        (_first.Answer, _second.Answer) = (At(9, []), At(9, []));
        await Assert.ThrowsAsync<ChainUnavailableException>(
            () => Connect(_first.Url, _second.Url).ReadLogsAsync(Filter(5, 10), Cancellation));
    }

    [Fact]
    public async Task No_logs_from_a_node_past_the_range_are_a_finding()
    {
        _first.Answer = At(10, []);
        var found = Assert.IsType<LogsOutcome.Found>(await Connect(_first.Url).ReadLogsAsync(Filter(5, 10), Cancellation));
        Assert.Empty(found.Logs);
    }

    [Theory]
    [InlineData(-32005, "query returned more than 10000 results")]
    [InlineData(-32005, "limit exceeded")]
    [InlineData(-32602, "Log response size exceeded.")]
    public async Task Too_many_logs_are_said_to_the_caller_and_no_blame(int code, string words)
    {
        _first.Answer = (method, _) => method == "eth_blockNumber" ? "0xa" : NodeStandIn.Error(code, words);
        var outcome = await Connect(_first.Url, _second.Url).ReadLogsAsync(Filter(5, 10), Cancellation);

        Assert.Equal(words, Assert.IsType<LogsOutcome.TooMany>(outcome).Error.Message);
        Assert.Empty(_second.Bodies);
        Assert.DoesNotContain("2001", _logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_larger_than_is_read_is_too_many_logs_too()
    {
        _first.Answer = (method, _) => method == "eth_blockNumber" ? "0xa" : new string('x', RpcClient.MaxResponseBytes);
        Assert.IsType<LogsOutcome.TooMany>(await Connect(_first.Url).ReadLogsAsync(Filter(5, 10), Cancellation));
    }

    [Fact]
    public async Task Logs_that_were_not_asked_for_are_a_fault()
    {
        foreach (var alien in new[] { Log(4), Log(11), Log(7, address: Address.Zero), Log(7, topic: new Hash32(new byte[32])) })
        {
            (_first.Answer, _second.Answer) = (At(20, [alien]), At(20, []));
            var found = Assert.IsType<LogsOutcome.Found>(
                await Connect(_first.Url, _second.Url).ReadLogsAsync(Filter(5, 10), Cancellation));
            Assert.Empty(found.Logs);
        }
    }

    [Fact]
    public async Task A_filter_is_written_as_the_execution_api_has_it()
    {
        _first.Answer = At(20, []);
        await Connect(_first.Url).ReadLogsAsync(new LogFilter(5, 16, [Contract], [[], [Topic]]), Cancellation);

        Assert.Contains(
            $$"""{"fromBlock":"0x5","toBlock":"0x10","address":["{{Contract.ToString().ToLowerInvariant()}}"],"topics":[null,["{{Topic}}"]]}""",
            _first.Bodies[0],
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_at_a_block_name_it_by_height_or_by_hash()
    {
        _first.Answer = (_, _) => "0x01";
        var client = Connect(_first.Url);
        var call = new EthCall(null, Contract, Array.Empty<byte>());

        await client.CallAsync([call], BlockRef.At(16), Cancellation);
        await client.CallAsync([call], BlockRef.Of(Topic), Cancellation);
        await client.ReadCodeAsync([Contract], BlockRef.Latest, Cancellation);

        Assert.EndsWith(""","0x10"]}""", _first.Bodies[0], StringComparison.Ordinal);
        Assert.EndsWith($$""",{"blockHash":"{{Topic}}","requireCanonical":true}]}""", _first.Bodies[1], StringComparison.Ordinal);
        Assert.EndsWith(""","latest"]}""", _first.Bodies[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_block_than_the_one_asked_for_is_a_fault()
    {
        _first.Answer = (method, _) => method == "eth_blockNumber" ? "0xa" : new JsonObject
        {
            ["number"] = "0x4",
            ["hash"] = $"{Topic}",
            ["timestamp"] = "0x5",
        };
        var client = Connect(_first.Url);

        await Assert.ThrowsAsync<ChainUnavailableException>(() => client.ReadBlocksAsync([BlockRef.At(3)], Cancellation));
        await Assert.ThrowsAsync<ChainUnavailableException>(() => client.ReadBlocksAsync([BlockRef.Of(default)], Cancellation));
        var read = await client.ReadBlocksAsync([BlockRef.At(4), BlockRef.Of(Topic), BlockRef.Latest], Cancellation);
        Assert.All(read.Blocks, block => Assert.Equal(4, block!.Number));
    }

    private static LogFilter Filter(long from, long to) => new(from, to, [Contract], [[Topic]]);

    private static Func<string, System.Text.Json.JsonElement, JsonNode?> At(long head, JsonNode[] logs) => (method, _) =>
        method == "eth_blockNumber" ? NodeStandIn.Quantity(head) : new JsonArray([.. logs.Select(log => log.DeepClone())]);

    private static JsonObject Log(long block, Address? address = null, Hash32? topic = null) => new()
    {
        ["address"] = $"{address ?? Contract}",
        ["topics"] = new JsonArray($"{topic ?? Topic}"),
        ["data"] = "0x",
        ["blockNumber"] = NodeStandIn.Quantity(block),
        ["blockHash"] = $"{Topic}",
        ["transactionHash"] = $"{Topic}",
        ["logIndex"] = "0x0",
        ["removed"] = false,
    };

    private IChainClient Connect(params string[] urls)
    {
        var options = new RelayerOptions
        {
            Chains = { ["test"] = new() { ChainId = Chain.Value, RpcTimeout = TimeSpan.FromSeconds(20), Rpc = [.. urls] } },
        };
        var clients = new ChainClients(options, TimeProvider.System, new Logger<ChainClients>(_logs));
        _clients.Add(clients);
        return clients.Get(Chain);
    }
}
