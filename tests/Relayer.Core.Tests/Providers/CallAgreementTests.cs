using System.Text.Json.Nodes;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Tests.Providers;

/// <summary>What a call does, and which events there are, by the word of several nodes.</summary>
public sealed class CallAgreementTests : ManyNodesTests
{
    private static readonly EthCall Call = new(null, Account, new byte[] { 1, 2, 3, 4 });
    private static readonly LogFilter Filter = new(1, 10, [Account], []);

    private static JsonNode No => NodeStandIn.Error(3, "execution reverted", "0x");

    [Fact]
    public async Task Of_three_one_that_says_no_is_outvoted()
    {
        var client = await ConnectAsync(10, 10, 10);
        Tell("eth_call", () => No, () => "0x01", () => "0x01");

        Assert.Equal([1], Returned(Assert.Single(await client.CallAgreedAsync([Call], Cancellation))));
    }

    [Fact]
    public async Task Of_three_a_no_counts_in_whatever_words()
    {
        var client = await ConnectAsync(10, 10, 10);
        Tell("eth_call", () => "0x01", () => No, () => NodeStandIn.Error(-32000, "out of gas"));

        Assert.IsNotType<CallOutcome.Returned>(Assert.Single(await client.CallAgreedAsync([Call], Cancellation)), exactMatch: false);
    }

    [Fact]
    public async Task Two_that_contradict_each_other_agree_on_nothing()
    {
        var client = await ConnectAsync(10, 10);
        Tell("eth_call", () => No, () => "0x01");

        Assert.Null(Assert.Single(await client.CallAgreedAsync([Call], Cancellation)));
    }

    [Fact]
    public async Task Of_two_the_one_that_can_run_it_is_enough()
    {
        var client = await ConnectAsync(10, 10);
        Tell("eth_call", () => NodeStandIn.Error(-32601, "the method eth_call does not exist/is not available"), () => "0x01");

        Assert.Equal([1], Returned(Assert.Single(await client.CallAgreedAsync([Call], Cancellation))));
    }

    [Fact]
    public async Task An_event_that_the_preferred_one_leaves_out_is_found_with_another_and_one_that_two_show_is_found_once()
    {
        var client = await ConnectAsync(10, 10, 10);
        Tell("eth_getLogs", () => new JsonArray(), () => new JsonArray(Log()), () => new JsonArray(Log()));

        var found = Assert.IsType<LogsOutcome.Found>(await client.FindLogsAsync(Filter, Cancellation));
        Assert.Equal(Hash, Assert.Single(found.Logs).TransactionHash);
    }

    [Fact]
    public async Task Who_tells_an_event_otherwise_does_not_hide_what_others_tell_of_it()
    {
        var client = await ConnectAsync(10, 10, 10);
        Tell("eth_getLogs", () => new JsonArray(Log("0x01")), () => new JsonArray(Log()), () => new JsonArray(Log()));

        var found = Assert.IsType<LogsOutcome.Found>(await client.FindLogsAsync(Filter, Cancellation));
        Assert.Equal(["", "01"], found.Logs.Select(log => Convert.ToHexString(log.Event.Data.Span)).Order());
        Assert.True(found.IsWhole);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public async Task What_one_leaves_out_is_whole_only_where_the_others_can_outvote_it(int nodes, bool isWhole)
    {
        var client = await ConnectAsync([.. Enumerable.Repeat(10L, nodes)]);
        Tell("eth_getLogs", () => new JsonArray(), () => new JsonArray(Log()), () => new JsonArray(Log()));

        Assert.Equal(isWhole, Assert.IsType<LogsOutcome.Found>(await client.FindLogsAsync(Filter, Cancellation)).IsWhole);
    }

    [Fact]
    public async Task Events_are_too_many_only_where_everybody_says_so()
    {
        var client = await ConnectAsync(10, 10);
        static JsonNode TooMany() => NodeStandIn.Error(-32005, "query returned more than 10000 results");
        Tell("eth_getLogs", TooMany, () => new JsonArray(Log()));
        Assert.IsType<LogsOutcome.Found>(await client.FindLogsAsync(Filter, Cancellation));

        Tell("eth_getLogs", TooMany, TooMany);
        Assert.IsType<LogsOutcome.TooMany>(await client.FindLogsAsync(Filter, Cancellation));
    }

    private static byte[] Returned(CallOutcome? outcome) => Assert.IsType<CallOutcome.Returned>(outcome).Data.ToArray();

    private static JsonObject Log(string data = "0x") => new()
    {
        ["address"] = $"{Account}",
        ["topics"] = new JsonArray(),
        ["data"] = data,
        ["blockNumber"] = "0x5",
        ["blockHash"] = $"{Keccak256.Hash("a block"u8)}",
        ["transactionHash"] = $"{Hash}",
        ["logIndex"] = "0x0",
    };

    private void Tell(string asked, params Func<JsonNode>[] answers)
    {
        foreach (var (node, answer) in Nodes.Zip(answers))
        {
            node.KnowsHeight = true;
            node.Answer = (method, _) => method == asked ? answer() : "0x1";
        }
    }
}
