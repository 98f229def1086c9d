using System.Text.Json;
using System.Text.Json.Nodes;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Providers.JsonRpc;

namespace Relayer.Core.Tests.Providers;

/// <summary>Events and blocks from nodes that lag, refuse or make things up.</summary>
public sealed class ChainReadsTests : TwoNodesTests
{
    private static readonly Address Contract = Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
    private static readonly Hash32 Topic = Keccak256.Hash("Happened()"u8);

    [Fact]
    public async Task No_logs_from_a_lagging_node_are_not_believed_and_no_blame()
    {
        (First.Answer, Second.Answer) = (At(9, []), At(10, [Log(7)]));
        var client = Connect(First.Url, Second.Url);

        var found = Assert.IsType<LogsOutcome.Found>(await client.ReadLogsAsync(Filter(5, 10), Cancellation));

        Assert.Equal(10, found.Head);
        Assert.Equal(new MinedLog(found.Logs[0].Event, 7, Topic, Topic, 0), Assert.Single(found.Logs));
        Assert.DoesNotContain("2001", Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_every_node_is_before_the_ranges_end_there_is_no_answer_rather_than_an_empty_one()
    {
        (First.Answer, Second.Answer) = (At(9, []), At(9, []));
        await Assert.ThrowsAsync<ChainUnavailableException>(
            () => Connect(First.Url, Second.Url).ReadLogsAsync(Filter(5, 10), Cancellation));
    }

    [Fact]
    public async Task No_logs_from_a_node_past_the_range_are_a_finding()
    {
        First.Answer = At(10, []);
        var found = Assert.IsType<LogsOutcome.Found>(await Connect(First.Url).ReadLogsAsync(Filter(5, 10), Cancellation));
        Assert.Empty(found.Logs);
    }

    [Theory]
    [InlineData(-32005, "query returned more than 10000 results")]
    [InlineData(-32005, "limit exceeded")]
    [InlineData(-32602, "Log response size exceeded.")]
    public async Task Too_many_logs_are_said_to_the_caller_and_no_blame(int code, string words)
    {
        First.Answer = (method, _) => method == "eth_blockNumber" ? "0xa" : NodeStandIn.Error(code, words);
        var outcome = await Connect(First.Url, Second.Url).ReadLogsAsync(Filter(5, 10), Cancellation);

        Assert.Equal(words, Assert.IsType<LogsOutcome.TooMany>(outcome).Error.Message);
        Assert.Empty(Second.Bodies);
        Assert.DoesNotContain("2001", Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_larger_than_is_read_is_too_many_logs_too()
    {
        First.Answer = (method, _) => method == "eth_blockNumber" ? "0xa" : new string('x', RpcClient.MaxResponseBytes);
        Assert.IsType<LogsOutcome.TooMany>(await Connect(First.Url).ReadLogsAsync(Filter(5, 10), Cancellation));
    }

    [Fact]
    public async Task Logs_that_were_not_asked_for_are_a_fault()
    {
        foreach (var alien in new[] { Log(4), Log(11), Log(7, address: Address.Zero), Log(7, topic: new Hash32(new byte[32])) })
        {
            (First.Answer, Second.Answer) = (At(20, [alien]), At(20, []));
            var found = Assert.IsType<LogsOutcome.Found>(
                await Connect(First.Url, Second.Url).ReadLogsAsync(Filter(5, 10), Cancellation));
            Assert.Empty(found.Logs);
        }
    }

    [Fact]
    public async Task A_filter_is_written_as_the_execution_api_has_it()
    {
        First.Answer = At(20, []);
        await Connect(First.Url).ReadLogsAsync(new LogFilter(5, 16, [Contract], [[], [Topic]]), Cancellation);

        Assert.Contains(
            $$"""{"fromBlock":"0x5","toBlock":"0x10","address":["{{Contract.ToString().ToLowerInvariant()}}"],"topics":[null,["{{Topic}}"]]}""",
            First.Bodies[0],
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_at_a_block_name_it_by_height_or_by_hash()
    {
        (First.KnowsHeight, First.Head, First.Answer) = (true, 16, (_, _) => "0x01");
        var client = Connect(First.Url);
        var call = new EthCall(null, Contract, Array.Empty<byte>());

        await client.CallAsync([call], BlockRef.At(16), Cancellation);
        await client.CallAsync([call], BlockRef.Of(Topic), Cancellation);
        await client.ReadCodeAsync([Contract], BlockRef.Latest, Cancellation);

        Assert.EndsWith(""","0x10"]}]""", First.Bodies[0], StringComparison.Ordinal);
        Assert.EndsWith($$""",{"blockHash":"{{Topic}}","requireCanonical":true}]}""", First.Bodies[1], StringComparison.Ordinal);
        Assert.EndsWith(""","latest"]}]""", First.Bodies[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_block_than_the_one_asked_for_is_a_fault()
    {
        First.Answer = (method, _) => method == "eth_blockNumber" ? "0xa" : new JsonObject
        {
            ["number"] = "0x4",
            ["hash"] = $"{Topic}",
            ["timestamp"] = "0x5",
        };
        var client = Connect(First.Url);

        await Assert.ThrowsAsync<ChainUnavailableException>(() => client.ReadBlocksAsync([BlockRef.At(3)], Cancellation));
        await Assert.ThrowsAsync<ChainUnavailableException>(() => client.ReadBlocksAsync([BlockRef.Of(default)], Cancellation));
        var read = await client.ReadBlocksAsync([BlockRef.At(4), BlockRef.Of(Topic), BlockRef.Latest], Cancellation);
        Assert.All(read.Blocks, block => Assert.Equal(4, block!.Number));
    }

    [Fact]
    public async Task Transfers_of_another_block_than_the_one_asked_for_are_a_fault()
    {
        First.Answer = (_, _) => new JsonObject { ["number"] = "0x4", ["transactions"] = new JsonArray() };
        var client = Connect(First.Url);

        await Assert.ThrowsAsync<ChainUnavailableException>(() => client.ReadTransfersAsync([3], Account, Cancellation));
        Assert.Empty(await client.ReadTransfersAsync([4], Account, Cancellation));
    }

    private static LogFilter Filter(long from, long to) => new(from, to, [Contract], [[Topic]]);

    private static Func<string, JsonElement, JsonNode?> At(long head, JsonNode[] logs) => (method, _) =>
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
}
